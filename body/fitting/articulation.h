// SPDX-License-Identifier: MIT
#pragma once
#include "body/body_parameters.h"
#include "body/fitting/keypoints.h"

namespace hmr {

/// Parameters as rotation matrices. Throws Error for another joint count than 24.
ArticulatedState articulated(const BodyParameters& parameters);

/// And back. Joints and betas that did not move keep the very numbers of `before`.
BodyParameters parametersOf(const ArticulatedState& state, const BodyParameters& before);

/// The rotations after turning each joint by its part of `step` [72…]: rotation · exp(w).
std::vector<Eigen::Matrix3d> turned(const std::vector<Eigen::Matrix3d>& rotations, const Eigen::VectorXd& step);

}  // namespace hmr
