// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <map>
#include <optional>

#include "body/motion/cleanup.h"
#include "body/motion/motion_figures.h"

namespace hmr {

/// Which filters run over a take, in this order: repair, fill, one shape, smooth, lock feet.
struct CleanupSettings {
    FrameRange range = {0, 1 << 30};
    std::vector<int> people;            ///< ids; empty: everybody
    bool repairsOutliers = true;
    bool fillsGaps = true;
    double longestGap = 1;              ///< seconds
    std::optional<ShapeChoice> shape = ShapeChoice::Median;  ///< nothing: each frame keeps its own
    bool smooths = true;
    SmoothingSettings smoothing;
    bool locksFeet = false;
    ContactSettings contacts;
};

/// A take before and after, person by person.
struct CleanupResult {
    Take take;
    struct Person {
        MotionFigures before, after;
        int numRepaired = 0, numFilled = 0;  ///< frames
    };
    std::map<int, Person> people;
};

/// Cleans a take. `onProgress` gets the share done in [0, 1] and may answer false to stop, which throws Error.
CleanupResult cleaned(const BodyModel& model, const Take& take, const CleanupSettings& settings,
                      const std::function<bool(double)>& onProgress = {});

}  // namespace hmr
