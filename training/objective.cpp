// SPDX-License-Identifier: MIT
#include "training/objective.h"

#include <torch/torch.h>

#include "network/losses.h"

namespace hmr {
namespace {

/// Rotations and betas of all iterations, one below the other.
std::pair<torch::Tensor, torch::Tensor> allBodies(const std::vector<HmrPrediction>& predictions) {
    std::vector<torch::Tensor> rotations, betas;
    for (const HmrPrediction& prediction : predictions) {
        rotations.push_back(prediction.rotations);
        betas.push_back(prediction.betas);
    }
    return {torch::cat(rotations), torch::cat(betas)};
}

torch::Tensor midHips(const torch::Tensor& joints) { return (joints.narrow(1, 2, 1) + joints.narrow(1, 3, 1)) / 2; }

/// [N,19]: a row of zeros stands for a joint that a data set lacks.
torch::Tensor knownJoints3d(const TensorBatch& batch) { return batch.joints3d.ne(0).any(2) * batch.hasJoints3d.unsqueeze(1); }

/// The terms that a picture's labels give, for one iteration; adds weighted ones to the objective.
void addSupervisedTerms(const HmrPrediction& prediction, const TensorBatch& batch, const BodyLayer& body,
                        const LossWeights& weights, double share, bool isLast, Objective& objective) {
    const torch::Tensor joints = body.cocoPlus(prediction.rotations, prediction.betas);
    const auto add = [&](const char* name, double weight, const torch::Tensor& term) {
        objective.total = objective.total + weight * share * term;
        if (isLast) objective.terms.emplace_back(name, term.detach());
    };
    add("reprojection", weights.reprojection, reprojectionLoss(projectWeakPerspective(joints, prediction.camera), batch.keypoints));
    add("joints3d", weights.joints3d, joints3dLoss(joints, batch.joints3d, knownJoints3d(batch)));
    add("rotations", weights.rotations, rotationsLoss(prediction.rotations, batch.rotations, batch.hasParameters));
    add("betas", weights.betas, betasLoss(prediction.betas, batch.betas, batch.hasParameters));
    add("betaPrior", weights.betaPrior, shapeRegularizer(prediction.betas));
    add("scalePrior", weights.scalePrior, scaleRegularizer(prediction.camera));
}

Objective supervisedObjective(const std::vector<HmrPrediction>& predictions, const TensorBatch& batch, const BodyLayer& body,
                              const LossWeights& weights) {
    Objective objective;
    objective.total = torch::zeros({}, batch.keypoints.options());
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        const bool isLast = i + 1 == predictions.size();
        if (isLast || weights.earlierIterations > 0)
            addSupervisedTerms(predictions[i], batch, body, weights, isLast ? 1 : weights.earlierIterations, isLast, objective);
    }
    return objective;
}

}  // namespace

torch::Tensor liftedObjective(const std::vector<HmrPrediction>& predictions, const TensorBatch& batch, const BodyLayer& body,
                              const LossWeights& weights) {
    return supervisedObjective(predictions, batch, body, weights).total;
}

void addMapTerms(const JointMaps& maps, const TensorBatch& batch, const LossWeights& weights, Objective& objective) {
    const auto add = [&](const char* name, double weight, const torch::Tensor& term) {
        objective.total = objective.total + weight * term;
        objective.terms.emplace_back(name, term.detach());
    };
    const torch::Tensor places = batch.keypoints.narrow(2, 0, 2), visible = (batch.keypoints.select(2, 2) > 0).to(torch::kFloat32);
    add("jointMaps", weights.jointMaps, jointMapLoss(maps.logits, batch.keypoints));
    add("seenJoints", weights.seenJoints, laplaceLoss(maps.keypoints, maps.logDeviation, places, visible));
    // Whoever's joint lies beyond the picture or behind something should know that he does not know where.
    const torch::Tensor hidden = (1 - visible) * knownJoints3d(batch);
    const torch::Tensor ofLsp = (torch::arange(kNumCocoPlusJoints, hidden.options()) < kNumLspJoints).to(torch::kFloat32);  // other sets have no face
    add("hiddenJoints", weights.seenJoints, laplaceLoss(maps.keypoints.detach(), maps.logDeviation, places.clamp(-2, 2), hidden * ofLsp));
    const torch::Tensor depths = (batch.joints3d - midHips(batch.joints3d)).narrow(2, 2, 1);
    add("seenDepths", weights.seenDepths, laplaceLoss(maps.depth.unsqueeze(2), maps.depthLogDeviation, depths, knownJoints3d(batch)));
}

Objective encoderObjective(const std::vector<HmrPrediction>& predictions, const TensorBatch& batch, const BodyLayer& body,
                           PosePriorDiscriminatorImpl* discriminator, const LossWeights& weights) {
    Objective objective = supervisedObjective(predictions, batch, body, weights);
    if (discriminator != nullptr) {
        const auto [rotations, betas] = allBodies(predictions);
        const torch::Tensor term = encoderAdversarialLoss(discriminator->forward(rotations, betas));
        objective.total = objective.total + weights.adversarial * term;
        objective.terms.emplace_back("adversarial", term.detach());
    }
    return objective;
}

torch::Tensor discriminatorObjective(const std::vector<HmrPrediction>& predictions, const TensorBatch& batch,
                                     PosePriorDiscriminatorImpl& discriminator) {
    const auto [rotations, betas] = allBodies(predictions);
    const torch::Tensor fake = discriminator.forward(rotations.detach(), betas.detach());
    return discriminatorLoss(discriminator.forward(batch.realRotations, batch.realBetas), fake);
}

}  // namespace hmr
