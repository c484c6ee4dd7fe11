// SPDX-License-Identifier: MIT
#pragma once
#include <torch/nn.h>

#include <array>

namespace hmr {

/// What the joint maps say of N pictures. K = 19 coco-plus joints; coordinates are the crop's, [−1, 1], y down.
struct JointMaps {
    torch::Tensor logits;              ///< [N,K,h,w] one map a joint; its softmax over the cells is where the joint is
    torch::Tensor keypoints;           ///< [N,K,2] mean of that distribution
    torch::Tensor logDeviation;        ///< [N,K] log of the expected absolute error of a coordinate
    torch::Tensor depth;               ///< [N,K] metres behind the middle of the hips
    torch::Tensor depthLogDeviation;   ///< [N,K] log of its expected absolute error
    torch::Tensor appearance;          ///< [N,K·kJointAppearance] features averaged where each joint is
};

constexpr int kJointAppearance = 32;        ///< numbers of appearance a joint
constexpr int kJointNumbers = 5;            ///< x, y, log deviation, depth, its log deviation
constexpr double kLowestLogDeviation = -5, kHighestLogDeviation = 1;

/// Reads the pictures' coordinates of the joints off a backbone's last three stages: lateral 1×1 convolutions, added from
/// coarse to fine (Lin et al., Feature Pyramid Networks, CVPR 2017), then one map a joint at a stride of 8 pixels whose
/// spatial softmax gives position (Sun et al., Integral Human Pose Regression, ECCV 2018), error and local appearance.
class JointMapHeadImpl : public torch::nn::Module {
public:
    /// Channels of the stages at stride 8, 16 and 32, and of the head's own maps.
    JointMapHeadImpl(std::array<int, 3> stageChannels, int channels);

    /// Stages [N,C,h,w], [N,C,h/2,w/2], [N,C,h/4,w/4], rounded up.
    JointMaps forward(const torch::Tensor& fine, const torch::Tensor& middle, const torch::Tensor& coarse);

private:
    torch::nn::Conv2d lateral8_{nullptr}, lateral16_{nullptr}, lateral32_{nullptr}, smooth_{nullptr}, maps_{nullptr},
        appearance_{nullptr};
    torch::nn::BatchNorm2d norm_{nullptr};
    torch::Tensor readout_, readoutBias_;  ///< [3,K,A+2], [3,K]: log deviation, depth, its log deviation of each joint
};
TORCH_MODULE(JointMapHead);

/// Everything behind the convolutions: logits [N,K,h,w], local features [N,A,h,w], readout [3,K,A+2] with bias [3,K].
JointMaps readJointMaps(const torch::Tensor& logits, const torch::Tensor& local, const torch::Tensor& readout,
                        const torch::Tensor& readoutBias);

/// The numbers of the maps as the regressor takes them, [N, K·(kJointAppearance + kJointNumbers)]: appearance first.
torch::Tensor jointFeatures(const JointMaps& maps);

/// A coarse map enlarged twofold by repetition and cut to the size of a finer one.
torch::Tensor enlargedTo(const torch::Tensor& coarse, const torch::Tensor& fine);

}  // namespace hmr
