# SPDX-License-Identifier: MIT
"""Writes full-size files of random weights as SPIN, MMHuman3D and HMR published theirs, and what the networks answer for the
formula picture: python3 make_published_files.py FOLDER. Some 400 MB; tests make them where PyTorch is installed. With a second
argument, hmr2, it writes HMR 2.0's checkpoint instead: 2.7 GB, and 6 GB of memory to make it."""
import pathlib
import sys

import numpy as np
import torch

sys.path.append(str(pathlib.Path(__file__).parents[1] / "tensors"))
import published_networks as published  # noqa: E402
import tensor_bundle  # noqa: E402

folder = pathlib.Path(sys.argv[1])
torch.manual_seed(11)


def save_answer(name, outputs):
    camera, rotations, betas = (part.double().numpy() for part in outputs)
    np.savez(folder / f"{name}.npz", camera=camera, rotations=rotations, betas=betas)


def save_hmr2():
    """ViT-H and the decoder of 4D-Humans, in a checkpoint as PyTorch Lightning writes it."""
    network = published.Hmr2(1280, 16, 5120, 32, 1024, 8, 1024, 6).eval()
    network.backbone.pos_embed.normal_(0, 0.02)
    network.smpl_head.transformer.pos_embedding.normal_(0, 0.5)
    network.smpl_head.init_body_pose.normal_()
    network.smpl_head.init_betas.normal_(0, 0.1)
    network.smpl_head.init_cam.copy_(torch.tensor([[0.9, 0, 0]]))
    torch.save({"epoch": 35, "global_step": 1000000, "pytorch-lightning_version": "1.8.1", "state_dict": network.state_dict(), "optimizer_states": []},
               folder / "hmr2.ckpt")
    save_answer("hmr2", network(published.imagenet(published.crop(256))))


if sys.argv[2:] == ["hmr2"]:
    with torch.no_grad():
        save_hmr2()
    sys.exit()

with torch.no_grad():
    spin = published.Spin().eval()
    state = spin.state_dict()
    optimizer = {"state": {0: {"step": 1, "exp_avg": torch.zeros(1000)}}, "param_groups": []}
    torch.save({"model": {"module." + key: value for key, value in state.items()}, "optimizer": optimizer, "epoch": 1},
               folder / "spin.pt", _use_new_zipfile_serialization=False)
    head = ("fc1", "fc2", "dec", "init_")
    renamed = {("head." if key.startswith(head) else "backbone.") + key: value for key, value in state.items()}
    torch.save({"meta": {"epoch": 3}, "state_dict": renamed}, folder / "mmhuman3d.pth")
    save_answer("spin", spin(published.imagenet(published.crop(224))))

    shapes = published.slim_shapes(64, [256, 512, 1024, 2048], [64, 128, 256, 512], [3, 4, 6, 3], 1024)
    weights = {}
    for name, shape in shapes.items():
        fan_in = max(1, int(np.prod(shape[1:])))
        if name.endswith("moving_variance"):
            weights[name] = torch.empty(shape).uniform_(0.5, 1.5)
        elif name.endswith("gamma"):
            weights[name] = torch.empty(shape).uniform_(0.3, 0.8)
        elif len(shape) > 1 and name != "mean_param":
            weights[name] = torch.randn(shape) * (0.1 if ".fc3." in name else 1.2) / fan_in**0.5
        else:
            weights[name] = torch.randn(shape) * 0.1
    save_answer("hmr", published.slim_hmr(weights, published.crop(224)))
    order = {4: (2, 3, 1, 0), 2: (1, 0)}
    tensorflow = {}
    for name, tensor in weights.items():
        array = tensor.numpy()
        if name.endswith("weights"):
            array = array.transpose(order[array.ndim])
        tensorflow[name.replace(".", "/")] = array
    tensorflow["D/pose/weights"] = np.zeros((3, 3), np.float32)
    tensor_bundle.save(folder / "model.ckpt-667589", tensorflow, checksum=False)
