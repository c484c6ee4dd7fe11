// SPDX-License-Identifier: MIT
#include "training/scenes/synthetic_person.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "body/rotation.h"

namespace hmr {
namespace {

constexpr int kFirstArmJoint = 13;  ///< collars, head and arms: all joints from here on

Points3d poseOfRow(const PosePrior& prior, int row) {
    Points3d pose(kNumSmplJoints, 3);
    for (int j = 0; j < kNumSmplJoints; ++j) pose.row(j) = prior.poses.row(row).segment<3>(3 * j).cast<double>();
    return pose;
}

Points3d blended(const Points3d& first, const Points3d& second, double share) {
    Points3d pose = first;
    for (int j = 1; j < kNumSmplJoints; ++j) {
        const Eigen::Matrix3d a = rotationFromAxisAngle(first.row(j)), b = rotationFromAxisAngle(second.row(j));
        pose.row(j) = axisAngleFromRotation(interpolate(a, b, share)).transpose();
    }
    return pose;
}

/// Standard deviation (radians) of the noise each joint gets. Joints that motion capture leaves still get the most.
double jitterOf(int joint) {
    switch (joint) {
        case 0: return 0.03;
        case 10: case 11: return 0.1;                     // toes
        case 12: case 15: return 0.14;                    // neck, head
        case 13: case 14: return 0.09;                    // collars
        case 20: case 21: return 0.18;                    // wrists
        case 22: case 23: return 0.15;                    // hands
        default: return 0.05;
    }
}

Eigen::Matrix3d turnAbout(const Eigen::Vector3d& axis, double angle) { return Eigen::AngleAxisd(angle, axis).toRotationMatrix(); }

}  // namespace

Eigen::Matrix3d withoutHeading(const Eigen::Matrix3d& worldFromRoot) {
    const Eigen::Vector3d face = worldFromRoot.col(2);
    if (std::hypot(face.x(), face.z()) < 0.2) return worldFromRoot;  // lying: there is no heading
    return turnAbout(Eigen::Vector3d::UnitY(), -std::atan2(face.x(), face.z())) * worldFromRoot;
}

BodyParameters drawPersonParameters(const PosePrior& prior, const std::vector<int>& rows, Random& random) {
    const auto drawRow = [&] { return rows[static_cast<std::size_t>(random.below(rows.size()))]; };
    BodyParameters person;
    person.pose = poseOfRow(prior, drawRow());
    if (random.chance(0.12)) {
        const Points3d other = poseOfRow(prior, drawRow());
        person.pose.bottomRows(kNumSmplJoints - kFirstArmJoint) = other.bottomRows(kNumSmplJoints - kFirstArmJoint);
    } else if (random.chance(0.1)) {
        person.pose = blended(person.pose, poseOfRow(prior, drawRow()), random.uniform(0.2, 0.8));
    }
    const double noise = random.uniform(0, 1.3);
    for (int j = 0; j < kNumSmplJoints; ++j) {
        Eigen::Vector3d change;
        for (int axis = 0; axis < 3; ++axis) change[axis] = random.normal(0, noise * jitterOf(j));
        person.pose.row(j) = axisAngleFromRotation(rotationFromAxisAngle(person.pose.row(j)) * rotationFromAxisAngle(change)).transpose();
    }
    if (random.chance(0.5)) person = mirrored(person);
    const double width = random.chance(0.1) ? 1.6 : 1.0;
    for (int i = 0; i < kNumBetas; ++i)
        person.betas[i] = prior.betaMean[i] + prior.betaDeviation[i] * std::clamp(width * random.normal(), -3.5, 3.5);
    person.pose.row(0) = axisAngleFromRotation(withoutHeading(rotationFromAxisAngle(person.pose.row(0)))).transpose();
    return person;
}

double drawHeading(Random& random) {
    constexpr double kDegree = std::numbers::pi / 180;
    return random.chance(0.5) ? random.normal(0, 40 * kDegree) : random.uniform(-std::numbers::pi, std::numbers::pi);
}

Viewpoint drawViewpoint(double nearest, double farthest, Random& random) {
    constexpr double kDegree = std::numbers::pi / 180;
    Viewpoint view;
    view.distance = random.logUniform(nearest, farthest);
    const double cameraHeight = std::clamp(random.normal(1.45, 0.5), 0.2, 4.0);
    const double elevation = random.chance(0.12) ? random.uniform(-22, 50) * kDegree : std::atan2(cameraHeight - 0.95, view.distance);
    const double roll = random.normal(0, random.chance(0.1) ? 15 : 3) * kDegree;
    const Eigen::Matrix3d facing = Eigen::Vector3d(1, -1, -1).asDiagonal();
    view.cameraFromWorld = turnAbout(Eigen::Vector3d::UnitZ(), roll) * turnAbout(Eigen::Vector3d::UnitX(), elevation) * facing;
    return view;
}

}  // namespace hmr
