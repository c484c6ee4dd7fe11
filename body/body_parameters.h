// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>

#include "body/skeleton.h"
#include "body/types.h"

namespace hmr {

/// What poses and shapes a body. Joint 0 is the root: its rotation is the body's global orientation.
/// In a recovered body the root turns the model into camera axes (x right, y down, z forward), so it is near π about x.
struct BodyParameters {
    Points3d pose = Points3d::Zero(kNumSmplJoints, 3);           ///< [J,3] axis-angle of each joint to its parent, radians
    Eigen::VectorXd betas = Eigen::VectorXd::Zero(kNumBetas);    ///< shape coefficients, standard deviations
    Eigen::Vector3d translation = Eigen::Vector3d::Zero();       ///< added after posing, metres

    bool operator==(const BodyParameters& other) const {
        return pose.rows() == other.pose.rows() && pose == other.pose && betas.size() == other.betas.size() &&
               betas == other.betas && translation == other.translation;
    }
};

/// The parameters of the mirror image (left and right swapped about the x = 0 plane); betas stay.
BodyParameters mirrored(const BodyParameters& parameters);

}  // namespace hmr
