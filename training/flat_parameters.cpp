// SPDX-License-Identifier: MIT
#include "training/flat_parameters.h"

#include <cmath>

namespace hmr {
namespace {

constexpr double kMeanDecay = 0.9, kSquareDecay = 0.999, kEpsilon = 1e-8;

/// A part of a flat vector in the parameter's shape, 4-dimensional ones in channels-last order if wanted.
torch::Tensor viewLike(const torch::Tensor& part, const torch::Tensor& parameter, bool channelsLast) {
    if (channelsLast && parameter.dim() == 4) {
        const auto shape = parameter.sizes();
        return part.view({shape[0], shape[2], shape[3], shape[1]}).permute({0, 3, 1, 2});
    }
    return part.view(parameter.sizes());
}

}  // namespace

FlatParameters::FlatParameters(torch::nn::Module& module, bool channelsLast) {
    const torch::NoGradGuard noGradient;
    const std::vector<torch::Tensor> parameters = module.parameters();
    std::int64_t size = 0;
    for (const torch::Tensor& parameter : parameters) size += parameter.numel();
    values = torch::zeros({size}, parameters.front().options().requires_grad(false));
    gradients = torch::zeros_like(values);
    std::int64_t offset = 0;
    for (torch::Tensor parameter : parameters) {
        const torch::Tensor view = viewLike(values.narrow(0, offset, parameter.numel()), parameter, channelsLast);
        view.copy_(parameter);
        parameter.set_data(view);
        parameter.mutable_grad() = viewLike(gradients.narrow(0, offset, parameter.numel()), parameter, channelsLast);
        offset += parameter.numel();
    }
}

std::vector<torch::Tensor> floatBuffers(const torch::nn::Module& module) {
    std::vector<torch::Tensor> buffers;
    for (const torch::Tensor& buffer : module.buffers())
        if (buffer.is_floating_point()) buffers.push_back(buffer);
    return buffers;
}

FlatAdam::FlatAdam(const FlatParameters& parameters, double weightDecay)
    : mean(torch::zeros_like(parameters.values)), square(torch::zeros_like(parameters.values)), weightDecay_(weightDecay) {}

void FlatAdam::step(FlatParameters& parameters, double learningRate) {
    const torch::NoGradGuard noGradient;
    ++numSteps;
    mean.lerp_(parameters.gradients, 1 - kMeanDecay);
    square.mul_(kSquareDecay).addcmul_(parameters.gradients, parameters.gradients, 1 - kSquareDecay);
    const double meanCorrection = 1 - std::pow(kMeanDecay, static_cast<double>(numSteps));
    const double squareCorrection = 1 - std::pow(kSquareDecay, static_cast<double>(numSteps));
    const torch::Tensor denominator = square.sqrt().div_(std::sqrt(squareCorrection)).add_(kEpsilon);
    if (weightDecay_ > 0) parameters.values.mul_(1 - learningRate * weightDecay_);
    parameters.values.addcdiv_(mean, denominator, -learningRate / meanCorrection);
}

}  // namespace hmr
