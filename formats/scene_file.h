// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <span>
#include <string>

#include "formats/figure.h"
#include "formats/motion/animated_figure.h"

namespace hmr {

/// Writes the posed meshes as OBJ (+ .mtl): metres, y up, normals, UVs, one object a figure. Through Assimp. Throws Error.
void writeObj(const std::filesystem::path& file, std::span<const Figure> figures);

/// Writes skinned figures with their skeletons in the pose as binary glTF (metres, y up). Through Assimp. Throws Error.
void writeGlb(const std::filesystem::path& file, std::span<const Figure> figures);

/// The same with motion: one animation that moves everybody, a skeleton a person; shape and parameters are kept in the scene's
/// extras (see figureExtras). The figures must be y up. Throws Error.
void writeMotionGlb(const std::filesystem::path& file, std::span<const AnimatedFigure> figures, const ShareReport& report = {});

/// What Assimp finds in a mesh or scene file, for `hmr info`.
struct SceneSummary {
    std::string format;
    int numMeshes = 0, numVertices = 0, numTriangles = 0, numBones = 0, numAnimations = 0;
    Eigen::Vector3d lowest = Eigen::Vector3d::Zero(), highest = Eigen::Vector3d::Zero();  ///< bounds, the file's units
};
SceneSummary summarizeScene(const std::filesystem::path& file);

}  // namespace hmr
