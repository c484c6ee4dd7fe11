# SPDX-License-Identifier: MIT
"""Writes small good (and some bad) files for the fuzzers to begin with: python3 make_seeds.py FOLDER (needs NumPy and SciPy). A folder for
each fuzzer; those of the tests that are small, and bodies of two joints and three vertices, since small files are tried faster."""
import pathlib
import pickle
import shutil
import sys
import types
import zipfile

import numpy as np
import scipy.sparse

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
sys.path[:0] = [str(DATA / "models"), str(DATA / "tensors")]
import python2_pickle  # noqa: E402
import tensor_bundle  # noqa: E402

LARGEST = 6000
target = pathlib.Path(sys.argv[1])


def write(fuzzer, name, data):
    (target / fuzzer).mkdir(parents=True, exist_ok=True)
    (target / fuzzer / name).write_bytes(data)


def copy(fuzzer, folder, pattern):
    (target / fuzzer).mkdir(parents=True, exist_ok=True)
    for file in sorted((DATA / folder).glob(pattern)):
        if file.stat().st_size <= LARGEST:
            shutil.copy(file, target / fuzzer / file.name)


def stand_in(module, name):
    sys.modules.setdefault("chumpy", types.ModuleType("chumpy"))
    kind = type(name, (object,), {"__module__": module})
    setattr(sys.modules.setdefault(module, types.ModuleType(module)), name, kind)
    return kind


def make(kind, **attributes):
    variable = kind()
    variable.__dict__.update(attributes)
    return variable


Ch, Transpose = stand_in("chumpy.ch", "Ch"), stand_in("chumpy.reordering", "transpose")
Reshape, Select = stand_in("chumpy.reordering", "Reshape"), stand_in("chumpy.reordering", "Select")
body = {
    "v_template": np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]),
    "shapedirs": np.full((3, 3, 1), 0.25),
    "posedirs": np.zeros((3, 3, 9), "f4"),
    "J_regressor": np.array([[1.0, 0, 0], [0, 0.5, 0.5]]),
    "weights": np.array([[1.0, 0], [0.5, 0.5], [0, 1]]),
    "kintree_table": np.array([[4294967295, 0], [0, 1]], "u4"),
    "f": np.array([[0, 1, 2]], "u4"),
}
for protocol in range(6):
    write("pickle", f"plain_p{protocol}.pkl", pickle.dumps(body, protocol))
for protocol in range(3):
    write("pickle", f"python2_p{protocol}.pkl", python2_pickle.dumps(body, protocol))
for kind in (scipy.sparse.csc_matrix, scipy.sparse.csr_matrix, scipy.sparse.coo_matrix):
    write("pickle", f"{kind.__name__}.pkl", pickle.dumps(dict(body, J_regressor=kind(body["J_regressor"])), 2))
chumpy = dict(body, v_template=make(Transpose, a=make(Ch, x=body["v_template"].T.copy()), axes=None),
              shapedirs=make(Select, a=make(Ch, x=body["shapedirs"]), idxs=np.arange(9), preferred_shape=(3, 3, 1)),
              weights=make(Reshape, a=make(Ch, x=body["weights"].ravel()), newshape=(3, -1)))
write("pickle", "chumpy.pkl", python2_pickle.dumps(chumpy, 2))
write("pickle", "values.pkl", pickle.dumps({"a": [1, 2.5, None, True, 2**70, {3}, b"x"], "f": np.float32(2), "o": np.asfortranarray(np.eye(2))}, 4))
copy("pickle", "models", "bad_*.pkl")
copy("pickle", "results", "*.pkl")
copy("results", "results", "*.*[lz]")

target.mkdir(parents=True, exist_ok=True)
np.savez(target / "body.npz", **body)
write("npz", "body.npz", (target / "body.npz").read_bytes())
KEYS = ["v_template", "shapedirs", "posedirs", "J_regressor", "weights", "kintree_table", "f"]  # as fuzz_npz.cpp numbers them
wrapped = b"arrays:"
with zipfile.ZipFile(target / "body.npz") as archive:
    for number, key in enumerate(KEYS):
        array = archive.read(key + ".npy")
        wrapped += bytes([number]) + len(array).to_bytes(2, "little") + array
write("npz", "wrapped", wrapped)
(target / "body.npz").unlink()
for name, people in {"box": '{"bbox": [1, 2, 3, 4]}', "boxes": '{"bbox": [[1, 2, 3, 4], [5, 6.5, 7, 8e1]]}',
                     "open_pose": '{"version": 1.3, "people": [{"person_id": [-1], "pose_keypoints_2d": [' + ", ".join(["10, 20, 0.9"] * 25) +
                                  '], "face_keypoints_2d": []}, {"pose_keypoints": [1, 2, 1, 3, 4, 1]}]}'}.items():
    write("marked_people", name + ".json", people.encode())
copy("npz", "formats", "*.np[yz]")
copy("safetensors", "formats", "*.safetensors")
copy("torch_legacy", "tensors", "*_legacy.pt")
copy("torch_zip", "tensors", "*.pt")
for file in sorted((target / "torch_zip").glob("*_legacy.pt")):
    file.unlink()
for file in sorted((target / "torch_zip").glob("*.pt")):
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.endswith("data.pkl"):
                write("torch_zip", file.stem + ".pkl", archive.read(name))

copy("tensor_bundle", "tensors", "*.index")
for compress in (False, True):
    table = tensor_bundle.Table(compress)
    header = tensor_bundle.field(1, 1) + tensor_bundle.field(3, tensor_bundle.field(1, 1))
    arrays = {"conv/weights": np.zeros((2, 3), "f4"), "conv/biases": np.zeros(3, "f8"), "step": np.array(7, "i8")}
    table.block([(b"", header)] + [(name.encode(), tensor_bundle.entry(arrays[name], 0, checksum=False)) for name in sorted(arrays)])
    write("tensor_bundle", f"block_{int(compress)}", bytes([compress]) + table.file[:-5])
