// SPDX-License-Identifier: MIT
#pragma once
#include <array>

#include "body/construction/random_source.h"
#include "body/construction/skinning.h"

namespace hmr {

/// Rotations of the 24 joints relative to their parents, drawn within the joints' limits; the root stays.
std::vector<Eigen::Matrix3d> randomPose(RandomSource& random);

/// SMPL's pose features [207]: row-major R_j − I of the joints 1 to 23.
Eigen::VectorXd poseFeatures(const std::vector<Eigen::Matrix3d>& localRotations);

/// The skinning that the pose blend shapes shall imitate: linear blending moved toward dual quaternions, fully
/// except around the shoulders, where these bulge.
class TargetSkinning {
public:
    TargetSkinning(const SkinWeights& weights, const Triangles& triangles);
    /// For some vertices only: rows of `points`, `weights` and `shares` belong together.
    static Points3d pose(const Points3d& points, const SkinWeights& weights, const Eigen::VectorXd& shares,
                         const JointTransforms& transforms);
    const Eigen::VectorXd& shares() const { return shares_; }  ///< [V] of dual quaternions, in [0.4, 1]

private:
    Eigen::VectorXd shares_;
};

/// A skin to fit: the half's rows of everything.
struct SkinToFit {
    const Points3d& halfSkin;        ///< [H,3] template
    const Points3d& joints;          ///< [24,3]
    const SkinWeights& halfWeights;  ///< [H,24]
    const Eigen::VectorXd& shares;   ///< [H] of dual quaternions
    const Symmetry& symmetry;
};

/// Pose blend shapes of the half [3H,207] (metres per feature) that bring linear blending near the target skinning,
/// by ridge regression on random poses onto the rotations of those joints alone that matter to a vertex.
/// Coefficients below 0.05 mm are zero.
Eigen::MatrixXf fitPoseCorrectives(const SkinToFit& skin, int numPoses, std::uint64_t seed);

/// Distance to the target skinning over unseen poses, millimetres, over vertices with more than one joint.
struct CorrectiveError {
    double rmsBefore = 0, rmsAfter = 0, meanBefore = 0, meanAfter = 0, worstBefore = 0, worstAfter = 0;
};
CorrectiveError correctiveError(const SkinToFit& skin, const Eigen::MatrixXf& halfDirections, int numPoses,
                                std::uint64_t seed);

/// The whole pose blend shapes [3V,207] of those of the half.
Eigen::MatrixXf wholePoseDirections(const Eigen::MatrixXf& half, const Symmetry& symmetry);

}  // namespace hmr
