// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "body/body_model.h"
#include "cli/stopwatch.h"

namespace hmr {

/// What a hand on the picture waits for: a step of dragging, and fitting a body again.
class FittingTimes {
public:
    /// Throws Error for a body that cannot be fitted (see KeypointModel).
    explicit FittingTimes(std::shared_ptr<const BodyModel> body);
    ~FittingTimes();

    StageTiming drag(int minRuns) const;        ///< the left wrist by 3 cm, three joints pinned
    StageTiming snap(int minRuns) const;        ///< to 19 joints of another pose and shape
    StageTiming silhouette(int minRuns) const;  ///< and to its silhouette; throws Error when there is no OpenGL

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace hmr
