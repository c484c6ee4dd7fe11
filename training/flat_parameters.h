// SPDX-License-Identifier: MIT
#pragma once
#include <torch/nn.h>

#include <string>
#include <vector>

namespace hmr {

/// All parameters of a module in one vector, and their gradients in another: the module's own tensors become views of them.
/// So an update, a norm, an average over processes or a copy is one operation.
class FlatParameters {
public:
    /// With `channelsLast`, convolution weights lie in that order. The module must already be on its device.
    FlatParameters(torch::nn::Module& module, bool channelsLast);

    torch::Tensor values, gradients;  ///< [P] float32
};

/// A module's floating-point buffers (running statistics), in the module's own order.
std::vector<torch::Tensor> floatBuffers(const torch::nn::Module& module);

/// AdamW (Loshchilov and Hutter, 2019) over a flat vector.
class FlatAdam {
public:
    FlatAdam(const FlatParameters& parameters, double weightDecay);
    void step(FlatParameters& parameters, double learningRate);

    torch::Tensor mean, square;  ///< running moments [P]
    std::int64_t numSteps = 0;

private:
    double weightDecay_;
};

}  // namespace hmr
