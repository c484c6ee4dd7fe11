// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <array>
#include <vector>

#include "body/skeleton.h"
#include "body/types.h"

namespace hmr {

/// A range of angles, radians.
struct AngleRange {
    double lowest = 0, highest = 0;
};

/// How far a joint of a healthy adult turns from the T-pose. The rotation is split into a twist about the bone and a swing
/// of the bone (rotation = swing · twist); `ranges` hold the twist on the bone's axis and the swing's rotation vector on the
/// other two. Axes are those of the rest frame: x left, y up, z forward.
struct JointLimits {
    int boneAxis = 1;  ///< 0 x, 1 y, 2 z
    std::array<AngleRange, 3> ranges;
};

/// Limits of SMPL's 24 joints; the root has none, the right side mirrors the left.
using SmplLimits = std::array<JointLimits, kNumSmplJoints>;

/// Generous ranges of general anatomy.
const SmplLimits& smplJointLimits();

/// Wider ones that sort out the glitches of recordings, whose joint axes are off by tens of degrees (elbows above all) without
/// the pose being wrong.
const SmplLimits& recordedJointLimits();

/// The angles that JointLimits::ranges bound: twist on the bone's axis, the swing's rotation vector on the others.
/// `byTangent` receives their derivative by w where the rotation moves to rotation · exp(w).
Eigen::Vector3d limitAngles(const Eigen::Matrix3d& rotation, int boneAxis, Eigen::Matrix3d* byTangent = nullptr);

/// A joint that is turned too far.
struct LimitViolation {
    int joint = 0;
    int axis = 0;       ///< 0 x, 1 y, 2 z
    double excess = 0;  ///< radians beyond the range; negative below it
};

/// What a pose [24,3] (axis-angle) breaks, in the order of joints and axes. Throws Error for another number of joints.
std::vector<LimitViolation> limitViolations(const Points3d& pose, const SmplLimits& limits = smplJointLimits());

/// The joints that break limits by more than `tolerance` radians, in order.
std::vector<int> jointsBeyondLimits(const Points3d& pose, const SmplLimits& limits = smplJointLimits(), double tolerance = 0);

/// The pose with each joint's twist and swing brought into range; joints within their limits stay as they are.
Points3d withinLimits(const Points3d& pose);

}  // namespace hmr
