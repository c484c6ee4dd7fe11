// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>

#include "body/fitting/pose_mixture.h"

namespace hmr {

/// NPZ: "weights" [K], "means" [K,69], "whiteners" [K,69,69] (lower triangular, float16). Throws Error: missing arrays, shapes that
/// disagree, numbers that are not finite, a weight or a diagonal that is not above zero.
PoseMixture loadPoseMixture(const std::filesystem::path& file);

void savePoseMixture(const std::filesystem::path& file, const PoseMixture& mixture);

}  // namespace hmr
