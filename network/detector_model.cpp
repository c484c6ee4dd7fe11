// SPDX-License-Identifier: MIT
#include "network/detector_model.h"

#include <torch/torch.h>

namespace hmr {
namespace {

namespace nn = torch::nn;

constexpr double kStartShare = 0.02;  ///< of cells that hold a middle, as far as the head knows before it learns

nn::Conv2d convolution(int inputChannels, int channels, int kernel, int stride, bool hasBias) {
    return nn::Conv2d(nn::Conv2dOptions(inputChannels, channels, kernel).stride(stride).padding(kernel / 2).bias(hasBias));
}

nn::Sequential stage(int index, int numBlocks) {
    nn::Sequential blocks;
    for (int block = 0; block < numBlocks; ++block)
        blocks->push_back(BasicBlock(block ? kDetectorWidths[index] : kDetectorWidths[index - 1], kDetectorWidths[index], block ? 1 : 2));
    return blocks;
}

}  // namespace

DetectorModelImpl::DetectorModelImpl() {
    conv1_ = register_module("conv1", convolution(3, kDetectorWidths[0], 3, 2, false));
    bn1_ = register_module("bn1", nn::BatchNorm2d(kDetectorWidths[0]));
    layer1_ = register_module("layer1", stage(1, 1));
    layer2_ = register_module("layer2", stage(2, 2));
    layer3_ = register_module("layer3", stage(3, 2));
    layer4_ = register_module("layer4", stage(4, 2));
    lateral8_ = register_module("lateral8", convolution(kDetectorWidths[2], kDetectorNeck, 1, 1, true));
    lateral16_ = register_module("lateral16", convolution(kDetectorWidths[3], kDetectorNeck, 1, 1, true));
    lateral32_ = register_module("lateral32", convolution(kDetectorWidths[4], kDetectorNeck, 1, 1, true));
    smooth_ = register_module("smooth", convolution(kDetectorNeck, kDetectorNeck, 3, 1, false));
    smoothNorm_ = register_module("smooth_norm", nn::BatchNorm2d(kDetectorNeck));
    tower_ = register_module("tower", convolution(kDetectorNeck, kDetectorNeck, 3, 1, false));
    towerNorm_ = register_module("tower_norm", nn::BatchNorm2d(kDetectorNeck));
    head_ = register_module("head", convolution(kDetectorNeck, 5, 1, 1, true));
    for (const auto& module : modules(false))
        if (auto* layer = module->as<nn::Conv2d>()) nn::init::kaiming_normal_(layer->weight, 0.0, torch::kFanOut, torch::kReLU);
    const torch::NoGradGuard noGrad;
    nn::init::normal_(head_->weight, 0, 0.01);
    nn::init::zeros_(head_->bias);
    head_->bias[0].fill_(std::log(kStartShare / (1 - kStartShare)));
}

DetectorMaps DetectorModelImpl::forward(const torch::Tensor& images) {
    auto x = layer1_->forward(torch::relu(bn1_(conv1_(images))));
    const auto stride8 = layer2_->forward(x);
    const auto stride16 = layer3_->forward(stride8);
    x = lateral16_(stride16) + enlargedTo(lateral32_(layer4_->forward(stride16)), stride16);
    x = torch::relu(lateral8_(stride8) + enlargedTo(x, stride8));
    x = torch::relu(smoothNorm_(smooth_(x)));
    x = torch::relu(towerNorm_(tower_(x)));
    return detectorMapsFrom(head_(x).to(torch::kFloat32));
}

DetectorMaps detectorMapsFrom(const torch::Tensor& head) {
    return {head.select(1, 0), kDetectorReach * head.narrow(1, 1, 4).clamp(-5, 5).exp()};
}

}  // namespace hmr
