// SPDX-License-Identifier: MIT
#include "body/fitting/joint_fit.h"

#include <cmath>

#include "body/error.h"
#include "body/fitting/articulation.h"
#include "body/fitting/fit_objective.h"
#include "body/limits.h"
#include "body/rotation.h"

namespace hmr {
namespace {

void expectUsable(const BodyParameters& start, const WeakPerspectiveCamera& camera, std::span<const JointTarget> targets) {
    const bool isFinite = start.pose.allFinite() && start.betas.allFinite() && start.translation.allFinite() &&
                          camera.translation.allFinite() && std::isfinite(camera.scale) && camera.scale > 0;
    if (!isFinite) throw Error("The body to fit has values that are not finite, or a camera of no size. Recover it anew.");
    for (const JointTarget& target : targets) {
        if (target.keypoint < 0 || target.keypoint >= kNumKeypoints) {
            throw Error("There is no keypoint " + std::to_string(target.keypoint) + " to fit: expected 0 to " +
                        std::to_string(kNumKeypoints - 1) + ".");
        }
        if (!target.position.allFinite() || !std::isfinite(target.deviation) || target.deviation <= 0) {
            throw Error("The target of keypoint " + std::to_string(target.keypoint) +
                        " needs a finite position and a deviation above zero.");
        }
    }
}

/// The margin of addLimits keeps nearly all joints inside; what little is left over is cut here.
void cutToLimits(const std::vector<int>& lockedJoints, const Points3d& start, Points3d& pose) {
    pose = withinLimits(pose);
    for (const int joint : lockedJoints) pose.row(joint) = start.row(joint);
}

}  // namespace

std::vector<JointTarget> cocoPlusTargets(const Points2d& positions, const Eigen::VectorXd& deviations) {
    if (positions.rows() != kNumCocoPlusJoints || deviations.size() != kNumCocoPlusJoints) {
        throw Error("Expected positions and deviations of 19 coco-plus joints, found " + std::to_string(positions.rows()) +
                    " and " + std::to_string(deviations.size()) + ".");
    }
    std::vector<JointTarget> targets;
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
        if (!std::isfinite(deviations[joint]) || deviations[joint] <= 0) continue;
        targets.push_back({keypointOfCocoPlus(joint), positions.row(joint).transpose(), deviations[joint]});
    }
    return targets;
}

FitResult fitToJoints(const KeypointModel& model, const BodyParameters& start, const WeakPerspectiveCamera& startCamera,
                      std::span<const JointTarget> targets, const FitOptions& options) {
    expectUsable(start, startCamera, targets);
    FitState state{articulated(start), startCamera};
    FitObjective objective(model, state, targets, options);
    FitResult result;
    result.errorsBefore = objective.errors(state);

    LeastSquaresOptions steps;
    steps.stop = options.stop;
    steps.maxIterations = std::min(8, options.maxIterations);
    objective.holdLimbs(true);
    const LeastSquaresReport placed = minimize(objective, state, steps);
    objective.holdLimbs(false);
    steps.maxIterations = options.maxIterations;
    steps.onProgress = options.onProgress;
    const LeastSquaresReport posed = minimize(objective, state, steps);

    result.parameters = parametersOf(state.body, start);
    if (options.keepsLimits) cutToLimits(options.lockedJoints, start.pose, result.parameters.pose);
    result.camera = state.camera;
    result.errors = objective.errors({articulated(result.parameters), state.camera});
    result.iterations = placed.iterations + posed.iterations;
    result.wasStopped = placed.wasStopped || posed.wasStopped;
    if (options.onProgress) options.onProgress(1);
    return result;
}

}  // namespace hmr
