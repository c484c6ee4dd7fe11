// SPDX-License-Identifier: MIT
#include "body/fitting/articulation.h"

#include "body/error.h"
#include "body/rotation.h"

namespace hmr {

ArticulatedState articulated(const BodyParameters& parameters) {
    if (parameters.pose.rows() != kNumSmplJoints) {
        throw Error("Fitting knows poses of SMPL's 24 joints; this one has " + std::to_string(parameters.pose.rows()) + ".");
    }
    ArticulatedState state;
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        state.rotations.push_back(rotationFromAxisAngle(parameters.pose.row(joint).transpose()));
    }
    state.betas = parameters.betas;
    state.translation = parameters.translation;
    return state;
}

BodyParameters parametersOf(const ArticulatedState& state, const BodyParameters& before) {
    BodyParameters parameters = before;
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        if (angleBetween(state.rotations[joint], rotationFromAxisAngle(before.pose.row(joint).transpose())) < 1e-12) continue;
        parameters.pose.row(joint) = axisAngleFromRotation(state.rotations[joint]).transpose();
    }
    parameters.betas = state.betas;
    parameters.translation = state.translation;
    return parameters;
}

std::vector<Eigen::Matrix3d> turned(const std::vector<Eigen::Matrix3d>& rotations, const Eigen::VectorXd& step) {
    std::vector<Eigen::Matrix3d> moved = rotations;
    for (std::size_t joint = 0; joint < moved.size(); ++joint) {
        const Eigen::Vector3d turn = step.segment<3>(static_cast<Eigen::Index>(3 * joint));
        if (!turn.isZero(0)) moved[joint] *= rotationFromAxisAngle(turn);
    }
    return moved;
}

}  // namespace hmr
