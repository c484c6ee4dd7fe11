// SPDX-License-Identifier: MIT
#include "app/editing/joint_angles.h"

#include <Eigen/Geometry>
#include <cctype>
#include <cmath>
#include <numbers>

#include "body/rotation.h"

namespace hmr {
namespace {

constexpr double kDegree = std::numbers::pi / 180;

Eigen::Matrix3d uprightFromCamera() { return Eigen::Vector3d(1, -1, -1).asDiagonal(); }

/// The angle plus whole turns that lies in [−180, 180], on the same side as `near` when it is at the seam.
double inRange(double degrees, double near) {
    double angle = std::remainder(degrees, 360.0);
    if (std::abs(angle) > 180 - 1e-9 && angle * near < 0) angle = -angle;
    return angle;
}

double squaredDistance(const JointAngles& a, const JointAngles& b) {
    double sum = 0;
    for (int axis = 0; axis < 3; ++axis) sum += std::pow(std::remainder(a[axis] - b[axis], 360.0), 2);
    return sum;
}

}  // namespace

Eigen::Matrix3d rotationFromAngles(const JointAngles& degrees) {
    const Eigen::Vector3d radians = degrees * kDegree;
    return (Eigen::AngleAxisd(radians.x(), Eigen::Vector3d::UnitX()) * Eigen::AngleAxisd(radians.y(), Eigen::Vector3d::UnitY()) *
            Eigen::AngleAxisd(radians.z(), Eigen::Vector3d::UnitZ()))
        .toRotationMatrix();
}

JointAngles anglesFromRotation(const Eigen::Matrix3d& rotation, const std::optional<JointAngles>& near) {
    const JointAngles hint = near.value_or(JointAngles::Zero());
    const double cosMiddle = std::hypot(rotation(0, 0), rotation(0, 1));
    // At the gimbal lock any first angle does; the third is always measured after undoing the first, which keeps the product exact.
    const double first = cosMiddle < 1e-9 ? hint.x() * kDegree : std::atan2(-rotation(1, 2), rotation(2, 2));
    const double sinFirst = std::sin(first), cosFirst = std::cos(first);
    const double third = std::atan2(cosFirst * rotation(1, 0) + sinFirst * rotation(2, 0),
                                    cosFirst * rotation(1, 1) + sinFirst * rotation(2, 1));
    JointAngles angles = JointAngles(first, std::atan2(rotation(0, 2), cosMiddle), third) / kDegree;
    if (near) {
        const JointAngles other(angles.x() + 180, 180 - angles.y(), angles.z() + 180);
        if (squaredDistance(other, hint) < squaredDistance(angles, hint)) angles = other;
    }
    for (int axis = 0; axis < 3; ++axis) angles[axis] = inRange(angles[axis], hint[axis]);
    return angles;
}

JointAngles shownAngles(int joint, const Eigen::Vector3d& axisAngle, const std::optional<JointAngles>& near) {
    const Eigen::Matrix3d rotation = rotationFromAxisAngle(axisAngle);
    return anglesFromRotation(joint == 0 ? Eigen::Matrix3d(uprightFromCamera() * rotation) : rotation, near);
}

Eigen::Vector3d axisAngleFromShown(int joint, const JointAngles& degrees) {
    const Eigen::Matrix3d rotation = rotationFromAngles(degrees);
    return axisAngleFromRotation(joint == 0 ? Eigen::Matrix3d(uprightFromCamera() * rotation) : rotation);
}

std::string jointLabel(std::string_view jointName) {
    std::string label;
    for (const char c : jointName) {
        if (std::isdigit(static_cast<unsigned char>(c)) && !label.empty() && label.back() != ' ') label += ' ';
        label += c == '_' ? ' ' : c;
    }
    if (!label.empty()) label[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(label[0])));
    return label;
}

const std::vector<JointGroup>& jointGroups() {
    static const std::vector<JointGroup> groups = {{"Body", {0, 3, 6, 9, 12, 15}},
                                                   {"Left arm", {13, 16, 18, 20, 22}},
                                                   {"Right arm", {14, 17, 19, 21, 23}},
                                                   {"Left leg", {1, 4, 7, 10}},
                                                   {"Right leg", {2, 5, 8, 11}}};
    return groups;
}

}  // namespace hmr
