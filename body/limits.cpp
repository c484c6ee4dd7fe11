// SPDX-License-Identifier: MIT
#include "body/limits.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "body/error.h"
#include "body/rotation.h"

namespace hmr {
namespace {

constexpr double kPi = std::numbers::pi;

constexpr AngleRange degrees(double lowest, double highest) {
    return {lowest * kPi / 180, highest * kPi / 180};
}

/// Middle and left joints. The leg hangs along −y, so bending the hip forward is a negative turn about x and bending the
/// knee a positive one; the left arm reaches along +x, so bringing it forward is a negative turn about y.
SmplLimits middleAndLeftLimits() {
    SmplLimits limits;
    limits[0] = {1, {degrees(-360, 360), degrees(-360, 360), degrees(-360, 360)}};
    for (const int spine : {3, 6, 9}) limits[spine] = {1, {degrees(-25, 40), degrees(-25, 25), degrees(-25, 25)}};
    limits[12] = {1, {degrees(-45, 45), degrees(-50, 50), degrees(-35, 35)}};    // neck
    limits[15] = {1, {degrees(-40, 40), degrees(-50, 50), degrees(-30, 30)}};    // head
    limits[1] = {1, {degrees(-135, 35), degrees(-55, 55), degrees(-35, 75)}};    // hip: flexion, rotation, abduction
    limits[4] = {1, {degrees(-10, 160), degrees(-35, 35), degrees(-15, 15)}};    // knee
    limits[7] = {1, {degrees(-40, 60), degrees(-35, 35), degrees(-40, 40)}};     // ankle: toes up, toes down
    limits[10] = {1, {degrees(-70, 45), degrees(-15, 15), degrees(-15, 15)}};    // toes
    limits[13] = {0, {degrees(-25, 25), degrees(-30, 30), degrees(-20, 45)}};    // collar: shrug about z
    limits[16] = {0, {degrees(-110, 110), degrees(-140, 60), degrees(-110, 110)}};  // shoulder
    limits[18] = {0, {degrees(-95, 95), degrees(-160, 10), degrees(-45, 45)}};   // elbow
    limits[20] = {0, {degrees(-45, 45), degrees(-45, 45), degrees(-90, 90)}};    // wrist
    limits[22] = {0, {degrees(-35, 35), degrees(-35, 35), degrees(-95, 95)}};    // hand
    return limits;
}

/// The same for recordings.
SmplLimits middleAndLeftRecordedLimits() {
    SmplLimits limits;
    limits[0] = {1, {degrees(-360, 360), degrees(-360, 360), degrees(-360, 360)}};
    limits[3] = {1, {degrees(-45, 75), degrees(-45, 45), degrees(-40, 40)}};
    for (const int spine : {6, 9}) limits[spine] = {1, {degrees(-40, 50), degrees(-45, 45), degrees(-40, 40)}};
    limits[12] = {1, {degrees(-55, 65), degrees(-70, 70), degrees(-50, 50)}};
    limits[15] = {1, {degrees(-70, 80), degrees(-75, 75), degrees(-55, 55)}};
    limits[1] = {1, {degrees(-145, 60), degrees(-75, 75), degrees(-50, 100)}};
    limits[4] = {1, {degrees(-20, 160), degrees(-50, 50), degrees(-35, 35)}};
    limits[7] = {1, {degrees(-65, 65), degrees(-65, 65), degrees(-50, 50)}};
    limits[10] = {1, {degrees(-65, 65), degrees(-40, 40), degrees(-40, 40)}};
    limits[13] = {0, {degrees(-50, 50), degrees(-45, 45), degrees(-45, 45)}};
    limits[16] = {0, {degrees(-130, 130), degrees(-160, 80), degrees(-120, 125)}};
    limits[18] = {0, {degrees(-165, 165), degrees(-170, 35), degrees(-95, 95)}};
    limits[20] = {0, {degrees(-110, 110), degrees(-95, 95), degrees(-100, 100)}};
    limits[22] = {0, {degrees(-60, 60), degrees(-95, 95), degrees(-100, 100)}};
    return limits;
}

AngleRange negated(const AngleRange& range) {
    return {-range.highest, -range.lowest};
}

SmplLimits withRightSide(SmplLimits limits) {
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        const int left = kSmplFlip[joint];
        if (left >= joint) continue;
        const auto& [x, y, z] = limits[left].ranges;
        limits[joint] = {limits[left].boneAxis, {x, negated(y), negated(z)}};
    }
    return limits;
}

/// The rotation (axis-angle) of such a split.
Eigen::Vector3d rejoined(const Eigen::Vector3d& angles, int boneAxis) {
    Eigen::Vector3d swing = angles, twist = Eigen::Vector3d::Zero();
    swing[boneAxis] = 0;
    twist[boneAxis] = angles[boneAxis];
    return axisAngleFromRotation(rotationFromAxisAngle(swing) * rotationFromAxisAngle(twist));
}

void expectSmplPose(const Points3d& pose) {
    if (pose.rows() != kNumSmplJoints) {
        throw Error("A pose of " + std::to_string(pose.rows()) + " joints cannot be checked: limits are known for SMPL's 24 joints.");
    }
}

double excessOver(const AngleRange& range, double angle) {
    return angle - std::clamp(angle, range.lowest, range.highest);
}

}  // namespace

