// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "body/body_model.h"

namespace hmr {

/// What a body is, as far as its counts, its own name and the file's name tell. Unknown words are empty.
struct BodyIdentity {
    std::string family;   ///< "SMPL", "SMPL-H", "SMPL-X", "MANO", "FLAME", "open body"
    std::string gender;   ///< "female", "male", "neutral"
    std::string version;  ///< "1.0.0", "1.1.0"
};
BodyIdentity identifyBody(const BodyModelData& data, const std::filesystem::path& file);

/// Fills in what the files of known families leave to their readers: model name, joint names, and the points of the face
/// (smplx's vertices of nose, eyes and ears). What the file says itself stays, but for the directions of SMPL-X's facial expressions, which
/// are no shapes.
void completeBody(BodyModelData& data, const std::filesystem::path& file);

/// Why 24-joint HMR parameters cannot drive the body, as a sentence; nothing when they can.
std::optional<std::string> whyHmrCannotDrive(const BodyModel& body);

}  // namespace hmr
