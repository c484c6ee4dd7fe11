// SPDX-License-Identifier: MIT
#include "body/fitting/pose_terms.h"

#include <algorithm>
#include <limits>

#include "body/limits.h"
#include "body/rotation.h"

namespace hmr {
namespace {

/// −log of weight and volume: what a component costs at its own mean.
double costOfMean(const PoseMixture::Component& component) {
    return -std::log(component.weight) - component.whitener.diagonal().array().log().sum();
}

}  // namespace

double addStartPull(std::span<const Eigen::Matrix3d> rotations, std::span<const Eigen::Matrix3d> start,
                    std::span<const double> deviations, NormalEquations* equations) {
    double cost = 0;
    for (std::size_t joint = 0; joint < rotations.size(); ++joint) {
        const Eigen::Vector3d turned = axisAngleFromRotation(start[joint].transpose() * rotations[joint]);
        const Eigen::Vector3d residual = turned / deviations[joint];
        cost += 0.5 * residual.squaredNorm();
        if (equations) equations->add(static_cast<int>(3 * joint), inverseRightJacobian(turned) / deviations[joint], residual);
    }
    return cost;
}

double addLimits(std::span<const Eigen::Matrix3d> rotations, double margin, double deviation, NormalEquations* equations) {
    double cost = 0;
    for (int joint = 1; joint < kNumSmplJoints; ++joint) {
        const JointLimits& limits = smplJointLimits()[joint];
        Eigen::Matrix3d byTangent;
        const Eigen::Vector3d angles = limitAngles(rotations[joint], limits.boneAxis, equations ? &byTangent : nullptr);
        for (int axis = 0; axis < 3; ++axis) {
            const auto& [lowest, highest] = limits.ranges[axis];
            const double excess = angles[axis] - std::clamp(angles[axis], lowest + margin, highest - margin);
            if (excess == 0) continue;
            const Eigen::Matrix<double, 1, 1> residual(excess / deviation);
            cost += 0.5 * residual.squaredNorm();
            if (equations) equations->add(3 * joint, byTangent.row(axis) / deviation, residual);
        }
    }
    return cost;
}

double addPosePrior(std::span<const Eigen::Matrix3d> rotations, const PoseMixture& mixture, double weight,
                    NormalEquations* equations) {
    Eigen::VectorXd angles(kNumPoseAngles);
    for (int joint = 1; joint < kNumSmplJoints; ++joint) angles.segment<3>(3 * (joint - 1)) = axisAngleFromRotation(rotations[joint]);
    const PoseMixture::Component* likeliest = nullptr;
    double least = std::numeric_limits<double>::infinity(), best = least;
    Eigen::VectorXd residual;
    for (const auto& component : mixture.components) {
        const Eigen::VectorXd whitened = component.whitener * (angles - component.mean);
        const double cost = 0.5 * whitened.squaredNorm() + costOfMean(component);
        best = std::min(best, costOfMean(component));
        if (cost >= least) continue;
        least = cost;
        likeliest = &component;
        residual = whitened;
    }
    if (!likeliest) return 0;
    if (equations) {
        Eigen::MatrixXd jacobian(kNumPoseAngles, kNumPoseAngles);
        for (int column = 0; column < kNumPoseAngles; column += 3) {
            jacobian.middleCols<3>(column) =
                likeliest->whitener.middleCols<3>(column) * inverseRightJacobian(angles.segment<3>(column));
        }
        const double root = std::sqrt(weight);
        equations->add(3, root * jacobian, root * residual);
    }
    return weight * (least - best);
}

}  // namespace hmr
