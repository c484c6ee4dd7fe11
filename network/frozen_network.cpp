// SPDX-License-Identifier: MIT
#include "network/frozen_network.h"

#include <torch/torch.h>

#include "network/rotation_encoding.h"

namespace hmr {
namespace {

// oneDNN's product, since LibTorch's own goes to whatever BLAS the system has, which may be a very slow one.
torch::Tensor packed(const torch::Tensor& tensor) { return toNative(tensor.contiguous()); }

}  // namespace

FrozenNetwork::FrozenNetwork(HmrModelImpl& model) : options_(model.options()) {
    const torch::NoGradGuard noGrad;
    const ModuleStates states(model);
    stem_ = foldedConvolution(states, "conv1", "bn1", 2);
    for (std::size_t stage = 0; stage < stages_.size(); ++stage)
        for (int index = 0;; ++index) {
            const auto name = "layer" + std::to_string(stage + 1) + "." + std::to_string(index) + ".";
            if (!states.contains(name + "conv1.weight")) break;
            stages_[stage].push_back(frozenBlock(states, name, stage > 0 && index == 0 ? 2 : 1));
        }
    if (options_.hasJointMaps) {
        const std::string name = "jointmaps.";
        mapHead_ = {plainConvolution(states, name + "lateral8"), plainConvolution(states, name + "lateral16"),
                    plainConvolution(states, name + "lateral32"), foldedConvolution(states, name + "smooth", name + "norm", 1),
                    plainConvolution(states, name + "maps"), plainConvolution(states, name + "appearance"),
                    states[name + "readout"], states[name + "readout_bias"]};
    }

    const auto weight = states["fc1.weight"], bias = states["fc1.bias"];
    const auto numFeatures = model.featureSize();
    fromFeatures_ = {packed(weight.narrow(1, 0, numFeatures)), packed(bias)};
    fromParameters_ = {packed(weight.narrow(1, numFeatures, weight.size(1) - numFeatures)), packed(torch::zeros_like(bias))};
    hidden_ = {packed(states["fc2.weight"]), packed(states["fc2.bias"])};
    correction_ = {packed(torch::cat({states["decpose.weight"], states["decshape.weight"], states["deccam.weight"]})),
                   packed(torch::cat({states["decpose.bias"], states["decshape.bias"], states["deccam.bias"]}))};
    initialParameters_ = torch::cat({states["init_pose"], states["init_shape"], states["init_cam"]}, 1);
}

HmrEncoding FrozenNetwork::encode(const torch::Tensor& images) const {
    auto x = poolStem(stem_(toNative(images)).relu_());
    std::array<torch::Tensor, 4> outputs;
    for (std::size_t stage = 0; stage < stages_.size(); ++stage) {
        for (const auto& block : stages_[stage]) x = block(x);
        outputs[stage] = x;
    }
    HmrEncoding encoding{toDense(x).mean({2, 3}), std::nullopt};
    if (!mapHead_) return encoding;
    encoding.maps = readMaps(outputs[1], outputs[2], outputs[3]);
    encoding.features = torch::cat({encoding.features, jointFeatures(*encoding.maps)}, 1);
    return encoding;
}

// Enlarging is not for oneDNN's order of elements; the maps are small, so they change order twice.
JointMaps FrozenNetwork::readMaps(const torch::Tensor& stride8, const torch::Tensor& stride16, const torch::Tensor& stride32) const {
    auto x = toDense(mapHead_->lateral16(stride16));
    x = x + enlargedTo(toDense(mapHead_->lateral32(stride32)), x);
    const auto fine = toDense(mapHead_->lateral8(stride8));
    x = mapHead_->smooth(toNative((fine + enlargedTo(x, fine)).relu_())).relu_();
    return readJointMaps(toDense(mapHead_->maps(x)), toDense(mapHead_->appearance(x)), mapHead_->readout, mapHead_->readoutBias);
}

torch::Tensor FrozenNetwork::apply(const Linear& linear, const torch::Tensor& input) const {
    return toDense(at::linear(toNative(input), linear.weight, linear.bias));
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
    prediction.rotations = decodeRotations(parameters.narrow(1, 0, numPose), options_.rotationEncoding);
    prediction.betas = parameters.narrow(1, numPose, kNumBetas);
    prediction.camera = parameters.narrow(1, numPose + kNumBetas, 3);
    return {prediction, std::move(encoding.maps)};
}

}  // namespace hmr
