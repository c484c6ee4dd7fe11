# SPDX-License-Identifier: MIT
# A small pickle of the structure of 3DPW's sequence files, with made-up numbers: two people, three frames, as Python 2 wrote them.
# Made with NumPy 1.24: python3 make_3dpw_file.py
import os
import pickle
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
frames = 3


def person(number):
    f = np.arange(frames, dtype=np.float64)
    joints = np.zeros((frames, 72))
    for joint in range(24):
        joints[:, 3 * joint:3 * joint + 3] = np.stack([0.1 * joint + number + 0 * f, 0.01 * joint + 0 * f, 0.5 * f], axis=1)
    pixels = np.zeros((frames, 3, 18))
    pixels[:, 0] = 10 * np.arange(18) + f[:, None]
    pixels[:, 1] = 300 - 5 * np.arange(18)
    pixels[:, 2] = 0.9
    pixels[:, :, 17] = 0
    poses = np.zeros((frames, 72))
    poses[:, 4] = 0.3
    return poses, 0.1 * np.arange(10) + number, np.stack([f, f, f], axis=1), joints, pixels


people = [person(0), person(1)]
camera = np.eye(4)[None].repeat(frames, axis=0)
camera[:, :3, :3] = np.diag([1, -1, -1])
camera[:, :3, 3] = [0, 1, 4]
sequence = {"poses": [p[0] for p in people], "betas": [p[1] for p in people], "trans": [p[2] for p in people],
            "jointPositions": [p[3] for p in people], "poses2d": [p[4] for p in people], "cam_poses": camera, "genders": ["m", "f"],
            "campose_valid": [np.array([1, 0, 1]), np.array([0, 0, 1])], "sequence": "courtyard_test_00", "cam_intrinsics": np.eye(3),
            "img_frame_ids": np.arange(frames)}
with open(os.path.join(here, "courtyard_test_00.pkl"), "wb") as file:
    pickle.dump(sequence, file, protocol=2)
