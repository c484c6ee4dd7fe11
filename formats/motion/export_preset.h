// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <span>
#include <string>
#include <string_view>

#include "body/skeleton.h"

namespace hmr {

/// Which axis of the file points up; x stays the body's left at rest, and y-up bodies face +z, z-up ones −y.
enum class UpAxis { Y, Z };

/// Which joint carries the way that a person goes.
enum class RootHandling {
    Pelvis,    ///< the pelvis moves; no further bone
    RootBone,  ///< a bone "root" on the floor moves along it, the pelvis moves up and down above it
    InPlace    ///< nobody leaves the spot: the way along the floor is left out
};

/// What another program expects of a file. docs/export.md shows the table.
struct ExportPreset {
    std::string_view name;      ///< as the command line takes it
    std::string_view title;     ///< as the window shows it
    UpAxis fbxUp;               ///< FBX is in centimetres with its unit written down; glTF always y up in metres
    UpAxis textUp;              ///< BVH, OBJ, PLY and CSV, which cannot say it
    double bvhUnitsPerMetre;
    double meshUnitsPerMetre;   ///< OBJ and PLY
    std::string_view bonePrefix;
    std::array<std::string_view, kNumSmplJoints> boneNames;  ///< in the order of SMPL's joints
    RootHandling root;

    std::string boneName(int joint) const { return std::string(bonePrefix) + std::string(boneNames[static_cast<std::size_t>(joint)]); }
};

/// Plain, Blender, Unity, Unreal, Maya, Mixamo.
std::span<const ExportPreset> exportPresets();

/// The preset of this name; throws Error that lists the names.
const ExportPreset& exportPreset(std::string_view name);

}  // namespace hmr
