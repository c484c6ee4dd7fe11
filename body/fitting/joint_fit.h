// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "body/body_parameters.h"
#include "body/camera.h"
#include "body/fitting/keypoints.h"
#include "body/fitting/pose_mixture.h"

namespace hmr {

/// Where a point of the body is seen.
struct JointTarget {
    int keypoint = 0;                                   ///< keypointOfCocoPlus(j) or keypointOfSmpl(j)
    Eigen::Vector2d position = Eigen::Vector2d::Zero();  ///< crop coordinates in [−1, 1], y down
    double deviation = 0.02;                            ///< standard deviation, crop coordinates
    bool isTrusted = false;                             ///< set by hand: never taken for an outlier
};

/// Targets of the 19 coco-plus joints [19,2], crop coordinates; those whose deviation is not finite or not above zero are left out.
std::vector<JointTarget> cocoPlusTargets(const Points2d& positions, const Eigen::VectorXd& deviations);

struct FitOptions {
    double focalLength = kCropFocalLength;  ///< pixels of a 224-pixel crop; infinity: the weak-perspective camera itself
    double robustScale = 0.2;               ///< crop coordinates: targets much farther off count as outliers (Geman-McClure)
    double poseDeviation = 0.35;            ///< radians that a joint may well turn from where it starts; hands and feet a third
    double rootDeviation = 0.7;             ///< the same for the whole body
    double betaDeviation = 1.0;             ///< from the start's shape; betas are also drawn to zero with deviation one
    const PoseMixture* prior = nullptr;     ///< must outlive the call; null: no further pull
    double priorWeight = 0.05;
    bool keepsLimits = true;                ///< joints end within smplJointLimits, those locked aside
    bool changesShape = true, changesCamera = true;
    std::vector<int> lockedJoints;          ///< of the 24: their rotations stay
    int maxIterations = 60;
    std::stop_token stop;
    std::function<void(double share)> onProgress;  ///< [0, 1]; called from the fitting thread
};

struct FitResult {
    BodyParameters parameters;
    WeakPerspectiveCamera camera;
    std::vector<double> errorsBefore, errors;  ///< per target, crop coordinates
    int iterations = 0;
    bool wasStopped = false;                   ///< the best so far
};

/// Pulls a body onto 2D joints from where it stands: SMPLify's objective (Bogo et al., ECCV 2016) over camera, pose and
/// shape, by Levenberg-Marquardt with analytic derivatives. Milliseconds. Throws Error for targets or a start that are not
/// finite, an unknown keypoint, a deviation that is not positive, or a start of another joint count than 24.
FitResult fitToJoints(const KeypointModel& model, const BodyParameters& start, const WeakPerspectiveCamera& startCamera,
                      std::span<const JointTarget> targets, const FitOptions& options = {});

}  // namespace hmr
