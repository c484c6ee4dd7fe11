// SPDX-License-Identifier: MIT
#include "network/frozen_convolution.h"

#include <torch/torch.h>

namespace hmr {
namespace {

FrozenConvolution packed(FrozenConvolution layer) {
    layer.padding = layer.weight.size(2) / 2;
    if (!hasOneDnn()) return layer;
    layer.weight = at::mkldnn_reorder_conv2d_weight(layer.weight.to_mkldnn(), {layer.padding, layer.padding},
                                                    {layer.stride, layer.stride}, {1, 1});
    layer.bias = layer.bias.to_mkldnn();
    return layer;
}

}  // namespace

torch::Tensor ModuleStates::operator[](const std::string& name) const {
    const auto* parameter = parameters_.find(name);
    return (parameter ? *parameter : buffers_[name]).detach().to(torch::kCPU, torch::kFloat32);
}

bool hasOneDnn() { return at::globalContext().hasMKLDNN(); }

torch::Tensor toNative(const torch::Tensor& tensor) { return hasOneDnn() ? tensor.contiguous().to_mkldnn() : tensor; }

torch::Tensor toDense(const torch::Tensor& tensor) { return tensor.is_mkldnn() ? tensor.to_dense() : tensor; }

// LibTorch 2 no longer finds oneDNN's kernel by the common name.
torch::Tensor poolStem(const torch::Tensor& native) {
    return native.is_mkldnn() ? at::mkldnn_max_pool2d(native, {3, 3}, {2, 2}, {1, 1}) : at::max_pool2d(native, {3, 3}, {2, 2}, {1, 1});
}

torch::Tensor FrozenConvolution::operator()(const torch::Tensor& native) const {
    return at::conv2d(native, weight, bias, {stride, stride}, {padding, padding});
}

FrozenConvolution foldedConvolution(const ModuleStates& states, const std::string& convolution, const std::string& batchNorm,
                                    std::int64_t stride) {
    constexpr double kEpsilon = 1e-5;  // of torch::nn::BatchNorm2d
    const auto scale = states[batchNorm + ".weight"] / (states[batchNorm + ".running_var"] + kEpsilon).sqrt();
    FrozenConvolution result;
    result.stride = stride;
    result.weight = (states[convolution + ".weight"] * scale.view({-1, 1, 1, 1})).contiguous();
    result.bias = states[batchNorm + ".bias"] - states[batchNorm + ".running_mean"] * scale;
    return packed(std::move(result));
}

FrozenConvolution plainConvolution(const ModuleStates& states, const std::string& convolution) {
    FrozenConvolution result;
    result.weight = states[convolution + ".weight"].contiguous();
    result.bias = states[convolution + ".bias"].contiguous();
    return packed(std::move(result));
}

torch::Tensor FrozenBlock::operator()(const torch::Tensor& native) const {
    auto x = native;
    for (const auto& convolution : convolutions) {
        x = convolution(x);
        if (&convolution != &convolutions.back()) x.relu_();
    }
    return x.add_(downsample.empty() ? native : downsample.front()(native)).relu_();
}

FrozenBlock frozenBlock(const ModuleStates& states, const std::string& name, std::int64_t stride) {
    const bool isBottleneck = states.contains(name + "conv3.weight");
    FrozenBlock block;
    block.convolutions.push_back(foldedConvolution(states, name + "conv1", name + "bn1", isBottleneck ? 1 : stride));
    block.convolutions.push_back(foldedConvolution(states, name + "conv2", name + "bn2", isBottleneck ? stride : 1));
    if (isBottleneck) block.convolutions.push_back(foldedConvolution(states, name + "conv3", name + "bn3", 1));
    if (states.contains(name + "downsample.0.weight"))
        block.downsample.push_back(foldedConvolution(states, name + "downsample.0", name + "downsample.1", stride));
    return block;
}

}  // namespace hmr
