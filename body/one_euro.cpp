// SPDX-License-Identifier: MIT
#include "body/one_euro.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "body/rotation.h"

namespace hmr {
namespace {

constexpr double kLongestGapSeconds = 1;

/// Share of a new value that a first-order low-pass filter takes after `seconds`.
double smoothingFactor(double cutoffHz, double seconds) {
    const double turn = 2 * std::numbers::pi * cutoffHz * seconds;
    return turn / (turn + 1);
}

/// Of place and size: an overlay that lags behind is seen sooner than one that trembles.
OneEuroSettings cameraSettings(OneEuroSettings settings) {
    constexpr double kCameraBeta = 3;  // hertz per metre a second
    settings.beta = kCameraBeta;
    return settings;
}

OneEuroSettings settingsOfStrength(double strength) {
    OneEuroSettings settings;
    // Half strength is the default cut-off; each sixth of strength halves it.
    settings.minCutoffHz *= std::exp2(6 * (0.5 - std::clamp(strength, 0.0, 1.0)));
    return settings;
}

}  // namespace

Eigen::VectorXd OneEuroVector::filter(const Eigen::VectorXd& value, double time) {
    const double seconds = time_ ? time - *time_ : 0;
    if (!time_ || seconds > kLongestGapSeconds || seconds < 0 || value.size() != value_.size()) {
        time_ = time;
        value_ = value;
        derivative_ = Eigen::VectorXd::Zero(value.size());
        return value_;
    }
    if (seconds == 0) return value_;
    time_ = time;
    const Eigen::VectorXd derivative = (value - value_) / seconds;
    derivative_ += smoothingFactor(settings_.derivativeCutoffHz, seconds) * (derivative - derivative_);
    for (Eigen::Index i = 0; i < value.size(); ++i) {
        const double cutoffHz = settings_.minCutoffHz + settings_.beta * std::abs(derivative_[i]);
        value_[i] += smoothingFactor(cutoffHz, seconds) * (value[i] - value_[i]);
    }
    return value_;
}

Eigen::Matrix3d OneEuroRotation::filter(const Eigen::Matrix3d& rotation, double time) {
    const double seconds = time_ ? time - *time_ : 0;
    if (!time_ || seconds > kLongestGapSeconds || seconds < 0) {
        time_ = time;
        rotation_ = rotation;
        rate_ = Eigen::Vector3d::Zero();
        return rotation_;
    }
    if (seconds == 0) return rotation_;
    time_ = time;
    const Eigen::Vector3d step = axisAngleFromRotation(rotation_.transpose() * rotation);
    rate_ += smoothingFactor(settings_.derivativeCutoffHz, seconds) * (step / seconds - rate_);
    const double cutoffHz = settings_.minCutoffHz + settings_.beta * rate_.norm();
    // Re-orthonormalising keeps rounding from piling up over hours of video.
    rotation_ = nearestRotation(rotation_ * rotationFromAxisAngle(smoothingFactor(cutoffHz, seconds) * step));
    return rotation_;
}

PersonSmoother::PersonSmoother(double strength)
    : strength_(strength), settings_(settingsOfStrength(strength)), betas_(settings_), camera_(cameraSettings(settings_)) {}

void PersonSmoother::smooth(PersonEstimate& person, double time) {
    if (strength_ <= 0) return;
    auto& pose = person.parameters.pose;
    rotations_.resize(static_cast<std::size_t>(pose.rows()), OneEuroRotation(settings_));
    for (Eigen::Index joint = 0; joint < pose.rows(); ++joint) {
        const Eigen::Matrix3d rotation = rotationFromAxisAngle(pose.row(joint).transpose());
        pose.row(joint) =
            axisAngleFromRotation(rotations_[static_cast<std::size_t>(joint)].filter(rotation, time)).transpose();
    }
    person.parameters.betas = betas_.filter(person.parameters.betas, time);
    smoothCamera(person, time);
}

void PersonSmoother::smoothCamera(PersonEstimate& person, double time) {
    auto& [scale, translation] = person.camera;
    const CropWindow& crop = person.crop;
    if (!(scale > 0)) return;
    double pixelsPerMetre = scale * crop.side / 2;
    if (!firstPixelsPerMetre_) firstPixelsPerMetre_ = pixelsPerMetre;
    // Root position in about metres and logarithm of the size: speeds that the filter's beta is meant for.
    const Eigen::Vector2d root = (crop.center + pixelsPerMetre * translation) / *firstPixelsPerMetre_;
    const Eigen::VectorXd filtered = camera_.filter(Eigen::Vector3d(root.x(), root.y(), std::log(pixelsPerMetre)), time);
    pixelsPerMetre = std::exp(filtered[2]);
    scale = 2 * pixelsPerMetre / crop.side;
    translation = (*firstPixelsPerMetre_ * filtered.head<2>() - crop.center) / pixelsPerMetre;
}

}  // namespace hmr
