// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "body/motion/take.h"
#include "formats/bvh.h"
#include "formats/motion/animated_figure.h"

namespace hmr {

/// A figure's skeleton and motion as Biovision files have them: the root's position and every joint's rotation in the order
/// Z, X, Y (degrees), an end site at every leaf. Frames before a late start hold the first pose.
BvhMotion bvhOf(const AnimatedFigure& figure, double unitsPerMetre);

/// Writes a .bvh: whole or not at all. Throws Error.
void writeBvh(const std::filesystem::path& file, const BvhMotion& motion, const ShareReport& report = {});

/// Which skeleton takeFromBvh() sees in a file: "SMPL's, bones named for Unity", "CMU BVH (MotionBuilder)"; nothing for one that it
/// cannot read.
std::optional<std::string> skeletonOf(const BvhMotion& motion);

/// A take from a .bvh on SMPL's skeleton under any preset's bone names (rotations as they are), or on one of the skeletons
/// that `retargeted` knows (CMU's and others; the way along is scaled by leg length). Up is found by the rest pose; one
/// person of the mean shape. Throws Error.
Take takeFromBvh(const BodyModel& model, const std::filesystem::path& file);

}  // namespace hmr
