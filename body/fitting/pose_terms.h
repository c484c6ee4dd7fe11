// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <span>

#include "body/fitting/least_squares.h"
#include "body/fitting/pose_mixture.h"

namespace hmr {

// Terms of a cost over the rotations [24] of the joints to their parents; unknowns 3j…3j+2 turn joint j, rotation → rotation ·
// exp(w). Each returns its cost, and adds to the equations unless they are null.

/// ½ Σ |log(startᵀ·rotation) / deviation|², radians.
double addStartPull(std::span<const Eigen::Matrix3d> rotations, std::span<const Eigen::Matrix3d> start,
                    std::span<const double> deviations, NormalEquations* equations);

/// What angles lack to their limits, or exceed them, once they come nearer than `margin`: ½ Σ (excess / deviation)², radians.
double addLimits(std::span<const Eigen::Matrix3d> rotations, double margin, double deviation, NormalEquations* equations);

/// −log of the likeliest component, less the best there could be, times `weight`.
double addPosePrior(std::span<const Eigen::Matrix3d> rotations, const PoseMixture& mixture, double weight,
                    NormalEquations* equations);

}  // namespace hmr
