// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "body/posing.h"

namespace hmr {

/// Where a body's joints are, without its surface.
struct JointFrames {
    Points3d positions;                      ///< [J,3] metres
    std::vector<Eigen::Matrix3d> rotations;  ///< [J] joint to the frame of the parameters
};

/// The joints of one shape: poses them in a microsecond instead of the milliseconds of the whole surface.
class JointChain {
public:
    JointChain(const BodyModel& model, const Eigen::VectorXd& betas);

    /// The same joints as poseBody's.
    JointFrames pose(const BodyParameters& parameters) const;
    const Points3d& rest() const { return rest_; }
    const std::vector<int>& parents() const { return parents_; }

private:
    Points3d rest_;
    std::vector<int> parents_;
};

}  // namespace hmr
