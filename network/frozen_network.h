// SPDX-License-Identifier: MIT
#pragma once
#include <torch/types.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "network/frozen_convolution.h"
#include "network/modules.h"

namespace hmr {

/// A trained HmrModel made for answering on the CPU: batch norms folded into the convolutions, weights packed once in
/// oneDNN's own order and pictures kept in it from the first layer to the last. Same answers to 1e-4. Without oneDNN in
/// LibTorch it runs on plain tensors. Immutable.
class FrozenNetwork {
public:
    /// Copies what it needs of the model.
    explicit FrozenNetwork(HmrModelImpl& model);

    struct Answer {
        HmrPrediction prediction;       ///< of the last iteration
        std::optional<JointMaps> maps;  ///< of networks that have them
    };
    /// For normalized pictures [N,3,S,S].
    Answer operator()(const torch::Tensor& images) const;

private:
    struct MapHead {
        FrozenConvolution lateral8, lateral16, lateral32, smooth, maps, appearance;
        torch::Tensor readout, readoutBias;
    };
    struct Linear {
        torch::Tensor weight, bias;
    };

    HmrEncoding encode(const torch::Tensor& images) const;
    JointMaps readMaps(const torch::Tensor& stride8, const torch::Tensor& stride16, const torch::Tensor& stride32) const;
    torch::Tensor apply(const Linear& linear, const torch::Tensor& input) const;

    HmrModelOptions options_;
    FrozenConvolution stem_;
    std::array<std::vector<FrozenBlock>, 4> stages_;
    std::optional<MapHead> mapHead_;
    Linear fromFeatures_, fromParameters_;  ///< fc1 in two: the features' part is the same in every iteration
    Linear hidden_;                         ///< fc2
    Linear correction_;                     ///< decpose, decshape and deccam as one
    torch::Tensor initialParameters_;       ///< [1, pose + 10 + 3]
};

}  // namespace hmr
