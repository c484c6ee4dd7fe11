# SPDX-License-Identifier: MIT
"""What small networks of others' architectures answer for weights and a picture made by formulas; writes
published_reference.json: python3 make_published_reference.py"""
import json
import math
import pathlib

import torch

import published_networks as published

torch.set_default_dtype(torch.float32)


def wave(shape, seed):
    numbers = torch.arange(math.prod(shape), dtype=torch.float64)
    return torch.sin(numbers * 12.9898 + 78.233 * seed).view(shape)


def value(name, shape, seed):
    """The formula that the C++ test repeats."""
    numbers = wave(shape, seed)
    if name.endswith("moving_variance"):
        return 1 + 0.5 * numbers
    if name.endswith("gamma") or (len(shape) == 1 and name.endswith("weight")):
        return 0.6 + 0.1 * numbers
    if "init_" in name or name == "mean_param":
        return 0.5 * numbers
    if len(shape) == 2 or len(shape) == 4:
        if name.startswith(("backbone.", "smpl_head.")):
            gain = 4
        else:
            gain = 1 if ".fc3." in name else 3
        return gain / math.sqrt(math.prod(shape[1:])) * numbers
    return 0.1 * numbers


def fill(shapes):
    return {name: value(name, shapes[name], seed).float() for seed, name in enumerate(sorted(shapes))}


def answer(shapes, outputs):
    camera, rotations, betas = (part.double().flatten().tolist() for part in outputs)
    return {"shapes": shapes, "camera": camera, "rotations": rotations, "betas": betas}


with torch.no_grad():
    slim = published.slim_shapes(4, [8, 16, 16, 24], [2, 4, 4, 6], [2, 2, 2, 1], 32)
    reference = {"hmr-slim-resnet50": answer(slim, published.slim_hmr(fill(slim), published.crop(224)))}
    network = published.Hmr2(160, 2, 96, 2, 32, 2, 40, 2).eval()
    shapes = {name: list(tensor.shape) for name, tensor in network.state_dict().items()}
    network.load_state_dict(fill(shapes))
    reference["hmr2-vit"] = answer(shapes, network(published.imagenet(published.crop(256))))
file = pathlib.Path(__file__).with_name("published_reference.json")
file.write_text(json.dumps(reference) + "\n")
