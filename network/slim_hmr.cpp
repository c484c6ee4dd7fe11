// SPDX-License-Identifier: MIT
#include "network/slim_hmr.h"

#include <torch/torch.h>

#include <limits>

#include "body/error.h"
#include "network/rotation_encoding.h"

namespace hmr {
namespace {

constexpr double kEpsilon = 1e-5;  ///< of slim's resnet_arg_scope

}  // namespace

SlimHmr::SlimHmr(const NetworkRecipe& recipe, NamedTensors& tensors)
    : iterations_(recipe.iterations), numParameters_(tensors.numNumbers()) {
    const torch::NoGradGuard noGrad;
    requireNumbersPerRotation(recipe, 3);
    stem_ = plain(tensors, "resnet_v2_50.conv1", 3, 7);
    readUnits(tensors, stem_.weight.size(0));
    const auto numFeatures = units_.back().expand.weight.size(0);
    last_ = normFrom(tensors, "resnet_v2_50.postnorm", numFeatures);
    const auto linear = [&](const std::string& name, std::int64_t inputs, std::int64_t outputs) {
        Layer layer;
        layer.weight = tensors.take("3D_module." + name + ".weights", {outputs, inputs});
        layer.bias = tensors.take("3D_module." + name + ".biases", {layer.weight.size(0)});
        return layer;
    };
    fc1_ = linear("fc1", numFeatures + kNumParameters, -1);
    fc2_ = linear("fc2", fc1_.weight.size(0), -1);
    fc3_ = linear("fc3", fc2_.weight.size(0), kNumParameters);
    mean_ = tensors.take("mean_param", {1, kNumParameters});
}

SlimHmr::Norm SlimHmr::normFrom(NamedTensors& tensors, const std::string& name, std::int64_t channels) {
    const auto variance = tensors.take(name + ".moving_variance", {channels}), mean = tensors.take(name + ".moving_mean", {channels});
    const auto factor = tensors.take(name + ".gamma", {channels}) / (variance + kEpsilon).sqrt();
    const auto offset = tensors.take(name + ".beta", {channels}) - mean * factor;
    return {factor.view({1, -1, 1, 1}), offset.view({1, -1, 1, 1})};
}

SlimHmr::Layer SlimHmr::plain(NamedTensors& tensors, const std::string& name, std::int64_t inputs, std::int64_t kernel) {
    const auto weight = tensors.take(name + ".weights", {-1, inputs, kernel, kernel});
    return {weight, tensors.take(name + ".biases", {weight.size(0)})};
}

SlimHmr::Layer SlimHmr::folded(NamedTensors& tensors, const std::string& name, std::int64_t inputs, std::int64_t kernel) {
    const auto weight = tensors.take(name + ".weights", {-1, inputs, kernel, kernel});
    const Norm norm = normFrom(tensors, name + ".BatchNorm", weight.size(0));
    return {(weight * norm.factor.view({-1, 1, 1, 1})).contiguous(), norm.offset.flatten()};
}

void SlimHmr::readUnits(NamedTensors& tensors, std::int64_t channels) {
    for (int block = 1; block <= 4; ++block) {
        for (int number = 1;; ++number) {
            const std::string name =
                "resnet_v2_50.block" + std::to_string(block) + ".unit_" + std::to_string(number) + ".bottleneck_v2.";
            if (number > 1 && !tensors.contains(name + "conv1.weights")) break;
            Unit unit;
            unit.preactivation = normFrom(tensors, name + "preact", channels);
            unit.reduce = folded(tensors, name + "conv1", channels, 1);
            unit.convolve = folded(tensors, name + "conv2", unit.reduce.weight.size(0), 3);
            unit.expand = plain(tensors, name + "conv3", unit.convolve.weight.size(0), 1);
            if (tensors.contains(name + "shortcut.weights")) unit.shortcut = plain(tensors, name + "shortcut", channels, 1);
            channels = unit.expand.weight.size(0);
            units_.push_back(unit);
        }
        if (block < 4) units_.back().stride = 2;
    }
}

torch::Tensor SlimHmr::apply(const Unit& unit, const torch::Tensor& input) const {
    const auto active = torch::relu(input * unit.preactivation.factor + unit.preactivation.offset);
    torch::Tensor shortcut = input;
    if (unit.shortcut.weight.defined())
        shortcut = torch::conv2d(active, unit.shortcut.weight, unit.shortcut.bias, unit.stride);
    else if (unit.stride > 1)
        shortcut = torch::max_pool2d(input, 1, unit.stride);
    auto x = torch::conv2d(active, unit.reduce.weight, unit.reduce.bias).relu_();
    x = torch::conv2d(x, unit.convolve.weight, unit.convolve.bias, unit.stride, 1).relu_();
    x = torch::conv2d(x, unit.expand.weight, unit.expand.bias);
    return x.add_(shortcut);
}

torch::Tensor SlimHmr::features(const torch::Tensor& images) const {
    auto x = torch::conv2d(images, stem_.weight, stem_.bias, 2, 3);
    // TensorFlow's padding "SAME" adds the odd row behind the picture.
    const std::int64_t oddHeight = x.size(2) % 2 == 0 ? 1 : 2, oddWidth = x.size(3) % 2 == 0 ? 1 : 2;
    x = torch::constant_pad_nd(x, {oddWidth / 2, (oddWidth + 1) / 2, oddHeight / 2, (oddHeight + 1) / 2}, -std::numeric_limits<float>::infinity());
    x = torch::max_pool2d(x, 3, 2);
    for (const Unit& unit : units_) x = apply(unit, x);
    return torch::relu(x * last_.factor + last_.offset).mean({2, 3});
}

HmrPrediction SlimHmr::operator()(const torch::Tensor& images) const {
    const torch::NoGradGuard noGrad;
    const auto ofImages = features(images);
    auto parameters = mean_.expand({images.size(0), -1});
    for (int iteration = 0; iteration < iterations_; ++iteration) {
        auto x = torch::cat({ofImages, parameters}, 1);
        x = torch::linear(x, fc1_.weight, fc1_.bias).relu_();
        x = torch::linear(x, fc2_.weight, fc2_.bias).relu_();
        parameters = parameters + torch::linear(x, fc3_.weight, fc3_.bias);
    }
    HmrPrediction prediction;
    prediction.camera = parameters.narrow(1, 0, kNumCamera);
    prediction.rotations = rotationsFromAxisAngle(parameters.narrow(1, kNumCamera, kNumPose).reshape({-1, kNumSmplJoints, 3}));
    prediction.betas = parameters.narrow(1, kNumCamera + kNumPose, kNumBetas);
    return prediction;
}

}  // namespace hmr
