// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <random>

#include "body/body_parameters.h"
#include "body/fitting/keypoints.h"
#include "body/limits.h"
#include "support/small_body.h"

namespace hmr::test {

/// A pose within the limits and a shape, facing the camera (root near π about x).
inline BodyParameters randomBody(std::mt19937& generator, double spread) {
    std::normal_distribution<double> normal;
    BodyParameters body;
    for (double& angle : body.pose.reshaped()) angle = spread * normal(generator);
    body.pose.row(0) << 3.0 + 0.1 * normal(generator), 0.3 * normal(generator), 0.1 * normal(generator);
    body.pose = withinLimits(body.pose);
    for (double& beta : body.betas) beta = 0.8 * normal(generator);
    return body;
}

inline const KeypointModel& smallKeypoints() {
    static const KeypointModel model{*SmallBody::model()};
    return model;
}

/// Central differences of a function of a step from zero.
inline Eigen::MatrixXd finiteDifferences(int numUnknowns, const std::function<Eigen::VectorXd(const Eigen::VectorXd& step)>& function) {
    constexpr double kStep = 1e-5;
    Eigen::MatrixXd derivative;
    for (int unknown = 0; unknown < numUnknowns; ++unknown) {
        const Eigen::VectorXd step = kStep * Eigen::VectorXd::Unit(numUnknowns, unknown);
        const Eigen::VectorXd slope = (function(step) - function(-step)) / (2 * kStep);
        if (unknown == 0) derivative.resize(slope.size(), numUnknowns);
        derivative.col(unknown) = slope;
    }
    return derivative;
}

}  // namespace hmr::test
