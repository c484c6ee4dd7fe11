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

private:
    double addTarget(const JointTarget& target, const Keypoints& keypoints, const WeakPerspectiveCamera& camera,
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
