# SPDX-License-Identifier: MIT
"""Writes small files as VIBE, WHAM, PHALP and ROMP write their results, with numbers that tests know:
/usr/bin/python3 make_results.py (python3-numpy, python3-joblib). Every layout is the programs' own; no file of theirs is read."""
import os
import pathlib
import zlib

import joblib
import numpy as np

here = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 640, 480


def pose(person, frame):
    """[72]: upright before the camera, the left knee bent."""
    values = np.zeros(72, dtype=np.float32)
    values[0] = np.pi
    values[12] = 0.1 * (frame + 1) + 0.5 * person
    return values


def vibe():
    people = {}
    for person, frames in ((1, [0, 1, 2]), (3, [1, 2])):
        n = len(frames)
        boxes = np.array([[300 + 10 * person, 240, 200, 200]] * n, dtype=np.float32)
        camera = np.array([[0.8, 0.05, -0.1]] * n, dtype=np.float32)
        scale_x, scale_y = camera[:, 0] * boxes[:, 2] / WIDTH, camera[:, 0] * boxes[:, 2] / HEIGHT
        in_picture = np.stack([scale_x, scale_y, (boxes[:, 0] - WIDTH / 2) / (WIDTH / 2) / scale_x + camera[:, 1],
                               (boxes[:, 1] - HEIGHT / 2) / (HEIGHT / 2) / scale_y + camera[:, 2]], axis=1)
        people[person] = {"pred_cam": camera, "orig_cam": in_picture, "verts": np.zeros((n, 5, 3), np.float32),
                          "pose": np.stack([pose(person, f) for f in frames]), "betas": np.full((n, 10), 0.5, np.float32),
                          "joints3d": np.zeros((n, 49, 3), np.float32), "joints2d": None, "bboxes": boxes, "frame_ids": np.array(frames)}
    return people


def wham():
    frames = [4, 5, 7]
    trans = np.array([[0.1 * f, 0.2, 3.0] for f in frames], dtype=np.float32)
    return {0: {"pose": np.stack([pose(0, f) for f in frames]), "trans": trans, "pose_world": np.zeros((3, 72)), "trans_world": trans,
                "betas": np.full((3, 10), -0.25, np.float32), "verts": np.zeros((3, 5, 3), np.float32), "frame_ids": np.array(frames)}}


def turn_about_x(angle):
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]], dtype=np.float32)


def phalp():
    frames = {}
    for time in range(3):
        ids = [2] if time == 0 else [2, 5]
        bodies = []
        for person in ids:
            turns = np.tile(np.eye(3, dtype=np.float32), (23, 1, 1))
            turns[3] = turn_about_x(0.1 * (time + 1) + 0.1 * person)
            bodies.append({"global_orient": turn_about_x(np.pi)[None], "body_pose": turns, "betas": np.full(10, 0.1 * person, np.float32)})
        frames[f"outputs/_DEMO/clip/img/{time + 1:06d}.jpg"] = {
            "time": time, "shot": 0, "frame_path": f"outputs/_DEMO/clip/img/{time + 1:06d}.jpg", "tracked_ids": ids, "tid": ids,
            "bbox": [np.array([100.0 * i, 50, 80, 200]) for i in ids], "size": [[HEIGHT, WIDTH]] * len(ids),
            "camera": [np.array([0.1 * i, 0.3, 20.0], dtype=np.float32) for i in ids], "smpl": bodies, "conf": [0.9] * len(ids)}
    return frames


def romp_people(frame, count):
    return {"smpl_thetas": np.stack([pose(p, frame) for p in range(count)]), "smpl_betas": np.full((count, 10), 0.2, np.float32),
            "cam_trans": np.array([[0.5 * p, 0.1, 4.0] for p in range(count)], np.float32), "cam": np.ones((count, 3), np.float32),
            "pj2d_org": np.zeros((count, 71, 2), np.float32)}


for name, results in (("vibe_output.pkl", vibe()), ("wham_output.pkl", wham()), ("phalp.pkl", phalp())):
    joblib.dump(results, here / name)
joblib.dump(phalp(), here / "phalp_compressed.pkl", compress=3)  # as PHALP does
joblib.dump(wham(), here / "wham_gzip.pkl", compress=("gzip", 3))
joblib.dump(wham(), here / "bad_bzip2.pkl", compress=("bz2", 3))
(here / "bad_bomb.pkl").write_bytes(zlib.compress(bytes(24 << 20), 9))
broken = wham()
broken[0]["trans"] = broken[0]["trans"][:2]
joblib.dump(broken, here / "bad_rows.pkl")
broken = wham()
broken[0]["pose"][1, 5] = np.nan
joblib.dump(broken, here / "bad_not_finite.pkl")
np.savez(here / "romp_picture.npz", results=romp_people(0, 2))
np.savez(here / "romp_video.npz", results={f"{f:08d}.jpg": romp_people(f, 1) for f in range(3)})


class Removal:
    def __reduce__(self):
        return os.system, ("touch executed",)


np.savez(here / "bad_system.npz", results={"smpl_thetas": Removal()})
