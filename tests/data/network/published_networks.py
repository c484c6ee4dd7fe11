# SPDX-License-Identifier: MIT
"""Networks that others published, written in PyTorch after their papers and file layouts, to compare with."""
import math

import torch
import torch.nn.functional as F
from torch import nn

MEAN, DEVIATION = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])


def crop(size):
    """The test's picture [1,3,S,S] in [0,1]: integers by a formula that the C++ test repeats."""
    y, x, c = torch.meshgrid(torch.arange(size), torch.arange(size), torch.arange(3), indexing="ij")
    return (((x * 7 + y * 13 + c * 50 + x * y // 11) % 256).float() / 255).permute(2, 0, 1)[None]


def imagenet(picture):
    return (picture - MEAN.view(3, 1, 1)) / DEVIATION.view(3, 1, 1)


def rotations_spin(pose):
    columns = pose.view(-1, 3, 2)
    return gram_schmidt(columns[:, :, 0], columns[:, :, 1])


def rotations_humans4d(pose):
    return gram_schmidt(pose.view(-1, 6)[:, :3], pose.view(-1, 6)[:, 3:])


def gram_schmidt(a1, a2):
    b1 = F.normalize(a1)
    b2 = F.normalize(a2 - torch.einsum("bi,bi->b", b1, a2).unsqueeze(-1) * b1)
    return torch.stack((b1, b2, torch.cross(b1, b2, dim=1)), dim=-1)


def rotations_axis_angle(pose):
    pose = pose.view(-1, 3)
    angle = torch.norm(pose + 1e-8, dim=1, keepdim=True)
    x, y, z = (pose / angle).unbind(1)
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], 1).view(-1, 3, 3)
    return torch.eye(3) + torch.sin(angle)[..., None] * cross + (1 - torch.cos(angle))[..., None] * cross @ cross


class Bottleneck(nn.Module):
    def __init__(self, inputs, planes, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inputs, planes, 1, bias=False), nn.BatchNorm2d(planes)
        self.conv2, self.bn2 = nn.Conv2d(planes, planes, 3, stride, 1, bias=False), nn.BatchNorm2d(planes)
        self.conv3, self.bn3 = nn.Conv2d(planes, planes * 4, 1, bias=False), nn.BatchNorm2d(planes * 4)
        self.downsample = None
        if stride != 1 or inputs != planes * 4:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, planes * 4, 1, stride, bias=False), nn.BatchNorm2d(planes * 4))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        return F.relu(self.bn3(self.conv3(y)) + (self.downsample(x) if self.downsample else x))


class Spin(nn.Module):
    """ResNet-50 and the regressor of SPIN: nothing but dropout behind its hidden layers."""

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        inputs = 64
        for number, (planes, blocks) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3)), 1):
            layers = []
            for block in range(blocks):
                layers.append(Bottleneck(inputs, planes, 2 if number > 1 and block == 0 else 1))
                inputs = planes * 4
            setattr(self, f"layer{number}", nn.Sequential(*layers))
        self.fc1, self.fc2 = nn.Linear(2048 + 157, 1024), nn.Linear(1024, 1024)
        self.decpose, self.decshape, self.deccam = nn.Linear(1024, 144), nn.Linear(1024, 10), nn.Linear(1024, 3)
        self.register_buffer("init_pose", torch.randn(1, 144))
        self.register_buffer("init_shape", torch.randn(1, 10) * 0.1)
        self.register_buffer("init_cam", torch.tensor([[0.9, 0, 0]]))
        for layer in (self.decpose, self.decshape, self.deccam):
            nn.init.xavier_uniform_(layer.weight, gain=0.05)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                nn.init.uniform_(module.weight, 0.2, 0.6)
                nn.init.uniform_(module.running_var, 0.5, 1.5)
                nn.init.uniform_(module.running_mean, -0.1, 0.1)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x)))).mean((2, 3))
        pose, shape, camera = self.init_pose, self.init_shape, self.init_cam
        for _ in range(3):
            y = self.fc2(self.fc1(torch.cat([x, pose, shape, camera], 1)))
            pose, shape, camera = pose + self.decpose(y), shape + self.decshape(y), camera + self.deccam(y)
        return camera, rotations_spin(pose), shape


