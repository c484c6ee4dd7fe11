# SPDX-License-Identifier: MIT
"""Writes a tiny body in every layout that SMPL's files come in, and reference poses by SMPL's equations in NumPy:
python3 make_bodies.py. No licensed file is read; chumpy is played by classes of its names."""
import pathlib
import pickle
import sys
import types

import numpy as np
import scipy.sparse

import python2_pickle

here = pathlib.Path(__file__).parent
random = np.random.default_rng(7)
PARENTS = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21]
NUM_VERTICES = 6


def stand_in(module, name):
    kind = type(name, (object,), {"__module__": module})
    sys.modules.setdefault("chumpy", types.ModuleType("chumpy"))
    setattr(sys.modules.setdefault(module, types.ModuleType(module)), name, kind)
    return kind


Ch = stand_in("chumpy.ch", "Ch")
Transpose = stand_in("chumpy.reordering", "transpose")
Reshape = stand_in("chumpy.reordering", "Reshape")
Select = stand_in("chumpy.reordering", "Select")
Sum = stand_in("chumpy.ch_ops", "sum")


def make(kind, **attributes):
    variable = kind()
    variable.__dict__.update(attributes)
    return variable


def ch(array):
    return make(Ch, x=array, _dirty_vars=set(), _itr=None, _depends_on_deps=False)


def sparse_values(*shape):
    values = np.round(random.normal(size=shape) * 0.02 * 4096) / 4096
    values[random.random(shape) < 0.7] = 0
    return values


def rows_that_sum_to_one(rows, columns, entries):
    matrix = np.zeros((rows, columns))
    for row in matrix:
        row[random.choice(columns, entries, replace=False)] = 1 / entries
    return matrix


def body(parents, num_betas):
    joints = len(parents)
    tree = np.array([[4294967295] + parents[1:], range(joints)], dtype=np.uint32)
    regressor = rows_that_sum_to_one(joints, NUM_VERTICES, 2)
    return {
        "v_template": np.round(random.normal(size=(NUM_VERTICES, 3)) * 4096) / 8192,
        "shapedirs": sparse_values(NUM_VERTICES, 3, num_betas),
        "posedirs": sparse_values(NUM_VERTICES, 3, 9 * (joints - 1)),
        "J_regressor": regressor,
        "weights": rows_that_sum_to_one(NUM_VERTICES, joints, 4),
        "kintree_table": tree,
        "f": np.array([[0, 1, 2], [2, 1, 3], [3, 4, 5]], dtype=np.uint32),
    }


def rotation(axis_angle):
    angle = np.linalg.norm(axis_angle)
    if angle == 0:
        return np.eye(3)
    x, y, z = axis_angle / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def smpl(model, pose, betas):
    """SMPL's function (Loper et al. 2015), in double precision."""
    parents = [-1] + model["kintree_table"][0, 1:].tolist()
    shaped = model["v_template"] + model["shapedirs"][:, :, : len(betas)] @ betas
    joints = model["J_regressor"] @ shaped
    rotations = [rotation(r) for r in pose]
    feature = np.concatenate([(r - np.eye(3)).ravel() for r in rotations[1:]])
    posed = shaped + model["posedirs"] @ feature
    chain = []
    for j, parent in enumerate(parents):
        local = np.eye(4)
        local[:3, :3] = rotations[j]
        local[:3, 3] = joints[j] - (joints[parent] if j else 0)
        chain.append(chain[parent] @ local if j else local)
    relative = []
    for matrix, joint in zip(chain, joints):
        relative.append(matrix.copy())
        relative[-1][:3, 3] -= matrix[:3, :3] @ joint
    blended = np.einsum("vj,jab->vab", model["weights"], np.array(relative))
    vertices = np.einsum("vab,vb->va", blended[:, :3, :3], posed) + blended[:, :3, 3]
    return vertices, np.array([matrix[:3, 3] for matrix in chain])


def references(model, name, num_betas):
    arrays = {}
    for case in range(3):
        pose = random.normal(size=(model["kintree_table"].shape[1], 3)) * 0.5
        betas = random.normal(size=num_betas)
        vertices, joints = smpl(model, pose, betas)
        arrays.update({f"pose{case}": pose, f"betas{case}": betas, f"vertices{case}": vertices, f"joints{case}": joints})
    np.savez(here / name, **arrays)


def write(name, data):
    (here / name).write_bytes(data)


tiny = body(PARENTS, 10)
references(tiny, "tiny_reference.npz", 10)
np.savez(here / "tiny.npz", **tiny)

official = dict(tiny, J_regressor=scipy.sparse.csc_matrix(tiny["J_regressor"]), J=tiny["J_regressor"] @ tiny["v_template"],
                bs_style="lbs", bs_type="lrotmin", pose_training_info={"Ref": "caf\xe9", "numbers": [1, 2.5, None, True, 2 ** 70]})
for protocol in (0, 1, 2):
    write(f"tiny_python2_p{protocol}.pkl", python2_pickle.dumps(official, protocol))
for protocol in (2, 3, 4, 5):
    write(f"tiny_python3_p{protocol}.pkl", pickle.dumps(official, protocol))

chumpy = dict(official, v_template=ch(tiny["v_template"]), shapedirs=ch(tiny["shapedirs"]), posedirs=ch(tiny["posedirs"]),
              weights=ch(tiny["weights"]), J=ch(official["J"]))
