# SPDX-License-Identifier: MIT
"""Writes the same few tensors as PyTorch and TensorFlow keep them: python3 make_tensors.py (needs torch and NumPy)."""
import collections
import io
import pathlib
import zipfile

import numpy as np
import torch

import tensor_bundle

here = pathlib.Path(__file__).parent
torch.manual_seed(3)
base = torch.randn(6, 5)
state = collections.OrderedDict(
    [("conv1.weight", torch.randn(4, 3, 2, 2)), ("fc1.weight", base[1:4, ::2]), ("fc1.bias", base.t()[2]),
     ("scalar", torch.tensor(2.5)), ("counter", torch.tensor(7)), ("half", torch.randn(3, 2).half()), ("empty", torch.zeros(0, 3)),
     ("double", torch.randn(2, dtype=torch.float64)), ("expanded", torch.randn(1, 3).expand(4, 3)),
     ("parameter", torch.nn.Parameter(torch.randn(2, 2))), ("truth", torch.tensor([True, False]))])
brain = torch.tensor([1.0, -2.5, 3.25e10], dtype=torch.bfloat16)
plain = {name: tensor.detach().numpy() for name, tensor in state.items()}
np.savez(here / "reference.npz", brain=brain.float().numpy(), **plain)
state["brain"] = brain


class Settings(dict):
    """A class that no reader knows."""

    __module__ = "some.project.config"


import sys  # noqa: E402
import types  # noqa: E402

sys.modules["some"] = sys.modules["some.project"] = types.ModuleType("some")
sys.modules["some.project.config"] = types.ModuleType("some.project.config")
sys.modules["some.project.config"].Settings = Settings
optimizer = {"state": {0: {"step": 5, "exp_avg": torch.randn(3)}}, "param_groups": [{"lr": 1e-4}]}
wrapped = {"module." + name: tensor for name, tensor in state.items()}
kinds = {
    "plain": state,
    "trainer": {"model": wrapped, "optimizer": optimizer, "epoch": 3, "dataset_perm": np.arange(4)},
    "lightning": {"state_dict": state, "hyper_parameters": Settings(lr=1e-4), "pytorch-lightning_version": "1.8"},
    "nested": {"outer": {"inner": state}},
}
for name, content in kinds.items():
    torch.save(content, here / f"{name}.pt")
    torch.save(content, here / f"{name}_legacy.pt", _use_new_zipfile_serialization=False)
torch.save({"state_dict": {**{"model." + name: tensor for name, tensor in state.items()}, "smpl.faces": torch.zeros(3, 3)}}, here / "lightning_body.pt")
module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
torch.save(module, here / "module.pt")
np.savez(here / "module_reference.npz", **{name: tensor.numpy() for name, tensor in module.state_dict().items()})

floats = {name: array for name, array in plain.items() if str(array.dtype) in tensor_bundle.DATA_TYPES}
floats["resnet_v2_50/block1/unit_1/bottleneck_v2/conv1/weights"] = plain["conv1.weight"]
floats["resnet_v2_50/block1/unit_1/bottleneck_v2/conv1/biases"] = plain["fc1.bias"]
np.savez(here / "bundle_reference.npz", **{name.replace("/", "|"): array for name, array in floats.items()})
tensor_bundle.save(here / "bundle", floats)
tensor_bundle.save(here / "bundle_snappy", floats, compress=True)
for name, extents, size in (("bad_bundle_shape", [2**40, 2**40], 8), ("bad_bundle_size", [2**20, 2**20], 8)):
    tensor_bundle.save_index(here / name, {"weights": (extents, size)})


class Call:
    def __reduce__(self):
        import os

        return os.system, ("touch executed",)


torch.save({"model": state, "epoch": Call()}, here / "bad_system.pt")
torch.save({"model": state, "epoch": Call()}, here / "bad_system_legacy.pt", _use_new_zipfile_serialization=False)


def rewritten(source, target, change):
    with zipfile.ZipFile(here / source) as old, zipfile.ZipFile(here / target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)


rewritten("plain.pt", "bad_no_storage.pt", lambda name, data: None if name.endswith("/data/1") else data)
rewritten("plain.pt", "bad_short_storage.pt", lambda name, data: data[:8] if name.endswith("/data/0") else data)
rewritten("plain.pt", "bad_shape.pt", lambda name, data: data.replace(b"K\x04K\x03K\x02K\x02", b"K\x04K\x03K\xffK\xff"))
rewritten("plain.pt", "bad_no_pickle.pt", lambda name, data: None if name.endswith(".pkl") else data)

# 24 MB of zeros in 24 KB: PyTorch's reader would expand them, its writer never compresses.
saved = io.BytesIO()
torch.save({"weights": torch.zeros(6 << 20)}, saved)
with zipfile.ZipFile(saved) as old, zipfile.ZipFile(here / "bad_bomb.pt", "w") as new:
    for name in old.namelist():
        new.writestr(zipfile.ZipInfo(name), old.read(name), zipfile.ZIP_DEFLATED)
