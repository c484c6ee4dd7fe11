// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "training/scenes/synthetic_scene.h"

namespace hmr {

/// The labels of a picture as one line of JSON (no line break), our neutral format (docs/datasets.md):
/// {"picture": "000000.png", "width": W, "height": H, "camera": {"focal_length": f, "principal_point": [u, v]},
///  "people": [{"box": [x, y, w, h], "keypoints": [[x, y, v] × 19], "joints3d": [[X, Y, Z] × 19],
///              "pose": [72], "betas": [10], "translation": [3], "body": bodyId,
///              "silhouette": partsName, "parts": partsName}]}
/// Pixels of the picture; metres and radians in camera axes (x right, y down, z forward); v 1 inside the picture, else 0.
/// `bodyId`: the model of the parameters; empty: not told. `partsName`: the picture of the first person's parts; empty: none.
std::string labelLine(const std::string& pictureName, const SyntheticPicture& drawn, const std::string& bodyId = {}, const std::string& partsName = {});

}  // namespace hmr
