// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "network/crop_network.h"

namespace hmr {

/// The network of HMR's own TensorFlow checkpoint: slim's resnet_v2_50 (pre-activation; the stride sits in the last unit of a
/// block) and the 3D module (two hidden layers with ReLU, θ = camera, axis-angle pose, betas). Tensor names are TensorFlow's
/// with dots, convolutions [out, in, h, w], matrices [out, in]. Widths and numbers of units are those of the tensors.
class SlimHmr : public CropNetwork {
public:
    SlimHmr(const NetworkRecipe& recipe, NamedTensors& tensors);
    HmrPrediction operator()(const torch::Tensor& images) const override;
    std::size_t numParameters() const override { return numParameters_; }

private:
    struct Layer {
        torch::Tensor weight, bias;
    };
    /// Batch norm for inference: x·factor + offset, each [1,C,1,1].
    struct Norm {
        torch::Tensor factor, offset;
    };
    struct Unit {
        Norm preactivation;
        Layer shortcut;  ///< weight undefined where the input itself is passed on
        Layer reduce, convolve, expand;
        std::int64_t stride = 1;
    };

    static Norm normFrom(NamedTensors& tensors, const std::string& name, std::int64_t channels);
    static Layer plain(NamedTensors& tensors, const std::string& name, std::int64_t inputs, std::int64_t kernel);
    static Layer folded(NamedTensors& tensors, const std::string& name, std::int64_t inputs, std::int64_t kernel);
    void readUnits(NamedTensors& tensors, std::int64_t channels);
    torch::Tensor apply(const Unit& unit, const torch::Tensor& input) const;
    torch::Tensor features(const torch::Tensor& images) const;

    int iterations_;
    std::size_t numParameters_;
    Layer stem_;
    std::vector<Unit> units_;
    Norm last_;
    Layer fc1_, fc2_, fc3_;
    torch::Tensor mean_;  ///< [1,85]
};

}  // namespace hmr
