// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/SparseCore>
#include <vector>

#include "body/construction/skinning.h"

namespace hmr {

/// x >= 0 that minimises |A x − b|², given the Gram matrix AᵀA and the right side Aᵀb (Lawson & Hanson's active sets).
Eigen::VectorXd nonNegativeLeastSquares(const Eigen::MatrixXd& gram, const Eigen::VectorXd& rightSide);

/// Example bodies [n,3V] (flat, metres) that a regressor of points learns from.
using ExampleBodies = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A sparse row of a regressor: vertices and weights that are positive and sum to 1.
using RegressorRow = std::vector<std::pair<std::uint32_t, double>>;

/// The vertices from which a point may be regressed: well spread ones within `radius` (m) of it.
/// `isAllowed` [V] excludes vertices.
std::vector<std::uint32_t> spreadCandidates(const Points3d& vertices, const Eigen::Vector3d& point, double radius,
                                            const std::vector<bool>& isAllowed);

/// Fits a row that gives `targets` [n,3] (metres) from the bodies; throws Error without candidates. With `isCentral`
/// mirrored vertices get one weight.
RegressorRow fitRegressorRow(const ExampleBodies& bodies, const Points3d& targets,
                             const std::vector<std::uint32_t>& candidates, bool isCentral, const Symmetry& symmetry);

RegressorRow mirroredRow(const RegressorRow& row, const Symmetry& symmetry);

/// The candidates of each of the 24 joints on the template: near it, and moving with it, its parent or its children.
std::vector<std::vector<std::uint32_t>> jointCandidates(const Points3d& vertices, const Points3d& joints,
                                                        const SkinWeights& weights, const std::vector<bool>& isAllowed);

/// Rows for all 24 joints, mirror images of each other. `targets` [n] holds joints [24,3].
std::vector<RegressorRow> fitJointRows(const ExampleBodies& bodies, const std::vector<Points3d>& targets,
                                       const std::vector<std::vector<std::uint32_t>>& candidates,
                                       const Symmetry& symmetry);

/// What a row gives for one flat body [3V].
Eigen::Vector3d regress(const RegressorRow& row, const float* body);

}  // namespace hmr
