#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Poses the shipped bodies by SMPL's equations, written plainly in NumPy, and keeps some vertices and all joints.

Run in the repository's root:  python3 tests/data/body_construction/make_reference.py
It writes tests/data/body_construction/posed.npz, which the test `test_open_body` compares with our own posing.
"""
import numpy as np


def rotation(axis_angle):
    angle = np.linalg.norm(axis_angle)
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = axis_angle / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def pose_body(body, betas, pose):
    get = lambda key: body[key].astype(np.float64)
    rotations = [rotation(p) for p in pose]
    shaped = get("v_template") + get("shapedirs") @ betas
    joints = get("J_regressor") @ shaped
    feature = np.concatenate([(r - np.eye(3)).ravel() for r in rotations[1:]])
    rest = shaped + get("posedirs") @ feature
    parents = body["kintree_table"][0].astype(np.int64)
    world = []
    for j, r in enumerate(rotations):
        local = np.eye(4)
        local[:3, :3] = r
        local[:3, 3] = joints[j] - (joints[parents[j]] if j else 0)
        world.append(world[parents[j]] @ local if j else local)
    posed_joints = np.array([w[:3, 3] for w in world])
    for j, w in enumerate(world):
        world[j] = w.copy()
        world[j][:3, 3] -= w[:3, :3] @ joints[j]
    blended = np.einsum("vj,jab->vab", get("weights"), np.array(world))
    return np.einsum("vab,vb->va", blended[:, :3, :3], rest) + blended[:, :3, 3], posed_joints


def main():
    random = np.random.default_rng(5)
    out = {}
    betas = np.concatenate([np.zeros((1, 10)), random.normal(0, 1.2, (3, 10))])
    poses = np.concatenate([np.zeros((1, 24, 3)), random.normal(0, 0.35, (3, 24, 3))])
    out["betas"], out["poses"] = betas, poses
    for name, step in (("openbody", 37), ("openbody-lod", 19)):
        body = np.load(f"resources/body/{name}.npz")
        posed = [pose_body(body, b, p) for b, p in zip(betas, poses)]
        out[name + "-ids"] = np.arange(0, len(body["v_template"]), step).astype(np.uint32)
        out[name + "-vertices"] = np.array([v[::step] for v, _ in posed])
        out[name + "-joints"] = np.array([j for _, j in posed])
    np.savez_compressed("tests/data/body_construction/posed.npz", **out)


if __name__ == "__main__":
    main()
