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

nn::Sequential stage(int inputChannels, int channels, int numBlocks, int stride) {
    nn::Sequential blocks;
    for (int block = 0; block < numBlocks; ++block) blocks->push_back(BasicBlock(block ? channels : inputChannels, channels, block ? 1 : stride));
    return blocks;
}

}  // namespace

DetectorModelImpl::DetectorModelImpl(int resnetWidth) : resnetWidth_(resnetWidth) {
    const int base = resnetWidth;
    const auto widths = base > 0 ? std::array{base, base, 2 * base, 4 * base, 8 * base} : kSmallDetectorWidths;
    const int neck = base > 0 ? 2 * base : widths[2];
    conv1_ = register_module("conv1", convolution(3, widths[0], base > 0 ? 7 : 3, 2, false));
    bn1_ = register_module("bn1", nn::BatchNorm2d(widths[0]));
    layer1_ = register_module("layer1", stage(widths[0], widths[1], base > 0 ? 2 : 1, base > 0 ? 1 : 2));
    layer2_ = register_module("layer2", stage(widths[1], widths[2], 2, 2));
    layer3_ = register_module("layer3", stage(widths[2], widths[3], 2, 2));
    layer4_ = register_module("layer4", stage(widths[3], widths[4], 2, 2));
    lateral8_ = register_module("lateral8", convolution(widths[2], neck, 1, 1, true));
    lateral16_ = register_module("lateral16", convolution(widths[3], neck, 1, 1, true));
    lateral32_ = register_module("lateral32", convolution(widths[4], neck, 1, 1, true));
    smooth_ = register_module("smooth", convolution(neck, neck, 3, 1, false));
    smoothNorm_ = register_module(base > 0 ? "norm" : "smooth_norm", nn::BatchNorm2d(neck));
    tower_ = register_module("tower", convolution(neck, neck, 3, 1, false));
    towerNorm_ = register_module("tower_norm", nn::BatchNorm2d(neck));
    head_ = register_module("head", convolution(neck, 5, 1, 1, true));
    for (const auto& module : modules(false))
        if (auto* layer = module->as<nn::Conv2d>()) nn::init::kaiming_normal_(layer->weight, 0.0, torch::kFanOut, torch::kReLU);
    const torch::NoGradGuard noGrad;
    nn::init::normal_(head_->weight, 0, 0.01);
    nn::init::zeros_(head_->bias);
    head_->bias[0].fill_(std::log(kStartShare / (1 - kStartShare)));
}

DetectorMaps DetectorModelImpl::forward(const torch::Tensor& images) {
    auto x = torch::relu(bn1_(conv1_(images)));
    if (resnetWidth_ > 0) x = torch::max_pool2d(x, 3, 2, 1);
    x = layer1_->forward(x);
    const auto stride8 = layer2_->forward(x);
    const auto stride16 = layer3_->forward(stride8);
    x = lateral16_(stride16) + enlargedTo(lateral32_(layer4_->forward(stride16)), stride16);
    x = torch::relu(lateral8_(stride8) + enlargedTo(x, stride8));
    x = torch::relu(smoothNorm_(smooth_(x)));
    x = torch::relu(towerNorm_(tower_(x)));
    return detectorMapsFrom(head_(x).to(torch::kFloat32));
}

int detectorWidthOf(const std::map<std::string, TensorView>& weights) {
    const auto stem = weights.find("conv1.weight");
    const bool isResnet = stem != weights.end() && stem->second.shape.size() == 4 && stem->second.shape[2] == 7;
    const std::size_t width = isResnet ? stem->second.shape[0] : 0;
    return width <= 256 ? static_cast<int>(width) : 0;
}

DetectorMaps detectorMapsFrom(const torch::Tensor& head) {
    return {head.select(1, 0), kDetectorReach * head.narrow(1, 1, 4).clamp(-5, 5).exp()};
}

}  // namespace hmr
