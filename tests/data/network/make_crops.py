# SPDX-License-Identifier: MIT
"""Crops of a picture made by formulas, by the rules of the authors of HMR, SPIN and HMR 2.0 as docs/models.md tells them, in NumPy and
Pillow: python3 make_crops.py writes crops.npz, every eighth pixel of each. SciPy's imresize is gone since 1.3; it was the byte scale
below and Pillow's resize."""
import math
import pathlib

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

WIDTH, HEIGHT = 480, 360
# Centre and side in pixels: shrunk and enlarged, on whole pixels and between, within the picture and beyond it.
BOXES = [(240, 180, 224), (251, 170, 301), (230.3, 189.6, 420.7), (300, 200, 150), (470.2, 90.9, 260), (260.4, 181.7, 523.3), (240, 180, 1100)]


def picture():
    """Waves as strong as photographs have them (falling with frequency), and an edge. The C++ test repeats it."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(float)
    out = np.zeros((HEIGHT, WIDTH, 3))
    for c in range(3):
        value = np.full((HEIGHT, WIDTH), 128.0)
        for k in range(1, 25):
            frequency, angle = 0.00075 * k * k, 2.4 * k + c
            value += 26 / k * np.cos(2 * math.pi * frequency * (x * math.cos(angle) + y * math.sin(angle)) + 1.7 * k)
        ellipse = (x - 250) ** 2 / 3600 + (y - 180) ** 2 / 14400 < 1
        out[..., c] = np.where(ellipse, value * 0.5 + 90 - 30 * c, value)
    return np.clip(np.floor(out + 0.5), 0, 255).astype(np.uint8)


def linear(image, at_x, at_y, is_black_beyond):
    """Between pixels at columns at_x and rows at_y, which count from pixels' centres."""
    height, width = image.shape[:2]
    x0, y0 = np.floor(at_x).astype(int), np.floor(at_y).astype(int)
    fx, fy = (at_x - x0)[None, :, None], (at_y - y0)[:, None, None]

    def pixels(rows, columns):
        values = image[np.clip(rows, 0, height - 1)][:, np.clip(columns, 0, width - 1)].astype(float)
        if is_black_beyond:
            values = values * ((rows >= 0) & (rows < height))[:, None, None] * ((columns >= 0) & (columns < width))[None, :, None]
        return values

    upper = pixels(y0, x0) * (1 - fx) + pixels(y0, x0 + 1) * fx
    lower = pixels(y0 + 1, x0) * (1 - fx) + pixels(y0 + 1, x0 + 1) * fx
    return upper * (1 - fy) + lower * fy


def hmr(image, x, y, side, size=224):
    """The picture scaled linearly to whole pixels, its border repeated, cut around the rounded centre."""
    height, width = image.shape[:2]
    scale = size / side
    new_height, new_width = math.floor(height * scale), math.floor(width * scale)
    scaled = np.round(linear(image, np.clip((np.arange(new_width) + 0.5) * width / new_width - 0.5, 0, width - 1),
                             np.clip((np.arange(new_height) + 0.5) * height / new_height - 0.5, 0, height - 1), False))
    half = size // 2
    center_x, center_y = int(np.round(x * new_width / width)), int(np.round(y * new_height / height))
    margin = half + size  # the cut may begin beyond half a crop outside
    padded = np.pad(scaled, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
    return padded[center_y + margin - half : center_y + margin + half, center_x + margin - half : center_x + margin + half]


def spin(image, x, y, side, stretch, size=224):
    """Whole pixels between corners that were rounded toward zero, black beyond the picture, resized by Pillow."""
    left, top, right, bottom = (int(value) for value in (x - side / 2, y - side / 2, x + side / 2, y + side / 2))
    cut = np.zeros((bottom - top, right - left, 3))
    height, width = image.shape[:2]
    cut[max(0, -top) : min(bottom, height) - top, max(0, -left) : min(right, width) - left] = image[
        max(0, top) : min(bottom, height), max(0, left) : min(right, width)]
    if stretch:
        cut = (cut - cut.min()) * 255 / (cut.max() - cut.min())
    return np.asarray(Image.fromarray((cut + 0.5).astype(np.uint8)).resize((size, size), Image.BILINEAR)).astype(float)


def hmr2(image, x, y, side, size=256):
    """Blurred where it shrinks by more than 2.2, then linear; pixel i of the crop lies at (i - 128)·side/256 from the centre."""
    image = image.astype(float)
    shrinking = side / size / 2
    if shrinking > 1.1:
        image = np.stack([gaussian_filter(image[..., c], (shrinking - 1) / 2, mode="nearest", truncate=4) for c in range(3)], axis=-1)
    step = (np.arange(size) - size / 2) * side / size
    return linear(image, step + x, step + y, True)


image = picture()
crops = {}
for number, (x, y, side) in enumerate(BOXES):
    crops[f"hmr_{number}"] = hmr(image, x, y, side)
    crops[f"spin_{number}"] = spin(image, x, y, side, False)
    crops[f"spin_stretched_{number}"] = spin(image, x, y, side, True)
    crops[f"hmr2_{number}"] = hmr2(image, x, y, side)
few = {name: np.clip(np.round(crop), 0, 255).astype(np.uint8)[::8, ::8] for name, crop in crops.items()}
np.savez_compressed(pathlib.Path(__file__).with_name("crops.npz"), boxes=np.array(BOXES, float), **few)
