// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <memory>

#include "network/crop_network.h"

namespace hmr {

/// A TorchScript module that maps normalized pictures [N,3,S,S] either to [N,85] (camera 3, axis-angle pose 72, betas 10) or to
/// rotations [N,24,3,3] (or [N,216]), betas [N,10] and camera [N,3], in a tuple, list or dictionary in any order and among others. Where
/// several tensors have one of these sizes, a dictionary's names tell (pred_rotmat, pred_betas, pred_cam and the like). It is a program,
/// which TorchScript's own interpreter runs. Before anything of it runs, every operator that it has is looked at: those that write or map
/// files, call other processes or are in libraries of others are refused, and so is code that runs on opening (`__setstate__`). Throws Error
/// for such a program, when it does not load, and later when it fails (with its own reason) or its answer is of another form.
std::unique_ptr<CropNetwork> openScriptNetwork(const std::filesystem::path& file);

}  // namespace hmr
