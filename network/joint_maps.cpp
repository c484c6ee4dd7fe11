// SPDX-License-Identifier: MIT
#include "network/joint_maps.h"

#include <torch/torch.h>

#include "body/skeleton.h"

namespace hmr {
namespace {

namespace nn = torch::nn;

constexpr double kStartLogDeviation = -1;  ///< before anything is learnt a joint is off by a third of the half crop

nn::Conv2d pointwise(int inputChannels, int channels, bool hasBias) {
    return nn::Conv2d(nn::Conv2dOptions(inputChannels, channels, 1).bias(hasBias));
}

/// Centres of `count` cells over [−1, 1].
torch::Tensor cellCentres(std::int64_t count, const torch::TensorOptions& options) {
    return (torch::arange(count, options) + 0.5) * (2.0 / static_cast<double>(count)) - 1;
}

}  // namespace

torch::Tensor enlargedTo(const torch::Tensor& coarse, const torch::Tensor& fine) {
    const auto enlarged = at::upsample_nearest2d(coarse, {coarse.size(2) * 2, coarse.size(3) * 2});
    return enlarged.narrow(2, 0, fine.size(2)).narrow(3, 0, fine.size(3));
}

JointMapHeadImpl::JointMapHeadImpl(std::array<int, 3> stageChannels, int channels) {
    constexpr int kJoints = kNumCocoPlusJoints;
    lateral8_ = register_module("lateral8", pointwise(stageChannels[0], channels, true));
    lateral16_ = register_module("lateral16", pointwise(stageChannels[1], channels, true));
    lateral32_ = register_module("lateral32", pointwise(stageChannels[2], channels, true));
    smooth_ = register_module("smooth", nn::Conv2d(nn::Conv2dOptions(channels, channels, 3).padding(1).bias(false)));
    norm_ = register_module("norm", nn::BatchNorm2d(channels));
    maps_ = register_module("maps", pointwise(channels, kJoints, true));
    appearance_ = register_module("appearance", pointwise(channels, kJointAppearance, true));
    readout_ = register_parameter("readout", torch::zeros({3, kJoints, kJointAppearance + 2}));
    readoutBias_ = register_parameter("readout_bias", torch::zeros({3, kJoints}));
    const torch::NoGradGuard noGrad;
    nn::init::normal_(maps_->weight, 0, 0.01);
    nn::init::zeros_(maps_->bias);
    readoutBias_[0].fill_(kStartLogDeviation);
    readoutBias_[2].fill_(kStartLogDeviation);
}

JointMaps JointMapHeadImpl::forward(const torch::Tensor& fine, const torch::Tensor& middle, const torch::Tensor& coarse) {
    auto x = lateral16_(middle) + enlargedTo(lateral32_(coarse), middle);
    x = lateral8_(fine) + enlargedTo(x, fine);
    x = torch::relu(norm_(smooth_(torch::relu(x))));
    return readJointMaps(maps_(x).to(torch::kFloat32), appearance_(x).to(torch::kFloat32), readout_, readoutBias_);
}

JointMaps readJointMaps(const torch::Tensor& logits, const torch::Tensor& local, const torch::Tensor& readout,
                        const torch::Tensor& readoutBias) {
    const auto batch = logits.size(0), joints = logits.size(1), height = logits.size(2), width = logits.size(3);
    const auto shares = torch::softmax(logits.reshape({batch, joints, height * width}), 2);
    const auto x = cellCentres(width, shares.options()).repeat({height}),
               y = cellCentres(height, shares.options()).repeat_interleave(width);
    const auto places = torch::stack({x, y, x.square() + y.square()}, 1);  // [h·w,3]
    const auto moments = torch::matmul(shares, places);
    JointMaps maps;
    maps.logits = logits;
    maps.keypoints = moments.narrow(2, 0, 2);
    const auto spread = (moments.select(2, 2) - maps.keypoints.square().sum(2)).clamp_min(1e-6).sqrt();
    const auto appearance = torch::matmul(shares, local.reshape({batch, local.size(1), height * width}).transpose(1, 2));
    const auto evidence = torch::cat({appearance, torch::amax(shares, {2}, true), spread.unsqueeze(2)}, 2);
    const auto read = [&](int row) { return (evidence * readout[row]).sum(2) + readoutBias[row]; };
    maps.logDeviation = read(0).clamp(kLowestLogDeviation, kHighestLogDeviation);
    maps.depth = read(1);
    maps.depthLogDeviation = read(2).clamp(kLowestLogDeviation, kHighestLogDeviation);
    maps.appearance = appearance.flatten(1);
    return maps;
}

torch::Tensor jointFeatures(const JointMaps& maps) {
    return torch::cat({maps.appearance, maps.keypoints.flatten(1), maps.logDeviation, maps.depth, maps.depthLogDeviation}, 1);
}

}  // namespace hmr
