// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <algorithm>
#include <span>
#include <vector>

#include "body/body_model.h"
#include "body/skeleton.h"

namespace hmr {

/// The points of a body that fitting and dragging hold on to: HMR's 19 coco-plus joints (rows 0-18), then SMPL's 24 (rows
/// 19-42).
inline constexpr int kNumKeypoints = kNumCocoPlusJoints + kNumSmplJoints;
constexpr int keypointOfCocoPlus(int joint) { return joint; }
constexpr int keypointOfSmpl(int joint) { return kNumCocoPlusJoints + joint; }

/// Which keypoints are wanted; the others stay zero.
enum class KeypointSet { All, Skeleton };

/// Rotations [24] of each joint to its parent, betas [B], and the translation that is added after posing, metres.
struct ArticulatedState {
    std::vector<Eigen::Matrix3d> rotations;
    Eigen::VectorXd betas;
    Eigen::Vector3d translation = Eigen::Vector3d::Zero();
};

/// Where the keypoints are, and how they move.
struct KeypointPlaces {
    Points3d points;           ///< [K,3] metres, in the frame that the root turns into; K = 43, or as many as there are vertices
    Eigen::MatrixXd jacobian;  ///< [3K, 72 + F], row 3k+c: by w of each joint, rotation → rotation · exp(w), then by betas
    Eigen::VectorXd masses;    ///< [K] what a point moves by, for a move of the whole body by one
};

/// SMPL's function for the keypoints alone, exactly as poseBody and cocoPlusJoints give them, with its derivatives.
/// Regressor, skin weights and blend shapes are contracted once into a point for each pair of keypoint and bone. Immutable.
class KeypointModel {
public:
    /// Throws Error for a body of another joint count than 24 or without coco-plus joints.
    explicit KeypointModel(const BodyModel& model);
    /// Vertices of the surface in place of the 43 points: rows in the order given. Throws Error for another joint count than 24.
    KeypointModel(const BodyModel& model, std::span<const int> vertices);

    int numPoints() const { return numPoints_; }
    int numBetas() const { return static_cast<int>(jointShapeDirections_.cols()); }
    /// The betas that derivatives are known for, F: the first ten, or as many as there are.
    int numFreeBetas() const { return std::min(numBetas(), kNumBetas); }
    std::span<const int> parents() const { return parents_; }

    /// Missing betas count as zero. With `needsJacobian` false the jacobian stays empty.
    KeypointPlaces evaluate(const ArticulatedState& state, bool needsJacobian, KeypointSet wanted = KeypointSet::All) const;

private:
    struct Pair {
        int keypoint = 0, bone = 0;
        double mass = 0;
    };
    struct Chain;
    void contract(const BodyModel& model);
    void addPair(int keypoint, int bone, double mass, const Eigen::MatrixXd& rest);
    Chain pose(const ArticulatedState& state, std::size_t firstPair) const;
    void fillJacobian(const ArticulatedState& state, const Chain& chain, std::size_t firstPair, KeypointPlaces& keypoints) const;

    std::vector<int> parents_;
    Points3d templateJoints_;               ///< [24,3]
    Eigen::MatrixXd jointShapeDirections_;  ///< [72,B]
    int numPoints_ = kNumKeypoints;
    std::vector<Pair> pairs_;               ///< those of the surface first
    std::size_t firstOfSkeleton_ = 0;
    Eigen::MatrixXd rest_;  ///< [3P, 1 + B + 207]: rest point of each pair (times its mass) from one, betas, pose features
};

}  // namespace hmr
