// SPDX-License-Identifier: MIT
#pragma once
#include <torch/types.h>

#include "training/sample_queue.h"

namespace hmr {

/// A batch of N samples as tensors.
struct TensorBatch {
    torch::Tensor pictures;       ///< [N,S,S,3] uint8 RGB
    torch::Tensor keypoints;      ///< [N,19,3] x, y in [−1,1], visibility
    torch::Tensor joints3d;       ///< [N,19,3] metres
    torch::Tensor hasJoints3d;    ///< [N] 0 or 1
    torch::Tensor rotations;      ///< [N,24,3,3]
    torch::Tensor betas;          ///< [N,10]
    torch::Tensor hasParameters;  ///< [N] 0 or 1
    torch::Tensor realRotations;  ///< [M,24,3,3] of real bodies
    torch::Tensor realBetas;      ///< [M,10]
};

/// Copies the samples to the device. Without `paired` no picture has 3D labels.
TensorBatch tensorBatch(const SampleBatch& batch, bool paired, torch::Device device);
TensorBatch tensorBatch(const std::vector<TrainingSample>& samples, bool paired, torch::Device device);

/// Their pixels [N,S,S,3] uint8, on the CPU.
torch::Tensor picturesTensor(const std::vector<TrainingSample>& samples);

}  // namespace hmr
