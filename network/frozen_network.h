// SPDX-License-Identifier: MIT
#pragma once
#include <torch/types.h>

#include <vector>

#include "network/modules.h"

namespace hmr {

/// A trained HmrModel made for answering on the CPU: batch norms folded into the convolutions, weights packed once in
/// oneDNN's own order and pictures kept in it from the first layer to the last. Same answers to 1e-4. Without oneDNN in
/// LibTorch it runs on plain tensors. Immutable.
class FrozenNetwork {
public:
    /// Copies what it needs of the model.
    explicit FrozenNetwork(HmrModelImpl& model);

    /// The last iteration's answer for normalized pictures [N,3,S,S].
    HmrPrediction operator()(const torch::Tensor& images) const;

private:
    struct Convolution {
        torch::Tensor weight, bias;
        std::int64_t stride = 1, padding = 0;
    };
    struct Block {
        std::vector<Convolution> convolutions;
        std::vector<Convolution> downsample;  ///< none or one
    };
    struct Linear {
        torch::Tensor weight, bias;
    };
    class States;

    Convolution folded(const States& states, const std::string& convolution, const std::string& batchNorm,
                       std::int64_t stride) const;
    Linear packed(const torch::Tensor& weight, const torch::Tensor& bias) const;
    torch::Tensor features(const torch::Tensor& images) const;
    torch::Tensor apply(const Linear& linear, const torch::Tensor& input) const;

    bool hasOneDnn_;
    HmrModelOptions options_;
    Convolution stem_;
    std::vector<Block> blocks_;
    Linear fromFeatures_, fromParameters_;  ///< fc1 in two: the features' part is the same in every iteration
    Linear hidden_;                         ///< fc2
    Linear correction_;                     ///< decpose, decshape and deccam as one
    torch::Tensor initialParameters_;       ///< [1, pose + 10 + 3]
};

}  // namespace hmr
