// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <vector>

#include "body/skeleton.h"

namespace hmr {

inline constexpr int kNumPoseAngles = 3 * (kNumSmplJoints - 1);

/// How likely a pose is: a mixture of Gaussians over the axis-angles of all joints but the root (Bogo et al., ECCV 2016, eq. 4).
/// `hmr prior mixture` learns one from poses.
struct PoseMixture {
    struct Component {
        double weight = 1;         ///< weights sum to one
        Eigen::VectorXd mean;      ///< [69] radians
        Eigen::MatrixXd whitener;  ///< [69,69] lower triangular W: the covariance is (WᵀW)⁻¹
    };
    std::vector<Component> components;
};

}  // namespace hmr
