// SPDX-License-Identifier: MIT
#pragma once
#include <torch/types.h>

#include "network/body_layer.h"
#include "training/batch.h"

namespace hmr {

/// Bodies without pictures: what joint maps might say of them, and their labels.
struct LiftedBodies {
    torch::Tensor features;  ///< [M, regressor's features]: no appearance, joints with errors of the size they claim
    TensorBatch labels;      ///< keypoints (true ones), joints3d, rotations, betas and their indicators
};

/// Turns bodies of motion capture [M,24,3,3], [M,10] to random headings before random cameras and sees their joints as a
/// network would: with errors, and now and then cut by the crop or missed altogether. `personShare`: of the crop. Draws from
/// LibTorch's generator.
LiftedBodies liftBodies(const torch::Tensor& rotations, const torch::Tensor& betas, const BodyLayer& body, double personShare,
                        int appearanceSize);

}  // namespace hmr