const SmplLimits& smplJointLimits() {
    static const SmplLimits limits = withRightSide(middleAndLeftLimits());
    return limits;
}

const SmplLimits& recordedJointLimits() {
    static const SmplLimits limits = withRightSide(middleAndLeftRecordedLimits());
    return limits;
}

Eigen::Vector3d limitAngles(const Eigen::Matrix3d& rotation, int boneAxis, Eigen::Matrix3d* byTangent) {
    const Eigen::Quaterniond quaternion(rotation);
    Eigen::Quaterniond twist(quaternion.w(), 0, 0, 0);
    twist.vec()[boneAxis] = quaternion.vec()[boneAxis];
    // A swing by half a turn leaves no twist to tell.
    if (twist.norm() < 1e-9) twist.setIdentity();
    twist.normalize();
    const Eigen::Matrix3d twistMatrix = twist.toRotationMatrix();
    Eigen::Vector3d angles = axisAngleFromRotation(rotation * twistMatrix.transpose());
    const double twistAngle = axisAngleFromRotation(twistMatrix)[boneAxis];
    if (byTangent) {
        // swing·twist·exp(w) = swing·exp(twist·w)·twist, which a change of the swing and one of the twist make up together.
        Eigen::Vector3d swing = angles;
        swing[boneAxis] = 0;
        Eigen::Matrix3d turnsBy = rightJacobian(swing);
        turnsBy.col(boneAxis) = Eigen::Vector3d::Unit(boneAxis);
        *byTangent = turnsBy.inverse() * twistMatrix;
    }
    angles[boneAxis] = twistAngle;
    return angles;
}

std::vector<LimitViolation> limitViolations(const Points3d& pose, const SmplLimits& limits) {
    expectSmplPose(pose);
    std::vector<LimitViolation> violations;
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        const Eigen::Vector3d angles = limitAngles(rotationFromAxisAngle(pose.row(joint).transpose()), limits[joint].boneAxis);
        for (int axis = 0; axis < 3; ++axis) {
            const double excess = excessOver(limits[joint].ranges[axis], angles[axis]);
            if (std::abs(excess) > 1e-9) violations.push_back({joint, axis, excess});
        }
    }
    return violations;
}

std::vector<int> jointsBeyondLimits(const Points3d& pose, const SmplLimits& limits, double tolerance) {
    std::vector<int> joints;
    for (const LimitViolation& violation : limitViolations(pose, limits))
        if (std::abs(violation.excess) > tolerance && (joints.empty() || joints.back() != violation.joint)) joints.push_back(violation.joint);
    return joints;
}

Points3d withinLimits(const Points3d& pose) {
    expectSmplPose(pose);
    Points3d allowed = pose;
    for (const LimitViolation& violation : limitViolations(pose)) {
        const int boneAxis = smplJointLimits()[violation.joint].boneAxis;
        Eigen::Vector3d angles = limitAngles(rotationFromAxisAngle(allowed.row(violation.joint).transpose()), boneAxis);
        angles[violation.axis] -= violation.excess;
        allowed.row(violation.joint) = rejoined(angles, boneAxis).transpose();
    }
    return allowed;
}

}  // namespace hmr
