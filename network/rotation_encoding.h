// SPDX-License-Identifier: MIT
#pragma once
#include <torch/types.h>

#include <string>

namespace hmr {

/// Rotation matrices [..., 3, 3] of six numbers each [..., 6] in SPIN's interleaved order: the first two columns before
/// Gram-Schmidt are elements 0,2,4 and 1,3,5 (Zhou et al., CVPR 2019).
torch::Tensor rotationsFromSixD(const torch::Tensor& sixD);

/// The six numbers [..., 6], in the same order, of rotation matrices [..., 3, 3].
torch::Tensor sixDFromRotations(const torch::Tensor& rotations);

/// Rotation matrices [..., 3, 3] of axis-angle vectors [..., 3], radians. Rodrigues' formula, differentiable at zero.
torch::Tensor rotationsFromAxisAngle(const torch::Tensor& axisAngle);

/// How many numbers a rotation takes: "axis-angle" 3; "6d" 6 in SPIN's order; "6d-sequential" 6, the first three and the last three being
/// the columns before Gram-Schmidt (HMR 2.0). Throws Error for another name.
int numbersPerRotation(const std::string& encoding);

/// Rotation matrices [N, 24, 3, 3] of poses in that encoding, [N, 24 · numbers] or [N, 24, numbers].
torch::Tensor decodeRotations(const torch::Tensor& poses, const std::string& encoding);

}  // namespace hmr
