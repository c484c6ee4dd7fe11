# SPDX-License-Identifier: MIT
# Small MATLAB files of the structure that LSP, LSP-extended, MPII and MPI-INF-3DHP are distributed in, with made-up numbers.
# Made with SciPy 1.10: python3 make_mat_files.py
import os
import struct
import numpy as np
import scipy.io as sio

here = os.path.dirname(os.path.abspath(__file__))


def save(name, variables):
    sio.savemat(os.path.join(here, name), variables, do_compression=True)


# LSP [3,14,N]: x = 10 person + joint, y = 20 + 5 joint; the third row marks hidden joints: joint 6 of everybody.
lsp = np.zeros((3, 14, 4))
for person in range(4):
    for joint in range(14):
        lsp[:, joint, person] = 10 * person + joint, 20 + 5 * joint, joint == 6
save("lsp_joints.mat", {"joints": lsp})

# LSP-extended [14,3,N]: the third column marks annotated joints: all but joint 6.
extended = np.transpose(lsp[:, :, :3], (1, 0, 2)).copy()
extended[:, 2, :] = 1 - extended[:, 2, :]
save("lspet_joints.mat", {"joints": extended})


# MPII: the first picture has two people (the second without joints), the second picture is of the test half.
def point(identity, x, y, visible):
    return {"x": float(x), "y": float(y), "id": float(identity), "is_visible": visible}


def structures(rows):
    keys = list(rows[0].keys())
    array = np.zeros((1, len(rows)), dtype=[(key, object) for key in keys])
    for i, row in enumerate(rows):
        for key in keys:
            array[0, i][key] = row[key]
    return array


points = [point(i, 30 + 2 * i, 100 - 4 * i, ["1", np.zeros((0, 0)), 0.0][i % 3]) for i in range(16) if i != 4]
people = structures([{"scale": 3.0, "objpos": {"x": 40.0, "y": 60.0}, "annopoints": {"point": structures(points)}},
                     {"scale": 2.0, "objpos": {"x": 10.0, "y": 10.0}, "annopoints": np.zeros((0, 0))}])
annolist = structures([{"image": {"name": "a.png"}, "annorect": people, "frame_sec": np.zeros((0, 0))},
                       {"image": {"name": "b.png"}, "annorect": np.zeros((0, 0)), "frame_sec": np.zeros((0, 0))}])
save("mpii_human_pose_v1_u12_1.mat", {"RELEASE": {"annolist": annolist, "img_train": np.array([[1.0, 0.0]]),
                                                 "version": "12", "single_person": np.zeros((2, 1), dtype=object)}})

# MPI-INF-3DHP, training: cells of 14 cameras, frames x (28 joints x 2 or 3), millimetres.
frames, annot2, annot3 = 3, np.empty((14, 1), dtype=object), np.empty((14, 1), dtype=object)
for camera in range(14):
    f, j = np.meshgrid(np.arange(frames), np.arange(28), indexing="ij")
    annot2[camera, 0] = np.stack([100 * camera + 10 * f + j, 200 + 3 * j], axis=2).reshape(frames, 56).astype(np.float64)
    annot3[camera, 0] = np.stack([1000 * f + 10 * j, -5.0 * j, 4000 + j], axis=2).reshape(frames, 84).astype(np.float64)
save("3dhp_annot.mat", {"annot2": annot2, "annot3": annot3})

# MPI-INF-3DHP, test: [axes,17,1,frames]; frame 1 is not valid, frame 3 has a joint outside the picture.
frames = 4
j, f = np.meshgrid(np.arange(17), np.arange(frames), indexing="ij")
pixels = np.stack([400 + 10 * f + j, 300 + 20.0 * j])[:, :, None, :]
pixels[0, 5, 0, 3] = -3
metres = np.stack([100 * f + 10 * j, -5.0 * j, 4000.0 + j + 0 * f])[:, :, None, :]
save("3dhp_annot_data.mat", {"annot2": pixels, "univ_annot3": metres, "annot3": metres * 1.1,
                             "valid_frame": np.array([[1], [0], [1], [1]], dtype=np.uint8),
                             "activity_annotation": np.array([[2.0], [2.0], [5.0], [1.0]])})


# A variable whose flags name no class, as libmatio also sees HDF5 files of other programs.
def element(kind, data):
    return struct.pack("<II", kind, len(data)) + data + b"\0" * (-len(data) % 8)


array = element(6, struct.pack("<II", 0, 0)) + element(5, struct.pack("<ii", 1, 1)) + element(1, b"joints") + element(9, struct.pack("<d", 3))
with open(os.path.join(here, "no_class.mat"), "wb") as file:
    file.write(b"MATLAB 5.0 MAT-file".ljust(116) + b"\0" * 8 + struct.pack("<HH", 0x0100, 0x4D49) + element(14, array))
