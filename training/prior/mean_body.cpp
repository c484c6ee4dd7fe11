// SPDX-License-Identifier: MIT
#include "training/prior/mean_body.h"

#include <numbers>

#include "body/rotation.h"

namespace hmr {

BodyParameters meanBodyOf(const PosePrior& prior) {
    BodyParameters mean;
    const std::vector<int> rows = posesOfSplit(prior, DataSplit::Training);
    for (int joint = 1; joint < kNumSmplJoints; ++joint) {
        Eigen::Matrix3d sum = Eigen::Matrix3d::Zero();
        for (const int row : rows)
            sum += rotationFromAxisAngle(prior.poses.row(row).segment<3>(3 * joint).transpose().cast<double>());
        mean.pose.row(joint) = axisAngleFromRotation(nearestRotation(sum)).transpose();
    }
    mean.pose.row(0) = Eigen::RowVector3d(std::numbers::pi, 0, 0);
    mean.betas = prior.betaMean;
    return mean;
}

}  // namespace hmr
