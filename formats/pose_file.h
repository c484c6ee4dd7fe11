// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <string>

#include "body/types.h"

namespace hmr {

/// A pose with a name, as a library keeps it.
struct NamedPose {
    std::string name;
    Points3d pose;  ///< [24,3] axis-angle, radians
};

/// JSON: {"version": 1, "name": …, "pose": [72]}. Throws Error: missing, no such file, another joint count, not finite.
NamedPose readPoseFile(const std::filesystem::path& file);

/// Whether a JSON file begins as one of a pose, not of a picture's people. Throws Error when it cannot be opened.
bool looksLikePose(const std::filesystem::path& file);

/// Writes the same, whole or not at all. Throws Error.
void writePoseFile(const std::filesystem::path& file, const NamedPose& pose);

}  // namespace hmr
