// SPDX-License-Identifier: MIT
#include "training/evaluation/body_fitter.h"

#include "body/fitting/joint_fit.h"
#include "formats/pose_mixture_file.h"

namespace hmr {

struct BodyFitter::Implementation {
    KeypointModel model;
    std::shared_ptr<const PoseMixture> likelyPoses;
};

BodyFitter::BodyFitter(const BodyModel& body) : implementation_(new Implementation{KeypointModel(body), shippedPoseMixture()}) {}
BodyFitter::~BodyFitter() = default;

PlacedBody BodyFitter::fit(const PlacedBody& start, const Points2d& joints, const Eigen::VectorXd& deviations, double poseDeviation) const {
    const std::vector<JointTarget> targets = cocoPlusTargets(joints, deviations);
    if (targets.empty()) return start;
    FitOptions options;
    options.poseDeviation = poseDeviation;
    options.prior = implementation_->likelyPoses.get();
    const FitResult result = fitToJoints(implementation_->model, start.parameters, start.camera, targets, options);
    return {result.parameters, result.camera};
}

}  // namespace hmr
