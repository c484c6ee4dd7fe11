// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "body/body_model.h"
#include "body/body_parameters.h"
#include "body/camera.h"

namespace hmr {

/// A body before a crop's camera.
struct PlacedBody {
    BodyParameters parameters;
    WeakPerspectiveCamera camera;
};

/// Optimisation alone: pulls a body onto known 2D joints, towards poses that people take and within their joints' limits
/// (body/fitting/joint_fit.h).
class BodyFitter {
public:
    /// Throws Error when the shipped table of likely poses cannot be read.
    explicit BodyFitter(const BodyModel& body);
    ~BodyFitter();

    /// `joints` [19,2] in crop coordinates; those whose deviation is not finite do not count. Without any the start comes back.
    PlacedBody fit(const PlacedBody& start, const Points2d& joints, const Eigen::VectorXd& deviations, double poseDeviation) const;

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace hmr
