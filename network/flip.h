// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "network/hmr_network.h"

namespace hmr {

/// Pictures [count,size,size,3], each mirrored left to right.
std::vector<std::uint8_t> flippedPictures(std::span<const std::uint8_t> pictures, int size);

/// The mean of the answer for a picture and the answer for its mirror image: rotations half way between the two, joints that
/// are seen weighted by how sure each answer is.
NetworkOutput averagedWithFlip(const NetworkOutput& straight, const NetworkOutput& ofMirrorImage);

}  // namespace hmr