write("tiny_chumpy_python2.pkl", python2_pickle.dumps(chumpy, 2))
places = np.arange(tiny["shapedirs"].size).reshape(NUM_VERTICES, 3, 10)
wide = np.concatenate([tiny["shapedirs"], np.ones((NUM_VERTICES, 3, 4))], axis=2)
nested = dict(
    official,
    v_template=make(Transpose, a=ch(tiny["v_template"].T.copy()), axes=None),
    shapedirs=make(Select, a=ch(ch(wide)), idxs=np.arange(wide.size).reshape(wide.shape)[:, :, :10].ravel(),
                   preferred_shape=(NUM_VERTICES, 3, 10)),
    posedirs=make(Transpose, a=ch(np.ascontiguousarray(tiny["posedirs"].transpose(2, 0, 1))), axes=(1, 2, 0)),
    weights=make(Reshape, a=ch(tiny["weights"].ravel()), newshape=(NUM_VERTICES, -1)))
write("tiny_chumpy_reordered.pkl", python2_pickle.dumps(nested, 2))
write("tiny_csr.pkl", pickle.dumps(dict(official, J_regressor=scipy.sparse.csr_matrix(tiny["J_regressor"])), 2))
write("tiny_coo.pkl", pickle.dumps(dict(official, J_regressor=scipy.sparse.coo_matrix(tiny["J_regressor"])), 4))
write("tiny_orders.pkl", pickle.dumps(dict(official, posedirs=np.asfortranarray(tiny["posedirs"]), weights=tiny["weights"].astype(">f8"),
                                           shapedirs=tiny["shapedirs"].astype("f4")), 4))
coco = rows_that_sum_to_one(19, NUM_VERTICES, 3)
write("tiny_hmr.pkl", python2_pickle.dumps(dict(chumpy, cocoplus_regressor=scipy.sparse.csc_matrix(coco)), 2))
np.savetxt(here / "tiny_hmr_cocoplus.txt", coco, "%.17g")
smpl300 = dict(tiny, shapedirs=np.concatenate([tiny["shapedirs"], sparse_values(NUM_VERTICES, 3, 290)], axis=2))
write("tiny_300.pkl", pickle.dumps(dict(chumpy, shapedirs=ch(smpl300["shapedirs"])), 2))
references(smpl300, "tiny_300_reference.npz", 300)



def fingers(first):
    """Parents of thirty joints, three a finger, the first of which is joint number `first`."""
    return [p for wrist, start in ((20, first), (21, first + 15))
            for p in sum(([wrist, start + 3 * f, start + 3 * f + 1] for f in range(5)), [])]


hands = body(PARENTS[:22] + fingers(22), 16)
references(hands, "hands_reference.npz", 16)
np.savez(here / "hands.npz", hands_meanl=random.normal(size=45) * 0.3, hands_meanr=random.normal(size=45) * 0.3,
         **dict(hands, posedirs=hands["posedirs"].astype("f4"), kintree_table=hands["kintree_table"].astype("i8")))
np.savez(here / "star.npz", **dict(tiny, posedirs=np.zeros((NUM_VERTICES, 3, 93))))
np.savez(here / "motion.npz", poses=np.zeros((2, 156)), trans=np.zeros((2, 3)), betas=np.zeros(16))


# Pickles that no reader may execute or fill its memory with.
class Call:
    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


import os  # noqa: E402  (only named in the pickles)

write("bad_system.pkl", pickle.dumps(dict(tiny, v_template=Call(os.system, "touch executed")), 2))
write("bad_unused_system.pkl", pickle.dumps(dict(tiny, extra=Call(os.system, "touch executed")), 4))
write("bad_eval.pkl", pickle.dumps(Call(eval, "open('executed', 'w')"), 0))
write("bad_chumpy_sum.pkl", pickle.dumps(dict(official, weights=make(Sum, a=ch(tiny["weights"]))), 2))
sparse = scipy.sparse.csc_matrix(tiny["J_regressor"])
sparse.__dict__["_shape"] = (24, 2 ** 60)
write("bad_absurd_sparse.pkl", pickle.dumps(dict(official, J_regressor=sparse), 2))
write("bad_short_array.pkl", pickle.dumps(tiny, 2).replace(b"K\x06K\x03", b"K\x07K\x03"))
write("bad_objects.pkl", pickle.dumps(dict(tiny, f=np.array([[{}]], dtype=object)), 2))
write("bad_not_finite.pkl", pickle.dumps(dict(tiny, v_template=np.full((NUM_VERTICES, 3), np.nan)), 2))
write("bad_list.pkl", pickle.dumps([1, 2, 3], 2))
write("bad_self.pkl", b"\x80\x02]q\x00h\x00a.")
write("bad_many_lists.pkl", b"\x80\x02" + b"]" * 20_000 + b".")

# SMPL-X: jaw, eyes and fingers behind the 22 shared joints, face landmarks, and dictionaries that NumPy pickles.
expressive = body(PARENTS[:22] + [15, 15, 15] + fingers(25), 20)
references(expressive, "expressive_reference.npz", 20)
np.savez(here / "expressive.npz", **expressive, lmk_faces_idx=np.zeros(51, np.int64), lmk_bary_coords=np.ones((51, 3)) / 3,
         hands_meanl=np.zeros(45), joint2num=np.array({"Pelvis": 0, "Jaw": 22}, dtype=object), allow_pickle=np.array(True))
