// SPDX-License-Identifier: MIT
#pragma once
#include "body/motion/take.h"
#include "formats/motion/animated_figure.h"
#include "formats/parameters_file.h"

namespace hmr {

inline constexpr int kMostFrames = 5'000'000;  ///< two days of video; a damaged number must not fill the memory

/// What `hmr run` wrote, as a take; without the tracks that are no person (see dropGhosts).
Take takeOf(const EstimateDocument& document);

/// A take as what `hmr run` writes: cameras of crops that see each body where the take's camera does, joints computed.
/// Throws Error for bodies that are not before the take's camera (see seenFromACamera).
EstimateDocument documentOf(const BodyModel& model, const Take& take, const ShareReport& report = {});

/// Writes what documentOf gives as JSON, frame by frame. Throws Error as it does.
void writeTakeParametersJson(const std::filesystem::path& file, const BodyModel& model, const Take& take, const ShareReport& report = {});

/// Whether a file's name is that of imported motion: a take's source then, but nothing that could be shown.
bool isMotionFile(const std::filesystem::path& file);

}  // namespace hmr
