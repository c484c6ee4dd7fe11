// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <span>

#include "formats/motion/animated_figure.h"

namespace hmr {

/// Writes joint places as CSV: a row a frame and person, "frame,time,person" and then x, y, z of every joint in metres.
/// Frames count from 0, time in seconds. Whole or not at all. Throws Error.
void writeJointCsv(const std::filesystem::path& file, std::span<const AnimatedFigure> figures, const ShareReport& report = {});

}  // namespace hmr
