#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Pictures per second of one training step, ours and PyTorch's Python front end, in turns in the same run.

Ours is `hmr train` on synthetic pictures with the time it waits for pictures taken out; it does everything a step needs:
network, body layer, losses, discriminators and both optimizers. The Python side is kept lighter, so that the ratio cannot
flatter us: the same network in the same precision, a loss on its outputs, and Adam; no body layer, no discriminators.
Needs Debian's python3-torch.    usage: /usr/bin/python3 training/compare_throughput.py [--hmr build/release/bin/hmr]"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

import torch
from torch import nn

BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3)}


class Block(nn.Module):
    def __init__(self, inputs, width, stride, bottleneck):
        super().__init__()
        outputs = width * (4 if bottleneck else 1)
        shapes = [(inputs, width, 1, 1), (width, width, 3, stride), (width, outputs, 1, 1)] if bottleneck else [(inputs, width, 3, stride), (width, width, 3, 1)]
        layers = []
        for i, (a, b, kernel, step) in enumerate(shapes):
            layers += [nn.Conv2d(a, b, kernel, step, kernel // 2, bias=False), nn.BatchNorm2d(b)]
            if i + 1 < len(shapes):
                layers.append(nn.ReLU(inplace=True))
        self.layers = nn.Sequential(*layers)
        changes = stride != 1 or inputs != outputs
        self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)) if changes else nn.Identity()

    def forward(self, x):
        return torch.relu(self.layers(x) + self.shortcut(x))


class Network(nn.Module):
    """ResNet and the regressor that corrects the mean parameters `iterations` times (6D rotations)."""

    def __init__(self, depth, iterations, hidden):
        super().__init__()
        bottleneck, inputs = depth >= 50, 64
        layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
        for i, (count, width) in enumerate(zip(BLOCKS[depth], (64, 128, 256, 512))):
            for j in range(count):
                layers.append(Block(inputs, width, 2 if j == 0 and i > 0 else 1, bottleneck))
                inputs = width * (4 if bottleneck else 1)
        self.backbone, self.iterations = nn.Sequential(*layers), iterations
        self.regressor = nn.Sequential(nn.Linear(inputs + 157, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, 157))
        self.start = nn.Parameter(torch.zeros(157), requires_grad=False)

    def forward(self, x):
        features = self.backbone(x).mean((2, 3))
        answer, answers = self.start.expand(x.shape[0], -1), []
        for _ in range(self.iterations):
            answer = answer + self.regressor(torch.cat([features, answer], 1))
            answers.append(answer)
        return answers


def python_rate(options):
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    network = Network(options.depth, 3, 1024).to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], 1e-4)
    pictures = torch.randn(options.batch, 3, options.size, options.size).to(memory_format=torch.channels_last)
    target, times = torch.randn(options.batch, 157), []
    for _ in range(options.steps + 2):
        start = time.perf_counter()
        optimizer.zero_grad()
        sum(nn.functional.mse_loss(answer, target) for answer in network(pictures)).backward()
        optimizer.step()
        times.append(time.perf_counter() - start)
    times = sorted(times[2:])
    return options.batch / times[len(times) // 2]


def our_rate(options):
    with tempfile.TemporaryDirectory() as folder:
        config = {"name": "throughput", "architecture": f"hmr-resnet{options.depth}", "batch": options.batch, "inputSizes": [{"size": options.size}],
                  "totalPictures": options.batch * (options.steps + 2), "threads": options.threads, "dropout": 0, "logEverySteps": 1,
                  "sources": [{"kind": "synthetic", "share": 1}], "validateEveryMinutes": 0, "checkpointEveryMinutes": 0, "validationPictures": 1}
        path = os.path.join(folder, "config.json")
        with open(path, "w") as file:
            json.dump(config, file)
        subprocess.run([options.hmr, "train", path, "-o", os.path.join(folder, "run")], check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, "run", "log.jsonl")) as file:
            steps = [line for line in map(json.loads, file) if line["kind"] == "step"][2:]
    rates = sorted(step["picturesPerSecond"] / max(1e-6, 1 - step["sampleWaitShare"]) for step in steps)
    return rates[len(rates) // 2]


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hmr", default=os.path.join(here, "..", "build", "release", "bin", "hmr"))
    parser.add_argument("--depth", type=int, default=18, choices=sorted(BLOCKS))
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3, help="turns of both; the median counts, so that other work on the machine weighs less")
    options = parser.parse_args()
    rates = [(our_rate(options), python_rate(options)) for _ in range(options.rounds)]
    ours, python = (statistics.median(rate[side] for rate in rates) for side in (0, 1))
    print(f"network: ResNet-{options.depth}, {options.size} pixels, batch {options.batch}, {options.threads} threads, float32, channels last")
    print(f"hmr train: {ours:.2f} pictures/s (median of {options.rounds} rounds of {options.steps} steps, waiting for pictures taken out)")
    print(f"PyTorch {torch.__version__}: {python:.2f} pictures/s")
    print(f"ratio: {ours / python:.2f}")


if __name__ == "__main__":
    main()
