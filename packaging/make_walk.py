# SPDX-License-Identifier: MIT
"""Writes parameters as `hmr run` does (JSON) of two people who walk past a camera: motion to check exports with.

usage: make_walk.py FILE.json
"""
import json
import math
import sys

RATE, FRAMES, WIDTH, HEIGHT = 30.0, 60, 1280, 720


def turned(angle):
    """Axis-angle of half a turn about x (upright before a camera) after a turn about y."""
    # quaternion (0, 1, 0, 0) · (cos a/2, 0, sin a/2, 0)
    cosine, sine = math.cos(angle / 2), math.sin(angle / 2)
    return [math.pi * cosine, 0.0, math.pi * sine]


def person(number, frame):
    swing = math.sin(2 * math.pi * frame / RATE + number)
    pose = [[0.0, 0.0, 0.0] for _ in range(24)]
    pose[0] = turned(0.6 + 0.1 * swing)
    pose[1], pose[2] = [-0.5 * swing, 0, 0], [0.5 * swing, 0, 0]
    pose[4], pose[5] = [0.35 + 0.3 * swing, 0, 0], [0.35 - 0.3 * swing, 0, 0]
    pose[16], pose[17] = [0.1, 0.2 * swing, -1.2], [0.1, 0.2 * swing, 1.2]
    pose[18], pose[19] = [0, -0.5 + 0.2 * swing, 0], [0, 0.5 + 0.2 * swing, 0]
    pose[20] = [0, math.pi / 2 * swing, 0]
    x, y = 300 + 250 * number + 6 * frame, 330 + 4 * math.cos(4 * math.pi * frame / RATE)
    betas = [0.8 - number, -0.5, 0.3 * number, 0.2, 0, 0, 0, 0, 0, 0]
    return {"id": number, "box": [x - 90, y - 190, 180, 380], "crop": {"center": [x, y], "side": 420}, "confidence": 0.9,
            "camera": {"scale": 0.85 - 0.1 * number, "translation": [0.0, 0.05]}, "pose": sum(pose, []), "betas": betas,
            "joints3d": [], "joints2d": []}


def main():
    frames = [{"index": f, "time": f / RATE, "people": [person(n, f) for n in range(2) if n == 0 or f >= 12]} for f in range(FRAMES)]
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump({"version": 1, "source": "walk.mp4", "width": WIDTH, "height": HEIGHT, "frame_rate": RATE, "frames": frames}, file)


main()
