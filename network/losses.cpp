// SPDX-License-Identifier: MIT
#include "network/losses.h"

#include <torch/torch.h>

namespace hmr {
namespace {

constexpr int kRightHip = 2, kLeftHip = 3;  ///< of the coco-plus joints

torch::Tensor centredOnHips(const torch::Tensor& joints) {
    return joints - (joints.select(1, kRightHip) + joints.select(1, kLeftHip)).unsqueeze(1) / 2;
}

// Half the mean of squared differences [N,D] or [N,K,D] over what is labelled, [N] or [N,K].
torch::Tensor halfMeanSquare(const torch::Tensor& difference, const torch::Tensor& labelled) {
    const auto weights = labelled.to(difference.scalar_type()).unsqueeze(-1);
    const auto count = (weights.sum() * difference.size(-1)).clamp_min(1);
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

torch::Tensor joints3dLoss(const torch::Tensor& predicted, const torch::Tensor& target, const torch::Tensor& known) {
    return halfMeanSquare(centredOnHips(predicted) - centredOnHips(target), known);
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

torch::Tensor jointMapLoss(const torch::Tensor& logits, const torch::Tensor& keypoints, double deviationInCells) {
    const auto height = logits.size(2), width = logits.size(3);
    const auto x = keypoints.select(2, 0), y = keypoints.select(2, 1);
    const auto weights = (keypoints.select(2, 2) > 0).logical_and(x.abs() <= 1).logical_and(y.abs() <= 1).to(logits.scalar_type());
    // Gaussians are separable: one profile along each axis, [N,K,w] and [N,K,h]
    const auto profile = [&](const torch::Tensor& place, std::int64_t count) {
        const auto cells = torch::arange(count, logits.options()) + 0.5;
        const auto offset = cells - ((place + 1) * (static_cast<double>(count) / 2)).clamp(-1, static_cast<double>(count) + 1).unsqueeze(2);
        return torch::softmax(offset.square() * (-0.5 / (deviationInCells * deviationInCells)), 2);
    };
    const auto target = profile(y, height).unsqueeze(3) * profile(x, width).unsqueeze(2);
    const auto entropy = -(target.flatten(2) * torch::log_softmax(logits.flatten(2), 2)).sum(2);
    return (weights * entropy).sum() / weights.sum().clamp_min(1);
}

torch::Tensor laplaceLoss(const torch::Tensor& predicted, const torch::Tensor& logDeviation, const torch::Tensor& target,
                          const torch::Tensor& weights) {
    const auto error = (predicted - target).abs().mean(2);
    return (weights * (error * (-logDeviation).exp() + logDeviation)).sum() / weights.sum().clamp_min(1);
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
