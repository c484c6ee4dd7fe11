// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <memory>

#include "network/crop_network.h"

namespace hmr {

/// A TorchScript module that maps normalized pictures [N,3,S,S] either to [N,85] (camera 3, axis-angle pose 72, betas 10) or to
/// rotations [N,24,3,3] (or [N,216]), betas [N,10] and camera [N,3], in a tuple, list or dictionary in any order and among others. Where
/// several tensors have one of these sizes, a dictionary's names tell (pred_rotmat, pred_betas, pred_cam and the like). It is a program:
/// TorchScript's own interpreter runs it, which reaches neither files nor Python. Throws Error when it does not load, and later when its
/// answer is of another form.
std::unique_ptr<CropNetwork> openScriptNetwork(const std::filesystem::path& file);

}  // namespace hmr
