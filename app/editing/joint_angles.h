// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hmr {

/// What the pose sliders show: three angles in degrees, intrinsic X-Y-Z, of a rotation R = Rx(a)·Ry(b)·Rz(c).
using JointAngles = Eigen::Vector3d;

/// Rotation matrix of the angles.
Eigen::Matrix3d rotationFromAngles(const JointAngles& degrees);

/// Angles in [−180, 180] that give the rotation back exactly (to rounding). Two triples do; without `near` the one whose
/// middle angle lies in [−90, 90], else the one closer to `near`, so that a slider never jumps under the hand.
JointAngles anglesFromRotation(const Eigen::Matrix3d& rotation, const std::optional<JointAngles>& near = {});

/// Angles of a joint's axis-angle. The root is shown against an upright person who faces the camera (camera axes turned by
/// 180° about x), so that all zeros stand; every other joint is shown as it is, relative to its parent.
JointAngles shownAngles(int joint, const Eigen::Vector3d& axisAngle, const std::optional<JointAngles>& near = {});

/// The axis-angle that shownAngles shows as `degrees`.
Eigen::Vector3d axisAngleFromShown(int joint, const JointAngles& degrees);

/// "left_knee" → "Left knee".
std::string jointLabel(std::string_view jointName);

/// Joints that are listed, and reset, together.
struct JointGroup {
    std::string name;
    std::vector<int> joints;
};

/// Body, left and right arm, left and right leg: all 24 joints, each once.
const std::vector<JointGroup>& jointGroups();

}  // namespace hmr
