// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <memory>

#include "body/fitting/pose_mixture.h"

namespace hmr {

/// NPZ: "weights" [K], "means" [K,69], "whiteners" [K,69,69] (lower triangular, float16). Throws Error: missing arrays, shapes that
/// disagree, numbers that are not finite, a weight or a diagonal that is not above zero.
PoseMixture loadPoseMixture(const std::filesystem::path& file);

/// The shipped one, read once. Throws Error as loadPoseMixture does.
std::shared_ptr<const PoseMixture> shippedPoseMixture();

void savePoseMixture(const std::filesystem::path& file, const PoseMixture& mixture);

}  // namespace hmr
