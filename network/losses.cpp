// SPDX-License-Identifier: MIT
#include "network/losses.h"

#include <torch/torch.h>

namespace hmr {
namespace {

constexpr int kRightHip = 2, kLeftHip = 3;  ///< of the coco-plus joints

torch::Tensor centredOnHips(const torch::Tensor& joints) {
    return joints - (joints.select(1, kRightHip) + joints.select(1, kLeftHip)).unsqueeze(1) / 2;
}

// Half the mean of squared differences [N,D] over the labelled samples.
torch::Tensor halfMeanSquare(const torch::Tensor& difference, const torch::Tensor& labelled) {
    const auto weights = labelled.to(difference.scalar_type()).unsqueeze(1);
    const auto count = (weights.sum() * difference.size(1)).clamp_min(1);
    return (weights * difference.square()).sum() / count / 2;
}

}  // namespace

torch::Tensor projectWeakPerspective(const torch::Tensor& points, const torch::Tensor& camera) {
    const auto scale = camera.narrow(1, 0, 1).unsqueeze(1);
    return scale * (points.narrow(2, 0, 2) + camera.narrow(1, 1, 2).unsqueeze(1));
}

torch::Tensor reprojectionLoss(const torch::Tensor& projected, const torch::Tensor& keypoints) {
    const auto visibility = keypoints.narrow(2, 2, 1);
    const auto count = ((visibility > 0).sum() * 2).clamp_min(1);
    return (visibility * (projected - keypoints.narrow(2, 0, 2)).abs()).sum() / count;
}

torch::Tensor joints3dLoss(const torch::Tensor& predicted, const torch::Tensor& target, const torch::Tensor& labelled) {
    return halfMeanSquare((centredOnHips(predicted) - centredOnHips(target)).flatten(1), labelled);
}

torch::Tensor parametersLoss(const torch::Tensor& rotations, const torch::Tensor& betas,
                             const torch::Tensor& targetRotations, const torch::Tensor& targetBetas,
                             const torch::Tensor& labelled) {
    const auto difference = torch::cat({(rotations - targetRotations).flatten(1), betas - targetBetas}, 1);
    return halfMeanSquare(difference, labelled);
}

torch::Tensor rotationsLoss(const torch::Tensor& rotations, const torch::Tensor& target, const torch::Tensor& labelled) {
    return halfMeanSquare((rotations - target).flatten(1), labelled);
}

torch::Tensor betasLoss(const torch::Tensor& betas, const torch::Tensor& target, const torch::Tensor& labelled) {
    return halfMeanSquare(betas - target, labelled);
}

torch::Tensor shapeRegularizer(const torch::Tensor& betas) { return betas.square().mean(); }

torch::Tensor scaleRegularizer(const torch::Tensor& camera) { return (-10 * camera.select(1, 0)).exp().square().mean(); }

torch::Tensor encoderAdversarialLoss(const torch::Tensor& fakeOutputs) {
    return (fakeOutputs - 1).square().sum(1).mean();
}

torch::Tensor discriminatorLoss(const torch::Tensor& realOutputs, const torch::Tensor& fakeOutputs) {
    return (realOutputs - 1).square().sum(1).mean() + fakeOutputs.square().sum(1).mean();
}

}  // namespace hmr
