// SPDX-License-Identifier: MIT
#include "body/fitting/seen_joint_fitter.h"

#include <limits>

#include "body/fitting/joint_fit.h"

namespace hmr {
namespace {

constexpr double kLeastDeviation = 0.02, kMostDeviation = 0.35;  ///< crop coordinates; beyond, a joint is as good as unseen
constexpr int kMostIterations = 12;
constexpr double kRootDeviation = 0.2;  ///< radians: which way the body faces, 2D joints tell least of all
constexpr double kPriorWeight = 0.1;

}  // namespace

SeenJointFitter::SeenJointFitter(const BodyModel& body, std::shared_ptr<const PoseMixture> likelyPoses)
    : keypoints_(std::make_unique<KeypointModel>(body)), likelyPoses_(std::move(likelyPoses)) {}

SeenJointFitter::~SeenJointFitter() = default;

void SeenJointFitter::fit(BodyParameters& parameters, WeakPerspectiveCamera& camera, const SeenJoints& seen) const {
    const Eigen::VectorXd deviations = seen.deviations.unaryExpr(
        [](double deviation) { return deviation < kMostDeviation ? std::max(deviation, kLeastDeviation) : std::numeric_limits<double>::infinity(); });
    const std::vector<JointTarget> targets = cocoPlusTargets(seen.positions, deviations);
    if (targets.empty()) return;
    FitOptions options;
    options.prior = likelyPoses_.get();
    options.changesShape = false;
    options.maxIterations = kMostIterations;
    options.rootDeviation = kRootDeviation;
    options.priorWeight = kPriorWeight;
    const FitResult result = fitToJoints(*keypoints_, parameters, camera, targets, options);
    parameters = result.parameters;
    camera = result.camera;
}

}  // namespace hmr
