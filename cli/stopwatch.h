// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>

namespace hmr {

/// What was measured of one stage, or why it was not.
struct StageTiming {
    std::string name, what;
    int threads = 1;
    int numRuns = 0;
    double medianMs = 0, p95Ms = 0;
    std::string skippedBecause;  ///< empty when it was measured
};

/// Runs the work at least `minRuns` times after two runs to warm up; short work is repeated for half a second. `prepare` runs before
/// each and is not counted.
StageTiming timeStage(std::string name, std::string what, int threads, int minRuns, const std::function<void()>& work,
                      const std::function<void()>& prepare = {});

}  // namespace hmr
