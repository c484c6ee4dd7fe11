// SPDX-License-Identifier: MIT
#pragma once
#include <torch/nn.h>

#include <vector>

namespace hmr {

struct DiscriminatorOptions {
    /// SMPL joints (1 to 23) that neither a joint discriminator nor the one for all joints sees, such as collars (13, 14)
    /// and hands (22, 23) when the prior holds no motion for them. With none left out the network is HMR's.
    std::vector<int> ignoredJoints;
    int hiddenSize = 1024;  ///< of the discriminator for all joints
};

/// HMR's factorised pose and shape prior: a shared embedding of each joint's rotation matrix (1×1 convolutions 9→32→32
/// with ReLU), a linear discriminator for each joint, one for all joints (fc 1024, 1024, 1) and one for shape
/// (10→10→5→1). The root's rotation is not judged.
class PosePriorDiscriminatorImpl : public torch::nn::Module {
public:
    explicit PosePriorDiscriminatorImpl(DiscriminatorOptions options = {});

    /// [N, D] of rotations [N,24,3,3] (joint to parent; the root's is passed over) and betas [N,10]. Columns: one for each
    /// judged joint, all joints, shape; D = 25 when no joint is left out.
    torch::Tensor forward(const torch::Tensor& rotations, const torch::Tensor& betas);

    int numOutputs() const;
    const DiscriminatorOptions& options() const { return options_; }

private:
    DiscriminatorOptions options_;
    torch::Tensor judgedJoints_;  ///< [Jd]
    torch::nn::Conv2d embed1_{nullptr}, embed2_{nullptr};
    torch::Tensor jointWeights_, jointBiases_;  ///< [Jd,32], [Jd]: the separate linear discriminators
    torch::nn::Linear all1_{nullptr}, all2_{nullptr}, allOutput_{nullptr};
    torch::nn::Linear shape1_{nullptr}, shape2_{nullptr}, shapeOutput_{nullptr};
};
TORCH_MODULE(PosePriorDiscriminator);

}  // namespace hmr
