// SPDX-License-Identifier: MIT
#pragma once
#include <torch/types.h>

namespace hmr {

// Scalars, each a mean over what is labelled and zero (with a zero gradient) when nothing is. Indicators `labelled` are
// [N], one for a sample that has the label and zero for one that has not; what the target holds there does not matter
// as long as it is finite. Facts: HMR's src/ops.py and src/trainer.py.

/// Crop coordinates [N,K,2] of points [N,K,3]: s·(X_xy + t), camera [N,3] = s, tx, ty.
torch::Tensor projectWeakPerspective(const torch::Tensor& points, const torch::Tensor& camera);

/// Mean absolute error over the coordinates of visible keypoints: projected [N,K,2], keypoints [N,K,3] = x, y, visibility
/// (which also weighs).
torch::Tensor reprojectionLoss(const torch::Tensor& projected, const torch::Tensor& keypoints);

/// Half the mean squared error of coco-plus joints [N,K,3], K ≥ 4, over those that are known (indicators [N,K]), both sets centred on
/// the middle of their hips (2 and 3). Where any joint of a sample is known its hips must be.
torch::Tensor joints3dLoss(const torch::Tensor& predicted, const torch::Tensor& target, const torch::Tensor& known);

/// Half the mean squared error of the 216 numbers of the rotation matrices [N,24,3,3] and the betas [N,10] together.
torch::Tensor parametersLoss(const torch::Tensor& rotations, const torch::Tensor& betas,
                             const torch::Tensor& targetRotations, const torch::Tensor& targetBetas,
                             const torch::Tensor& labelled);

/// Half the mean squared error of the rotation matrices alone, and of the betas alone.
torch::Tensor rotationsLoss(const torch::Tensor& rotations, const torch::Tensor& target, const torch::Tensor& labelled);
torch::Tensor betasLoss(const torch::Tensor& betas, const torch::Tensor& target, const torch::Tensor& labelled);

/// Mean cross entropy between each visible joint's map (softmax of logits [N,K,h,w]) and a Gaussian about where it is, with a
/// deviation in cells. Keypoints [N,K,3] = x, y in [−1,1], visibility; joints beyond the crop do not count.
torch::Tensor jointMapLoss(const torch::Tensor& logits, const torch::Tensor& keypoints, double deviationInCells = 0.8);

/// Mean negative log likelihood of Laplace distributions: values [N,K,D], log of the expected absolute error [N,K], weights [N,K].
torch::Tensor laplaceLoss(const torch::Tensor& predicted, const torch::Tensor& logDeviation, const torch::Tensor& target,
                          const torch::Tensor& weights);

/// Mean squared beta: keeps shapes near the mean where nothing speaks for another.
torch::Tensor shapeRegularizer(const torch::Tensor& betas);

/// Mean of exp(−10 s)²: keeps the camera's scale positive (SPIN).
torch::Tensor scaleRegularizer(const torch::Tensor& camera);

/// Least-squares GAN over discriminator outputs [N,D]: mean over samples of the sum over outputs.
torch::Tensor encoderAdversarialLoss(const torch::Tensor& fakeOutputs);  ///< Σ (D(fake) − 1)²
/// Σ (D(real) − 1)² + Σ D(fake)², each a mean over its own samples.
torch::Tensor discriminatorLoss(const torch::Tensor& realOutputs, const torch::Tensor& fakeOutputs);

}  // namespace hmr
