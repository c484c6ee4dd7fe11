// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>

#include "formats/motion/animated_figure.h"

namespace hmr {

/// Writes one person in AMASS's layout (SMPL-H, z up, metres): poses [F,156] axis-angle (root, 21 body joints, 2×15 hand joints
/// of which SMPL's hands take the middle of the first), trans [F,3], betas [16], dmpls [F,8] zero, gender, mocap_framerate;
/// and, which AMASS has not, first_frame, body_model. Whole or not at all. Throws Error.
void writeAmass(const std::filesystem::path& file, const BodyModel& model, const Take& take, int person, const MotionExportSettings& settings);

/// Reads such a file: poses of 156 (SMPL-H), 72 (SMPL) or 165 (SMPL-X) numbers, z up. Betas beyond the body's are left out,
/// missing keys of shape count as the mean shape. Throws Error that names the key.
Take readAmass(const std::filesystem::path& file, const BodyModel& model, std::string* remark = nullptr);

/// Does the file hold AMASS's keys?
bool isAmass(const std::filesystem::path& file);

}  // namespace hmr
