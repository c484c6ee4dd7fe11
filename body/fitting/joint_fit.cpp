// SPDX-License-Identifier: MIT
#include "body/fitting/joint_fit.h"

#include <cmath>

#include "body/error.h"
#include "body/fitting/articulation.h"
#include "body/fitting/fit_objective.h"

namespace hmr {

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

    LeastSquaresOptions steps;
    steps.stop = options.stop;
    steps.maxIterations = std::min(8, options.maxIterations);
    objective.holdLimbs(true);
    const LeastSquaresReport placed = minimize(objective, state, steps);
    objective.holdLimbs(false);
    steps.maxIterations = options.maxIterations;
    steps.onProgress = options.onProgress;
    const LeastSquaresReport posed = minimize(objective, state, steps);

    FitResult result = objective.resultFor(state, start);
    result.iterations = placed.iterations + posed.iterations;
    result.wasStopped = placed.wasStopped || posed.wasStopped;
    if (options.onProgress) options.onProgress(1);
    return result;
}

}  // namespace hmr
