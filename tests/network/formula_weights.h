// SPDX-License-Identifier: MIT
#pragma once
#include <torch/nn.h>

#include <cmath>
#include <map>
#include <string>

namespace hmr::test {

/// Element i is sin(12.9898 i + 78.233 seed), computed in double precision; the same as in data/network/make_reference.py.
inline torch::Tensor waves(torch::IntArrayRef shape, int seed) {
    std::int64_t count = 1;
    for (const auto size : shape) count *= size;
    return torch::sin(torch::arange(count, torch::kFloat64) * 12.9898 + 78.233 * seed).reshape(shape);
}

/// The floating-point tensors of a module's state by name.
inline std::map<std::string, torch::Tensor> statesByName(const torch::nn::Module& module) {
    std::map<std::string, torch::Tensor> states;
    for (const auto& entry : module.named_parameters()) states[entry.key()] = entry.value();
    for (const auto& entry : module.named_buffers())
        if (entry.value().is_floating_point()) states[entry.key()] = entry.value();
    return states;
}

/// Fills an HmrModel with numbers that keep the activations of every layer sane; the formula of make_reference.py.
inline void fillByFormula(torch::nn::Module& module) {
    const torch::NoGradGuard noGrad;
    int seed = 0;
    for (auto& [name, tensor] : statesByName(module)) {
        const auto wave = waves(tensor.sizes(), seed++);
        const double fanIn = static_cast<double>(tensor.numel()) / static_cast<double>(tensor.size(0));
        if (name.starts_with("init_"))
            tensor.copy_(0.5 * wave);
        else if (name.ends_with("running_var"))
            tensor.copy_(1 + 0.5 * wave);
        else if (tensor.dim() > 1)
            tensor.copy_((name.starts_with("dec") ? 0.3 : 2.0) / std::sqrt(fanIn) * wave);
        else if (name.ends_with("weight"))
            tensor.copy_(0.6 + 0.1 * wave);
        else
            tensor.copy_(0.1 * wave);
    }
}

inline double largestDifference(const torch::Tensor& a, const torch::Tensor& b) {
    return (a - b).abs().max().item<double>();
}

}  // namespace hmr::test
