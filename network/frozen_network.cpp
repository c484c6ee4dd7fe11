// SPDX-License-Identifier: MIT
#include "network/frozen_network.h"

#include <torch/torch.h>

#include "network/rotation_encoding.h"

namespace hmr {

/// The model's tensors by name.
class FrozenNetwork::States {
public:
    explicit States(HmrModelImpl& model) : parameters_(model.named_parameters()), buffers_(model.named_buffers()) {}

    torch::Tensor operator[](const std::string& name) const {
        const auto* parameter = parameters_.find(name);
        return (parameter ? *parameter : buffers_[name]).detach().to(torch::kCPU, torch::kFloat32);
    }
    bool contains(const std::string& name) const { return parameters_.contains(name); }

private:
    torch::OrderedDict<std::string, torch::Tensor> parameters_, buffers_;
};

FrozenNetwork::FrozenNetwork(HmrModelImpl& model)
    : hasOneDnn_(at::globalContext().hasMKLDNN()), options_(model.options()) {
    const torch::NoGradGuard noGrad;
    const States states(model);
    stem_ = folded(states, "conv1", "bn1", 2);
    const bool hasBottlenecks = options_.backboneDepth >= 50;
    for (int layer = 1; layer <= 4; ++layer)
        for (int index = 0;; ++index) {
            const auto name = "layer" + std::to_string(layer) + "." + std::to_string(index) + ".";
            if (!states.contains(name + "conv1.weight")) break;
            const std::int64_t stride = layer > 1 && index == 0 ? 2 : 1;
            Block block;
            block.convolutions.push_back(folded(states, name + "conv1", name + "bn1", hasBottlenecks ? 1 : stride));
            block.convolutions.push_back(folded(states, name + "conv2", name + "bn2", hasBottlenecks ? stride : 1));
            if (hasBottlenecks) block.convolutions.push_back(folded(states, name + "conv3", name + "bn3", 1));
            if (states.contains(name + "downsample.0.weight"))
                block.downsample.push_back(folded(states, name + "downsample.0", name + "downsample.1", stride));
            stages_[layer - 1].push_back(std::move(block));
        }

    if (options_.hasJointMaps) mapHead_ = mapHead(states);

    const auto weight = states["fc1.weight"];
    const auto numFeatures = model.featureSize();
    fromFeatures_ = packed(weight.narrow(1, 0, numFeatures), states["fc1.bias"]);
    fromParameters_ = packed(weight.narrow(1, numFeatures, weight.size(1) - numFeatures),
                             torch::zeros_like(states["fc1.bias"]));
    hidden_ = packed(states["fc2.weight"], states["fc2.bias"]);
    correction_ =
        packed(torch::cat({states["decpose.weight"], states["decshape.weight"], states["deccam.weight"]}),
               torch::cat({states["decpose.bias"], states["decshape.bias"], states["deccam.bias"]}));
    initialParameters_ = torch::cat({states["init_pose"], states["init_shape"], states["init_cam"]}, 1);
}

FrozenNetwork::Convolution FrozenNetwork::folded(const States& states, const std::string& convolution,
                                                 const std::string& batchNorm, std::int64_t stride) const {
    constexpr double kEpsilon = 1e-5;  // of torch::nn::BatchNorm2d
    const auto scale = states[batchNorm + ".weight"] / (states[batchNorm + ".running_var"] + kEpsilon).sqrt();
    Convolution result;
    result.stride = stride;
    result.weight = (states[convolution + ".weight"] * scale.view({-1, 1, 1, 1})).contiguous();
    result.bias = states[batchNorm + ".bias"] - states[batchNorm + ".running_mean"] * scale;
    return packed(std::move(result));
}

FrozenNetwork::Convolution FrozenNetwork::plain(const States& states, const std::string& convolution) const {
    Convolution result;
    result.weight = states[convolution + ".weight"].contiguous();
    result.bias = states[convolution + ".bias"];
    return packed(std::move(result));
}

FrozenNetwork::Convolution FrozenNetwork::packed(Convolution layer) const {
    layer.padding = layer.weight.size(2) / 2;
    if (!hasOneDnn_) return layer;
    layer.weight = at::mkldnn_reorder_conv2d_weight(layer.weight.to_mkldnn(), {layer.padding, layer.padding},
                                                    {layer.stride, layer.stride}, {1, 1});
    layer.bias = layer.bias.to_mkldnn();
    return layer;
}

FrozenNetwork::MapHead FrozenNetwork::mapHead(const States& states) const {
    const std::string name = "jointmaps.";
    MapHead head{plain(states, name + "lateral8"), plain(states, name + "lateral16"), plain(states, name + "lateral32"),
                 folded(states, name + "smooth", name + "norm", 1), plain(states, name + "maps"),
                 plain(states, name + "appearance"), states[name + "readout"], states[name + "readout_bias"]};
    return head;
}

FrozenNetwork::Linear FrozenNetwork::packed(const torch::Tensor& weight, const torch::Tensor& bias) const {
    if (!hasOneDnn_) return {weight.contiguous(), bias};
    return {weight.contiguous().to_mkldnn(), bias.contiguous().to_mkldnn()};
}

torch::Tensor FrozenNetwork::convolved(const Convolution& layer, const torch::Tensor& input) const {
    return at::conv2d(input, layer.weight, layer.bias, {layer.stride, layer.stride}, {layer.padding, layer.padding});
}

HmrEncoding FrozenNetwork::encode(const torch::Tensor& images) const {
    auto x = at::max_pool2d(convolved(stem_, native(images)).relu_(), {3, 3}, {2, 2}, {1, 1});
    std::array<torch::Tensor, 4> outputs;
    for (std::size_t stage = 0; stage < stages_.size(); ++stage) {
        for (const auto& block : stages_[stage]) {
            auto y = x;
            for (const auto& convolution : block.convolutions) {
                y = convolved(convolution, y);
                if (&convolution != &block.convolutions.back()) y.relu_();
            }
            x = y.add_(block.downsample.empty() ? x : convolved(block.downsample.front(), x)).relu_();
        }
        outputs[stage] = x;
    }
    HmrEncoding encoding{dense(x).mean({2, 3}), std::nullopt};
    if (!mapHead_) return encoding;
    encoding.maps = readMaps(outputs[1], outputs[2], outputs[3]);
    encoding.features = torch::cat({encoding.features, jointFeatures(*encoding.maps)}, 1);
    return encoding;
}

// Enlarging is not for oneDNN's order of elements; the maps are small, so they change order twice.
JointMaps FrozenNetwork::readMaps(const torch::Tensor& stride8, const torch::Tensor& stride16, const torch::Tensor& stride32) const {
    auto x = dense(convolved(mapHead_->lateral16, stride16));
    x = x + enlargedTo(dense(convolved(mapHead_->lateral32, stride32)), x);
    const auto fine = dense(convolved(mapHead_->lateral8, stride8));
    x = native((fine + enlargedTo(x, fine)).relu_());
    x = convolved(mapHead_->smooth, x).relu_();
    return readJointMaps(dense(convolved(mapHead_->maps, x)), dense(convolved(mapHead_->appearance, x)), mapHead_->readout,
                         mapHead_->readoutBias);
}

// oneDNN's product, since LibTorch's own goes to whatever BLAS the system has, which may be a very slow one.
torch::Tensor FrozenNetwork::apply(const Linear& linear, const torch::Tensor& input) const {
    if (!hasOneDnn_) return at::linear(input, linear.weight, linear.bias);
    return at::linear(input.contiguous().to_mkldnn(), linear.weight, linear.bias).to_dense();
}

FrozenNetwork::Answer FrozenNetwork::operator()(const torch::Tensor& images) const {
    const torch::NoGradGuard noGrad;
    auto encoding = encode(images);
    const auto ofFeatures = apply(fromFeatures_, encoding.features);
    auto parameters = initialParameters_.expand({images.size(0), -1});
    for (int iteration = 0; iteration < options_.iterations; ++iteration) {
        const auto x = (ofFeatures + apply(fromParameters_, parameters)).relu_();
        parameters = parameters + apply(correction_, apply(hidden_, x).relu_());
    }
    const auto numPose = parameters.size(1) - kNumBetas - 3;
    HmrPrediction prediction;
    const auto pose = parameters.narrow(1, 0, numPose).reshape({-1, kNumSmplJoints, numPose / kNumSmplJoints});
    prediction.rotations = options_.rotationEncoding == "6d" ? rotationsFromSixD(pose) : rotationsFromAxisAngle(pose);
    prediction.betas = parameters.narrow(1, numPose, kNumBetas);
    prediction.camera = parameters.narrow(1, numPose + kNumBetas, 3);
    return {prediction, std::move(encoding.maps)};
}

}  // namespace hmr
