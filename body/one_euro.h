// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <optional>
#include <vector>

#include "body/person_estimate.h"

namespace hmr {

/// One-Euro filter settings (Casiez et al., CHI 2012).
struct OneEuroSettings {
    double minCutoffHz = 1.5;
    double beta = 0.4;
    double derivativeCutoffHz = 1.0;
};

/// Filters a vector; time in seconds must grow, a gap longer than a second starts anew.
class OneEuroVector {
public:
    explicit OneEuroVector(OneEuroSettings settings = {}) : settings_(settings) {}
    Eigen::VectorXd filter(const Eigen::VectorXd& value, double time);

private:
    OneEuroSettings settings_;
    std::optional<double> time_;
    Eigen::VectorXd value_, derivative_;
};

/// Filters a rotation on the manifold: the step is scaled in the tangent space of the last answer.
class OneEuroRotation {
public:
    explicit OneEuroRotation(OneEuroSettings settings = {}) : settings_(settings) {}
    Eigen::Matrix3d filter(const Eigen::Matrix3d& rotation, double time);

private:
    OneEuroSettings settings_;
    std::optional<double> time_;
    Eigen::Matrix3d rotation_;
    Eigen::Vector3d rate_;
};

/// Smooths one tracked person: every joint's rotation, betas, and the camera in full-frame terms (the crop may jump).
class PersonSmoother {
public:
    explicit PersonSmoother(double strength = 0.5);  ///< 0: nothing, 1: heavy
    /// Changes pose, betas and camera in place; the caller updates the joints.
    void smooth(PersonEstimate& person, double time);

private:
    void smoothCamera(PersonEstimate& person, double time);

    double strength_;
    OneEuroSettings settings_;
    std::vector<OneEuroRotation> rotations_;
    OneEuroVector betas_, camera_;
    std::optional<double> firstPixelsPerMetre_;
};

}  // namespace hmr
