// SPDX-License-Identifier: MIT
#pragma once
#include <torch/types.h>

namespace hmr {

/// Rotation matrices [..., 3, 3] of six numbers each [..., 6] in SPIN's interleaved order: the first two columns before
/// Gram-Schmidt are elements 0,2,4 and 1,3,5 (Zhou et al., CVPR 2019).
torch::Tensor rotationsFromSixD(const torch::Tensor& sixD);

/// The six numbers [..., 6], in the same order, of rotation matrices [..., 3, 3].
torch::Tensor sixDFromRotations(const torch::Tensor& rotations);

/// Rotation matrices [..., 3, 3] of axis-angle vectors [..., 3], radians. Rodrigues' formula, differentiable at zero.
torch::Tensor rotationsFromAxisAngle(const torch::Tensor& axisAngle);

}  // namespace hmr
