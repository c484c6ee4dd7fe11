// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <span>
#include <vector>

#include "body/types.h"

namespace hmr {

/// Mean distance between corresponding points (the points' unit).
double meanPointError(const Points3d& predicted, const Points3d& truth);

/// `points` after the similarity (scale, rotation, translation) that brings them nearest to `target` in least squares
/// (Umeyama / orthogonal Procrustes, no reflection).
Points3d procrustesAligned(const Points3d& points, const Points3d& target);

/// Points moved so that the mean of the `rootIndices` rows is the origin.
Points3d centredOn(const Points3d& points, std::span<const int> rootIndices);

/// Share of errors strictly below the threshold, [0, 1]; 0 for none.
double shareBelow(std::span<const double> errors, double threshold);

/// Mean of shareBelow at 31 thresholds evenly from 0 to `last` (mpii_compute_3d_pck.m: 150 mm).
double areaUnderCurve(std::span<const double> errors, double last);

}  // namespace hmr
