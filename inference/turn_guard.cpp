// SPDX-License-Identifier: MIT
#include "inference/turn_guard.h"

#include <numbers>

#include "body/rotation.h"

namespace hmr {
namespace {

constexpr double kLongestGap = 0.5, kLongestDispute = 0.3;  // seconds
constexpr double kDegree = std::numbers::pi / 180;
constexpr double kMostTurn = 75 * kDegree, kMostTurnPerSecond = 360 * kDegree;  // beside what a network errs in every frame

}  // namespace

bool TurnGuard::hold(BodyParameters& parameters, double time) {
    const double seconds = time - time_;
    if (!pose_ || seconds < 0 || seconds > kLongestGap || pose_->rows() != parameters.pose.rows()) {
        isDisputed_ = false;
        return false;
    }
    const Eigen::Matrix3d turn = rotationFromAxisAngle(pose_->row(0).transpose()).transpose() * rotationFromAxisAngle(parameters.pose.row(0).transpose());
    if (axisAngleFromRotation(turn).norm() <= kMostTurn + kMostTurnPerSecond * seconds) {
        isDisputed_ = false;
        return false;
    }
    if (!isDisputed_) disputedSince_ = time;
    isDisputed_ = time - disputedSince_ < kLongestDispute;
    if (isDisputed_) parameters.pose = *pose_;
    return isDisputed_;
}

void TurnGuard::believe(const BodyParameters& parameters, double time) {
    pose_ = parameters.pose;
    time_ = time;
}

}  // namespace hmr
