// SPDX-License-Identifier: MIT
#pragma once
#include <torch/torch.h>

#include <algorithm>
#include <functional>
#include <vector>

namespace hmr::test {

/// The largest relative error of a scalar function's gradient against central differences, along random directions of
/// each input (double precision).
inline double gradientError(const std::function<torch::Tensor(const std::vector<torch::Tensor>&)>& function,
                            const std::vector<torch::Tensor>& inputs) {
    constexpr double kStep = 1e-5;
    constexpr int kDirections = 4;
    std::vector<torch::Tensor> variables;
    for (const auto& input : inputs) variables.push_back(input.detach().clone().requires_grad_());
    const auto gradients = torch::autograd::grad({function(variables)}, variables);
    const torch::NoGradGuard noGrad;
    double worst = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        for (int k = 0; k < kDirections; ++k) {
            const auto direction = torch::randn_like(inputs[i]);
            const auto valueAt = [&](double step) {
                auto moved = inputs;
                moved[i] = inputs[i] + step * direction;
                return function(moved).item<double>();
            };
            const double expected = (valueAt(kStep) - valueAt(-kStep)) / (2 * kStep);
            const double found = (gradients[i] * direction).sum().item<double>();
            worst = std::max(worst, std::abs(found - expected) / std::max(1e-3, std::abs(expected)));
        }
    return worst;
}

}  // namespace hmr::test
