#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes reference.json and states.txt beside itself: what the network must answer for weights made by a formula, and the
names and shapes of its state. Written in plain PyTorch functions after torchvision's resnet.py and SPIN's hmr.py, and
independent of our C++. Needs Debian's python3-torch.   usage: python3 make_reference.py"""
import json
import math
import os

import torch
import torch.nn.functional as F

BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3)}
HERE = os.path.dirname(os.path.abspath(__file__))


def batch_norm(channels):
    return {k: (channels,) for k in ("weight", "bias", "running_mean", "running_var")}


def state_shapes(depth, pose_size):
    shapes = {"conv1.weight": (64, 3, 7, 7)}

    def add(prefix, entries):
        shapes.update({prefix + "." + k: v for k, v in entries.items()})

    add("bn1", batch_norm(64))
    expansion = 4 if depth >= 50 else 1
    inputs = 64
    for layer, (blocks, width) in enumerate(zip(BLOCKS[depth], (64, 128, 256, 512)), 1):
        for block in range(blocks):
            name = f"layer{layer}.{block}"
            outputs = width * expansion
            if depth >= 50:
                kernels = [(width, inputs, 1, 1), (width, width, 3, 3), (outputs, width, 1, 1)]
            else:
                kernels = [(width, inputs, 3, 3), (width, width, 3, 3)]
            for i, shape in enumerate(kernels, 1):
                shapes[f"{name}.conv{i}.weight"] = shape
                add(f"{name}.bn{i}", batch_norm(shape[0]))
            if block == 0 and inputs != outputs:
                shapes[f"{name}.downsample.0.weight"] = (outputs, inputs, 1, 1)
                add(f"{name}.downsample.1", batch_norm(outputs))
            inputs = outputs
    sizes = {"fc1": (1024, inputs + pose_size + 13), "fc2": (1024, 1024), "decpose": (pose_size, 1024),
             "decshape": (10, 1024), "deccam": (3, 1024)}
    for name, shape in sizes.items():
        add(name, {"weight": shape, "bias": shape[:1]})
    shapes.update({"init_pose": (1, pose_size), "init_shape": (1, 10), "init_cam": (1, 3)})
    return shapes


def waves(shape, seed):
    """Element i is sin(12.9898 i + 78.233 seed), in double precision."""
    count = math.prod(shape)
    return torch.sin(torch.arange(count, dtype=torch.float64) * 12.9898 + 78.233 * seed).reshape(shape)


def formula_state(depth, pose_size):
    state = {}
    for seed, (name, shape) in enumerate(sorted(state_shapes(depth, pose_size).items())):
        wave = waves(shape, seed)
        if name.startswith("init_"):
            value = 0.5 * wave
        elif name.endswith("running_var"):
            value = 1 + 0.5 * wave
        elif len(shape) > 1:
            gain = 0.3 if name.startswith("dec") else 2.0
            value = gain / math.sqrt(math.prod(shape[1:])) * wave
        elif name.endswith("weight"):
            value = 0.6 + 0.1 * wave
        else:
            value = 0.1 * wave
        state[name] = value.float()
    return state


def features(state, depth, x):
    def norm(name, x):
        return F.batch_norm(x, state[name + ".running_mean"], state[name + ".running_var"], state[name + ".weight"],
                            state[name + ".bias"], False, 0.0, 1e-5)

    x = F.relu(norm("bn1", F.conv2d(x, state["conv1.weight"], stride=2, padding=3)))
    x = F.max_pool2d(x, 3, 2, 1)
    for layer, blocks in enumerate(BLOCKS[depth], 1):
        for block in range(blocks):
            name = f"layer{layer}.{block}"
            stride = 2 if layer > 1 and block == 0 else 1
            convs = 3 if depth >= 50 else 2
            strided = 2 if depth >= 50 else 1
            y = x
            for i in range(1, convs + 1):
                weight = state[f"{name}.conv{i}.weight"]
                y = F.conv2d(y, weight, stride=stride if i == strided else 1, padding=weight.shape[2] // 2)
                y = norm(f"{name}.bn{i}", y)
                if i < convs:
                    y = F.relu(y)
            if f"{name}.downsample.0.weight" in state:
                x = norm(f"{name}.downsample.1", F.conv2d(x, state[f"{name}.downsample.0.weight"], stride=stride))
            x = F.relu(y + x)
    return F.avg_pool2d(x, x.shape[2:]).flatten(1)


def six_d_rotations(pose):
    a = pose.reshape(-1, 3, 2)
    b1 = F.normalize(a[:, :, 0])
    b2 = F.normalize(a[:, :, 1] - torch.einsum("bi,bi->b", b1, a[:, :, 1])[:, None] * b1)
    return torch.stack((b1, b2, torch.cross(b1, b2, dim=1)), dim=-1)


def axis_angle_rotations(pose):
    x, y, z = pose.reshape(-1, 3).double().unbind(1)
    o = torch.zeros_like(x)
    return torch.matrix_exp(torch.stack((o, -z, y, z, o, -x, -y, x, o), 1).reshape(-1, 3, 3)).float()


def answer(depth, encoding):
    pose_size = 144 if encoding == "6d" else 72
    state = formula_state(depth, pose_size)
    image_features = features(state, depth, waves((1, 3, 64, 64), 1000).float())
    pose, shape, camera = state["init_pose"], state["init_shape"], state["init_cam"]
    cameras = []
    for _ in range(3):
        x = torch.cat((image_features, pose, shape, camera), 1)
        x = F.relu(F.linear(x, state["fc1.weight"], state["fc1.bias"]))
        x = F.relu(F.linear(x, state["fc2.weight"], state["fc2.bias"]))
        pose = pose + F.linear(x, state["decpose.weight"], state["decpose.bias"])
        shape = shape + F.linear(x, state["decshape.weight"], state["decshape.bias"])
        camera = camera + F.linear(x, state["deccam.weight"], state["deccam.bias"])
        cameras.append(camera)
    decode = six_d_rotations if encoding == "6d" else axis_angle_rotations

    def rounded(tensor):
        return [round(v, 6) for v in tensor.flatten().tolist()]

    return {"depth": depth, "encoding": encoding, "features": rounded(image_features[:, :16]),
            "cameras": rounded(torch.cat(cameras)), "betas": rounded(shape), "rotations": rounded(decode(pose))}


if __name__ == "__main__":
    with torch.no_grad():
        answers = [answer(*case) for case in ((18, "6d"), (34, "6d"), (50, "6d"), (50, "axis-angle"))]
    with open(os.path.join(HERE, "reference.json"), "w") as file:
        json.dump(answers, file, separators=(",", ":"))
        file.write("\n")
    with open(os.path.join(HERE, "states.txt"), "w") as file:
        for depth in BLOCKS:
            for name, shape in sorted(state_shapes(depth, 144).items()):
                file.write(f"{depth} {name} {','.join(map(str, shape))}\n")
