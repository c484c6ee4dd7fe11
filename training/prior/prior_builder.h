// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "training/prior/pose_prior.h"

namespace hmr {

/// How recordings become a prior.
struct PriorOptions {
    double framesPerSecond = 15;     ///< faster recordings are thinned to about this
    double amcFramesPerSecond = 120; ///< AMC files do not say theirs
    std::filesystem::path skeleton;  ///< for .amc files without an .asf beside them; may be empty
    int count = 0;                   ///< keep so many well-spread poses; 0: all
};

/// What came of one file.
struct ClipReport {
    std::string name, skeleton;
    int frames = 0, kept = 0;        ///< after thinning; within the joint limits
    std::string problem;             ///< why the file was passed over; empty if it was not
};

struct PriorReport {
    std::vector<ClipReport> clips;
    std::array<int, kNumSmplJoints> framesBeyondLimit{};  ///< per joint
    int frames = 0, kept = 0;
};

/// Reads motion capture (.bvh, .amc with its .asf; folders are searched below), retargets it and drops frames with a joint
/// beyond human limits. A file that cannot be read is reported and passed over. Throws Error when nothing is left.
PosePrior buildPosePrior(const std::vector<std::filesystem::path>& inputs, const PriorOptions& options, PriorReport& report);

}  // namespace hmr
