// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <span>
#include <vector>

#include "body/fitting/joint_fit.h"
#include "body/fitting/least_squares.h"

namespace hmr {

/// What is fitted: the body before a crop's camera.
struct FitState {
    ArticulatedState body;
    WeakPerspectiveCamera camera;
};

/// A point in crop coordinates, with its derivatives.
struct CropProjection {
    Eigen::Vector2d position;
    Eigen::Matrix<double, 2, 3> byPoint, byCamera;  ///< the camera as log scale, translation
};

/// x = s·(X + t) / (1 + s·Z/k), which is frameCamera in crop coordinates; focalLength (pixels of a 224 crop) infinite: the
/// weak-perspective camera. Points in camera axes before the camera's translation, metres.
CropProjection projectedToCrop(const Eigen::Vector3d& point, const WeakPerspectiveCamera& camera, double focalLength);

/// Throws Error for a start, camera or targets that cannot be fitted (see fitToJoints).
void expectUsable(const BodyParameters& start, const WeakPerspectiveCamera& camera, std::span<const JointTarget> targets);

/// The cost that fitToJoints minimises: robust reprojection of the targets, pulls to the start, to likely poses and to the
/// mean shape, and limits. Unknowns: 72 turns of the joints, F betas, log of the camera's scale, the camera's translation.
class FitObjective {
public:
    using State = FitState;

    FitObjective(const KeypointModel& model, FitState start, std::span<const JointTarget> targets, const FitOptions& options);

    int numUnknowns() const { return 3 * kNumSmplJoints + model_.numFreeBetas() + 3; }
    double cost(const FitState& state, NormalEquations* equations) const;
    FitState moved(const FitState& state, const Eigen::VectorXd& step) const;

    /// From now on only the camera and the root move, or all that may.
    void holdLimbs(bool holds);

    /// Distance of each target to its keypoint, crop coordinates.
    std::vector<double> errors(const FitState& state) const;

    /// What is handed back for a state: parameters within the limits, camera and errors.
    FitResult resultFor(const FitState& state, const BodyParameters& start) const;

private:
    double addTarget(const JointTarget& target, const KeypointPlaces& keypoints, const WeakPerspectiveCamera& camera,
                     NormalEquations* equations) const;
    double addShape(const Eigen::VectorXd& betas, NormalEquations* equations) const;
    double addCamera(const WeakPerspectiveCamera& camera, NormalEquations* equations) const;

    const KeypointModel& model_;
    FitState start_;
    std::vector<JointTarget> targets_;
    FitOptions options_;
    std::array<double, kNumSmplJoints> poseDeviations_;
    std::vector<char> isHeld_;  ///< [unknowns]
    bool holdsLimbs_ = false;
};

}  // namespace hmr
