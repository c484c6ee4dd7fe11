// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <string>

#include "network/hmr_network.h"

namespace hmr {

/// A network of random numbers, opened from a file as a trained one is. `threads` as in NetworkOptions.
std::shared_ptr<HmrNetwork> untrainedNetwork(const std::string& architecture, int inputSize, int threads);

/// Threads that the network last used by the calling thread works with.
int networkThreads();

/// A step of the trainer: the network of the shipped weights, synthetic pictures, every term of the objective.
class TrainingStep {
public:
    static constexpr int kBatch = 16, kSide = 128;

    /// `threads` of the step; pictures are drawn by one.
    explicit TrainingStep(int threads);
    ~TrainingStep();

    void drawPictures();  ///< the next batch's
    void learn();

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace hmr
