#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes smpl_reference.txt: a small random body in SMPL's layout, parameters, and what SMPL's equations make of them.

Loper et al. 2015, eq. 2-10, written out in NumPy double precision. Run: python3 make_reference.py
"""
import numpy as np

NUM_VERTICES, NUM_JOINTS, NUM_BETAS = 13, 24, 10
PARENTS = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21]


def rotation(axis_angle):
    angle = np.linalg.norm(axis_angle)
    if angle == 0:
        return np.eye(3)
    x, y, z = axis_angle / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def pose_body(body, pose, betas, translation):
    shaped = body["v_template"] + body["shapedirs"].reshape(-1, 3, NUM_BETAS) @ betas
    rest_joints = body["J_regressor"] @ shaped
    rotations = [rotation(axis_angle) for axis_angle in pose]
    feature = np.concatenate([(r - np.eye(3)).ravel() for r in rotations[1:]])
    corrected = shaped + (body["posedirs"] @ feature).reshape(-1, 3)
    world = []
    for joint, parent in enumerate(PARENTS):
        local = np.eye(4)
        local[:3, :3] = rotations[joint]
        local[:3, 3] = rest_joints[joint] - (rest_joints[parent] if parent >= 0 else 0)
        world.append(world[parent] @ local if parent >= 0 else local)
    joints = np.array([g[:3, 3] for g in world])
    skinning = []
    for g, rest in zip(world, rest_joints):
        to_rest = np.eye(4)
        to_rest[:3, 3] = -rest
        skinning.append(g @ to_rest)
    blended = np.einsum("vj,jrc->vrc", body["weights"], np.array(skinning))
    points = np.concatenate([corrected, np.ones((NUM_VERTICES, 1))], axis=1)
    vertices = np.einsum("vrc,vc->vr", blended, points)[:, :3]
    return vertices + translation, joints + translation


def as_float32(array):
    return np.asarray(array, np.float32).astype(np.float64)


def main():
    rng = np.random.default_rng(20240101)
    weights = rng.random((NUM_VERTICES, NUM_JOINTS)) * (rng.random((NUM_VERTICES, NUM_JOINTS)) < 0.2)
    weights[np.arange(NUM_VERTICES), rng.integers(0, NUM_JOINTS, NUM_VERTICES)] += 0.5
    regressor = rng.random((NUM_JOINTS, NUM_VERTICES))
    posedirs = rng.normal(0, 0.005, (3 * NUM_VERTICES, 9 * (NUM_JOINTS - 1)))
    posedirs[15:21] = 0  # two vertices that the pose does not correct
    body = {
        "v_template": as_float32(rng.normal(0, 0.5, (NUM_VERTICES, 3))),
        "shapedirs": as_float32(rng.normal(0, 0.02, (3 * NUM_VERTICES, NUM_BETAS))),
        "posedirs": as_float32(posedirs),
        "J_regressor": as_float32(regressor / regressor.sum(1, keepdims=True)),
        "weights": as_float32(weights / weights.sum(1, keepdims=True)),
    }
    cases = []
    for scale in (0.0, 1e-7, 0.3, 1.5, 3.0):
        pose = scale * rng.normal(0, 1, (NUM_JOINTS, 3))
        pose[rng.integers(1, NUM_JOINTS, 5)] = 0
        cases.append((pose, rng.normal(0, 2 * min(scale, 1), NUM_BETAS), rng.normal(0, 1, 3) * (scale > 1)))
    with open("smpl_reference.txt", "w") as file:
        def write(name, array):
            array = np.atleast_2d(array)
            file.write(f"{name} {array.shape[0]} {array.shape[1]}\n")
            for row in array:
                file.write(" ".join(f"{value:.9g}" for value in row) + "\n")

        for name, array in body.items():
            write(name, array)
        for index, (pose, betas, translation) in enumerate(cases):
            # The stored parameters have nine digits; the answers are computed from the same rounded numbers.
            pose, betas, translation = (np.vectorize(lambda x: float(f"{x:.9g}"))(a) for a in (pose, betas, translation))
            vertices, joints = pose_body(body, pose, betas, translation)
            write(f"pose{index}", pose)
            write(f"betas{index}", betas)
            write(f"translation{index}", translation)
            write(f"vertices{index}", vertices)
            write(f"joints{index}", joints)


if __name__ == "__main__":
    main()
