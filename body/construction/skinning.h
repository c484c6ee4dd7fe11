// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Geometry>
#include <Eigen/SparseCore>
#include <vector>

#include "body/construction/makehuman_figure.h"
#include "body/construction/symmetry.h"
#include "body/types.h"

namespace hmr {

using SkinWeights = Eigen::SparseMatrix<double, Eigen::RowMajor>;  ///< [V,24]

/// The world transformations of the 24 joints that a pose gives: x' = rotation x + translation.
struct JointTransforms {
    std::vector<Eigen::Matrix3d> rotations;  ///< [24]
    Points3d translations;                   ///< [24,3]
    Points3d joints;                         ///< [24,3] where the joints come to lie
};

/// Chains rotations relative to the parent [24] along SMPL's tree; `restJoints` [24,3].
JointTransforms chainRotations(const std::vector<Eigen::Matrix3d>& localRotations, const Points3d& restJoints);

/// Linear blend skinning of rows of points by rows of weights.
Points3d blendLinearly(const Points3d& points, const SkinWeights& weights, const JointTransforms& transforms);

/// Dual quaternion skinning (Kavan et al. 2008): keeps volume where linear blending collapses.
Points3d blendDualQuaternions(const Points3d& points, const SkinWeights& weights, const JointTransforms& transforms);

/// The weighted sum of the joints' rotations for each row of weights.
std::vector<Eigen::Matrix3d> blendedRotations(const SkinWeights& weights, const JointTransforms& transforms);

/// The bones of MakeHuman's default rig merged into SMPL's 24 joints, for the half of the skin [H,24].
/// Rows sum to exactly 1, entries are multiples of 2^-16, and the middle is symmetric.
SkinWeights mergedHalfWeights(const MakeHumanFigure& figure, const Symmetry& symmetry);

/// The whole skin's weights [V,24] of those of its half.
SkinWeights wholeWeights(const SkinWeights& half, const Symmetry& symmetry);

/// Turns MakeHuman's rest pose into the T-pose: arms exactly along x, thighs 4° apart, shins 4° backward, feet, spine
/// and head as they are; the pelvis moves to the origin. Both arguments are replaced.
void bringIntoTPose(Points3d& halfSkin, Points3d& joints, const SkinWeights& halfWeights);

}  // namespace hmr
