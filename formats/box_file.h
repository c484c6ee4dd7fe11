// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <vector>

#include "body/types.h"

namespace hmr {

/// Person boxes that other programs wrote, in pixels of the picture: OpenPose's JSON (one box a person, around the joints it is
/// sure of, grown by a tenth since joints lie inside the body) or {"bbox": [x, y, width, height]} as SPIN takes it, one or
/// several. Throws Error: no JSON, another layout, numbers that are not finite, nobody in it.
std::vector<PixelBox> readBoxes(const std::filesystem::path& file);

}  // namespace hmr