def slim_hmr(state, picture):
    """HMR's TensorFlow graph (slim's resnet_v2 and the 3D module); `state` has PyTorch's axis order and dots in its names."""

    def norm(x, name):
        v = {key: state[f"{name}.{key}"].view(1, -1, 1, 1) for key in ("gamma", "beta", "moving_mean", "moving_variance")}
        return F.relu((x - v["moving_mean"]) / torch.sqrt(v["moving_variance"] + 1e-5) * v["gamma"] + v["beta"])

    def conv2d_same(x, weight, stride, bias=None):
        if stride == 1:
            return F.conv2d(x, weight, bias, padding=weight.shape[2] // 2)
        total = weight.shape[2] - 1
        before = total // 2
        return F.conv2d(F.pad(x, (before, total - before, before, total - before)), weight, bias, stride)

    def unit(x, name, stride):
        active = norm(x, name + "preact")
        if name + "shortcut.weights" in state:
            shortcut = F.conv2d(active, state[name + "shortcut.weights"], state[name + "shortcut.biases"], stride)
        else:
            shortcut = x[:, :, ::stride, ::stride]
        y = norm(F.conv2d(active, state[name + "conv1.weights"]), name + "conv1.BatchNorm")
        y = norm(conv2d_same(y, state[name + "conv2.weights"], stride), name + "conv2.BatchNorm")
        return shortcut + F.conv2d(y, state[name + "conv3.weights"], state[name + "conv3.biases"])

    x = conv2d_same(2 * (picture - 0.5), state["resnet_v2_50.conv1.weights"], 2, state["resnet_v2_50.conv1.biases"])
    x = F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=-math.inf), 3, 2)
    for block in range(1, 5):
        units = 0
        while f"resnet_v2_50.block{block}.unit_{units + 1}.bottleneck_v2.conv1.weights" in state:
            units += 1
        for number in range(1, units + 1):
            stride = 2 if number == units and block < 4 else 1
            x = unit(x, f"resnet_v2_50.block{block}.unit_{number}.bottleneck_v2.", stride)
    features = norm(x, "resnet_v2_50.postnorm").mean((2, 3))
    theta = state["mean_param"]
    for _ in range(3):
        y = torch.cat([features, theta], 1)
        for layer in ("fc1", "fc2"):
            y = F.relu(F.linear(y, state[f"3D_module.{layer}.weights"], state[f"3D_module.{layer}.biases"]))
        theta = theta + F.linear(y, state["3D_module.fc3.weights"], state["3D_module.fc3.biases"])
    return theta[:, :3], rotations_axis_angle(theta[:, 3:75]), theta[:, 75:]


