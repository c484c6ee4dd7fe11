// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "body/types.h"

namespace hmr {

/// How far a joint's rotation (relative to the T-pose) lies beyond what people can do, radians; 0 within the limits.
/// The rotation is split into a twist about the bone and a swing of the bone, and each is compared with generous limits
/// (the root has none). Wider than body/limits.h, which says how far a healthy adult turns: these sort out the glitches of
/// recordings, whose joint axes are off by tens of degrees (elbows above all) without the pose being wrong.
double beyondLimit(int joint, const Eigen::Vector3d& axisAngle);

/// Joints of a pose [24,3] that lie beyond their limits by more than `tolerance` radians.
std::vector<int> jointsBeyondLimits(const Points3d& pose, double tolerance = 0);

}  // namespace hmr
