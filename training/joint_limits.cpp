// SPDX-License-Identifier: MIT
#include "training/joint_limits.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "body/rotation.h"
#include "body/skeleton.h"

namespace hmr {
namespace {

struct Range {
    double low, high;  ///< degrees
};

/// Limits of the rotation's twist about the bone and of its swing's components about the other two axes.
/// `bone` is the axis the bone lies along in the T-pose: 0 arms, 1 trunk and legs. Ranges are about x, y, z.
struct Limits {
    int bone;
    std::array<Range, 3> about;
};

/// The left side's and the middle's limits; the right side's are their mirror image (y and z change sign).
Limits limitsOf(int joint) {
    switch (joint) {
        case 1: return {1, {{{-145, 60}, {-75, 75}, {-50, 100}}}};         // hip: thigh forward, turn, apart
        case 4: return {1, {{{-20, 160}, {-50, 50}, {-35, 35}}}};          // knee
        case 7: return {1, {{{-65, 65}, {-65, 65}, {-50, 50}}}};           // ankle
        case 10: return {1, {{{-65, 65}, {-40, 40}, {-40, 40}}}};          // toes
        case 3: return {1, {{{-45, 75}, {-45, 45}, {-40, 40}}}};           // trunk
        case 6: case 9: return {1, {{{-40, 50}, {-45, 45}, {-40, 40}}}};
        case 12: return {1, {{{-55, 65}, {-70, 70}, {-50, 50}}}};          // neck
        case 15: return {1, {{{-70, 80}, {-75, 75}, {-55, 55}}}};          // head
        case 13: return {0, {{{-50, 50}, {-45, 45}, {-45, 45}}}};          // collar
        case 16: return {0, {{{-130, 130}, {-160, 80}, {-120, 125}}}};     // shoulder
        case 18: return {0, {{{-165, 165}, {-170, 35}, {-95, 95}}}};      // elbow
        case 20: return {0, {{{-110, 110}, {-95, 95}, {-100, 100}}}};      // wrist
        case 22: return {0, {{{-60, 60}, {-95, 95}, {-100, 100}}}};        // hand
        default: return {1, {{{-180, 180}, {-180, 180}, {-180, 180}}}};
    }
}

}  // namespace

double beyondLimit(int joint, const Eigen::Vector3d& axisAngle) {
    if (joint == 0) return 0;
    const int other = kSmplFlip[static_cast<std::size_t>(joint)];
    const bool isRight = other < joint;
    Eigen::Vector3d turned = axisAngle;
    if (isRight) turned.tail<2>() *= -1;  // the mirror image of a turn
    const Limits limits = limitsOf(isRight ? other : joint);

    // Rotation = swing · twist; the twist keeps the quaternion's part along the bone.
    const Eigen::Quaterniond whole(rotationFromAxisAngle(turned));
    Eigen::Quaterniond twist(whole.w(), 0, 0, 0);
    twist.vec()[limits.bone] = whole.vec()[limits.bone];
    if (twist.norm() < 1e-9) twist.setIdentity();
    twist.normalize();
    Eigen::Vector3d angles = axisAngleFromRotation((whole * twist.conjugate()).toRotationMatrix());
    angles[limits.bone] = axisAngleFromRotation(twist.toRotationMatrix())[limits.bone];

    constexpr double kDegree = std::numbers::pi / 180;
    double beyond = 0;
    for (int axis = 0; axis < 3; ++axis) {
        const Range& range = limits.about[static_cast<std::size_t>(axis)];
        beyond = std::max({beyond, angles[axis] - range.high * kDegree, range.low * kDegree - angles[axis]});
    }
    return beyond;
}

std::vector<int> jointsBeyondLimits(const Points3d& pose, double tolerance) {
    std::vector<int> joints;
    for (int joint = 1; joint < std::min<int>(kNumSmplJoints, static_cast<int>(pose.rows())); ++joint)
        if (beyondLimit(joint, pose.row(joint)) > tolerance) joints.push_back(joint);
    return joints;
}

}  // namespace hmr
