// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <span>

#include "formats/figure.h"
#include "formats/motion/animated_figure.h"

namespace hmr {

/// Writes binary FBX 7.4: per figure a mesh in bind pose, its skeleton, skin weights and bind pose, the pose on the joints.
/// Units are centimetres with UnitScaleFactor 1 and axes y up, so that it stands upright at its size in Blender, Unity
/// and Maya. Our own writer, since Assimp 5.2 writes corrupt binary FBX (assimp#4686). Throws Error.
void writeFbx(const std::filesystem::path& file, std::span<const Figure> figures);

/// The same with motion: one animation stack (take) a person, named after it, with curves for every joint's rotation (degrees,
/// Euler angles without jumps) and the moving joints' places. The axes are those of the figures; shape and parameters are
/// kept as the user property "hmr" of the mesh (see figureExtras). Throws Error.
void writeMotionFbx(const std::filesystem::path& file, std::span<const AnimatedFigure> figures, const ShareReport& report = {});

}  // namespace hmr
