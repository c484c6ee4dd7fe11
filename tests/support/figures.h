// SPDX-License-Identifier: MIT
#pragma once
#include <numbers>

#include "formats/figure.h"
#include "support/small_body.h"

namespace hmr::test {

/// Parameters that bend every joint; the root stands in camera axes with a turn of its own.
inline BodyParameters bentPose(unsigned seed) {
    std::mt19937 generator(seed);
    std::normal_distribution<double> normal;
    BodyParameters parameters;
    for (double& value : parameters.pose.reshaped()) value = 0.4 * normal(generator);
    for (double& value : parameters.betas) value = normal(generator);
    parameters.pose.row(0) << 3, 0.3, -0.2;
    // A quarter turn about y, where Euler angles are singular.
    parameters.pose.row(18) << 0, std::numbers::pi / 2, 0;
    parameters.pose.row(19) << 0, -std::numbers::pi / 2, 0;
    return parameters;
}

/// Two people of one name beside each other, on the floor.
inline std::vector<Figure> twoFigures(const BodyModel& model) {
    return {figureFrom(model, bentPose(1), "person 人", {0.4, 0.1, 5}, true),
            figureFrom(model, bentPose(2), "person 人", {-0.7, 0.2, 6}, true)};
}

}  // namespace hmr::test