def slim_shapes(stem, outputs, inner, units, hidden):
    """Names and shapes of slim_hmr's state."""
    shapes = {"resnet_v2_50.conv1.weights": [stem, 3, 7, 7], "resnet_v2_50.conv1.biases": [stem]}

    def norm(name, channels):
        for key in ("gamma", "beta", "moving_mean", "moving_variance"):
            shapes[f"{name}.{key}"] = [channels]

    channels = stem
    for block in range(4):
        for number in range(1, units[block] + 1):
            name = f"resnet_v2_50.block{block + 1}.unit_{number}.bottleneck_v2."
            norm(name + "preact", channels)
            if channels != outputs[block]:
                shapes[name + "shortcut.weights"] = [outputs[block], channels, 1, 1]
                shapes[name + "shortcut.biases"] = [outputs[block]]
            shapes[name + "conv1.weights"] = [inner[block], channels, 1, 1]
            shapes[name + "conv2.weights"] = [inner[block], inner[block], 3, 3]
            norm(name + "conv1.BatchNorm", inner[block])
            norm(name + "conv2.BatchNorm", inner[block])
            shapes[name + "conv3.weights"] = [outputs[block], inner[block], 1, 1]
            shapes[name + "conv3.biases"] = [outputs[block]]
            channels = outputs[block]
    norm("resnet_v2_50.postnorm", channels)
    for layer, inputs, size in (("fc1", channels + 85, hidden), ("fc2", hidden, hidden), ("fc3", hidden, 85)):
        shapes[f"3D_module.{layer}.weights"] = [size, inputs]
        shapes[f"3D_module.{layer}.biases"] = [size]
    shapes["mean_param"] = [1, 85]
    return shapes


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.qkv, self.proj = heads, nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        n, t, d = x.shape
        q, k, v = self.qkv(x).reshape(n, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        a = (q * (d // self.heads) ** -0.5 @ k.transpose(-2, -1)).softmax(-1)
        return self.proj((a @ v).transpose(1, 2).reshape(n, t, d))


class Mlp(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.norm1, self.attn = nn.LayerNorm(width, eps=1e-6), Attention(width, heads)
        self.norm2, self.mlp = nn.LayerNorm(width, eps=1e-6), Mlp(width, hidden)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class PatchEmbed(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.proj = nn.Conv2d(3, width, 16, 16, 2)


class Vit(nn.Module):
    def __init__(self, width, heads, hidden, depth):
        super().__init__()
        self.patch_embed, self.pos_embed = PatchEmbed(width), nn.Parameter(torch.zeros(1, 193, width))
        self.blocks = nn.ModuleList(Block(width, heads, hidden) for _ in range(depth))
        self.last_norm = nn.LayerNorm(width, eps=1e-6)

    def forward(self, x):
        x = self.patch_embed.proj(x).flatten(2).transpose(1, 2) + self.pos_embed[:, 1:] + self.pos_embed[:, :1]
        for block in self.blocks:
            x = block(x)
        return self.last_norm(x)


def heads_of(x, heads):
    return x.view(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)


class SelfAttention(nn.Module):
    def __init__(self, width, heads, size):
        super().__init__()
        self.heads, self.to_qkv = heads, nn.Linear(width, 3 * heads * size, bias=False)
        self.to_out = nn.Sequential(nn.Linear(heads * size, width), nn.Dropout(0))

    def forward(self, x, context=None):
        q, k, v = (heads_of(part, self.heads) for part in self.to_qkv(x).chunk(3, -1))
        a = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).softmax(-1)
        return self.to_out((a @ v).transpose(1, 2).flatten(2))


class CrossAttention(nn.Module):
    def __init__(self, width, context, heads, size):
        super().__init__()
        self.heads, self.to_kv = heads, nn.Linear(context, 2 * heads * size, bias=False)
        self.to_q = nn.Linear(width, heads * size, bias=False)
        self.to_out = nn.Sequential(nn.Linear(heads * size, width), nn.Dropout(0))

    def forward(self, x, context=None):
        k, v = (heads_of(part, self.heads) for part in self.to_kv(context).chunk(2, -1))
        q = heads_of(self.to_q(x), self.heads)
        a = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).softmax(-1)
        return self.to_out((a @ v).transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Dropout(0), nn.Linear(hidden, width), nn.Dropout(0))

    def forward(self, x, context=None):
        return self.net(x)


class PreNorm(nn.Module):
    def __init__(self, width, fn):
        super().__init__()
        self.norm, self.fn = nn.LayerNorm(width), fn

    def forward(self, x, context=None):
        return self.fn(self.norm(x), context)


class CrossTransformer(nn.Module):
    def __init__(self, width, context, heads, size, hidden, depth):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.ModuleList([PreNorm(width, SelfAttention(width, heads, size)), PreNorm(width, CrossAttention(width, context, heads, size)),
                           PreNorm(width, FeedForward(width, hidden))]) for _ in range(depth))

    def forward(self, x, context):
        for layer in self.layers:
            for part in layer:
                x = part(x, context) + x
        return x


class Decoder(nn.Module):
    def __init__(self, width, context, heads, size, hidden, depth):
        super().__init__()
        self.to_token_embedding, self.pos_embedding = nn.Linear(1, width), nn.Parameter(torch.zeros(1, 1, width))
        self.transformer = CrossTransformer(width, context, heads, size, hidden, depth)

    def forward(self, context):
        token = torch.zeros(context.shape[0], 1, 1)
        return self.transformer(self.to_token_embedding(token) + self.pos_embedding, context).squeeze(1)


class SmplHead(nn.Module):
    def __init__(self, width, context, heads, size, hidden, depth):
        super().__init__()
        self.transformer = Decoder(width, context, heads, size, hidden, depth)
        self.decpose, self.decshape, self.deccam = nn.Linear(width, 144), nn.Linear(width, 10), nn.Linear(width, 3)
        self.register_buffer("init_body_pose", torch.zeros(1, 144))
        self.register_buffer("init_betas", torch.zeros(1, 10))
        self.register_buffer("init_cam", torch.zeros(1, 3))

    def forward(self, x):
        token = self.transformer(x)
        pose = self.decpose(token) + self.init_body_pose
        return self.deccam(token) + self.init_cam, rotations_humans4d(pose), self.decshape(token) + self.init_betas


class Hmr2(nn.Module):
    def __init__(self, width, heads, hidden, depth, token, decoder_heads, decoder_hidden, decoder_depth):
        super().__init__()
        self.backbone = Vit(width, heads, hidden, depth)
        self.smpl_head = SmplHead(token, width, decoder_heads, 64, decoder_hidden, decoder_depth)

    def forward(self, x):
        return self.smpl_head(self.backbone(x[:, :, :, 32:-32]))
