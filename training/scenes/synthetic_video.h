// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "body/body_parameters.h"
#include "body/picture.h"
#include "training/scenes/synthetic_scene.h"

namespace hmr {

struct SyntheticVideoSettings {
    std::uint64_t seed = 1;                ///< of shape, clothes, light and backdrop
    int width = 640, height = 360;
    double framesPerSecond = 25, start = 0, seconds = 3;
    double recordedFramesPerSecond = 120;  ///< of the recording; AMC files do not say theirs
    double headingDegrees = 65;            ///< of the walk: 0 toward the camera, 90 to the right of the picture
};

/// A recording as a body that moves over a floor at y = 0: world with y up, feet that bear the body stay where they are, the
/// middle of the path at the origin, its direction turned to the heading. Recordings tell joint angles only, so steps come
/// from the lowest point of the body. Throws Error when the recording is shorter than asked for.
std::vector<BodyParameters> walkedMotion(const BodyModel& body, const std::filesystem::path& recording, const SyntheticVideoSettings& settings);

/// Draws a clothed figure moving as a recording (.bvh, or .amc with its .asf) before a camera that stands still. Throws Error.
void drawSyntheticVideo(const SyntheticAssets& assets, const std::filesystem::path& recording, const SyntheticVideoSettings& settings,
                        const std::function<void(const Picture&)>& onFrame);

}  // namespace hmr
