// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>

#include "cli/stopwatch.h"

namespace hmr {

/// A stand-in for SMPL's own file, in a temporary folder: a pickle as Python 2 wrote it (protocol 2, NumPy's float64, SciPy's csc
/// regressor) of 6,890 vertices, 24 joints and 10 shapes, 38 MB of random numbers. A cache folder beside it is used while this lives.
class SmplStandIn {
public:
    SmplStandIn();
    ~SmplStandIn();
    SmplStandIn(const SmplStandIn&) = delete;
    SmplStandIn& operator=(const SmplStandIn&) = delete;

    /// Opening the pickle as if for the first time. That its quick copy is written meanwhile is not counted.
    StageTiming timeFirst(int minRuns) const;
    /// Opening it when the quick copy is there.
    StageTiming timeAgain(int minRuns) const;

private:
    std::filesystem::path folder_, file_;
    std::string cacheBefore_;
    bool hadCache_ = false;
};

}  // namespace hmr
