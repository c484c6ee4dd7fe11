// SPDX-License-Identifier: MIT
#include "network/discriminator.h"

#include <algorithm>

#include "body/error.h"
#include "body/skeleton.h"

namespace hmr {
namespace {

constexpr int kEmbeddingSize = 32;
constexpr int kRotationSize = 9;

std::vector<std::int64_t> judgedJoints(const std::vector<int>& ignored) {
    for (const int joint : ignored)
        if (joint < 1 || joint >= kNumSmplJoints)
            throw Error("The discriminator can leave out joints 1 to 23; found " + std::to_string(joint) + ".");
    std::vector<std::int64_t> judged;
    for (int joint = 1; joint < kNumSmplJoints; ++joint)
        if (std::find(ignored.begin(), ignored.end(), joint) == ignored.end()) judged.push_back(joint);
    if (judged.empty()) throw Error("The discriminator needs at least one joint to judge; all are left out.");
    return judged;
}

}  // namespace

PosePriorDiscriminatorImpl::PosePriorDiscriminatorImpl(DiscriminatorOptions options) : options_(std::move(options)) {
    namespace nn = torch::nn;
    const auto joints = judgedJoints(options_.ignoredJoints);
    const auto numJoints = static_cast<std::int64_t>(joints.size());
    judgedJoints_ = register_buffer("judged_joints", torch::tensor(joints));
    embed1_ = register_module("embed1", nn::Conv2d(nn::Conv2dOptions(kRotationSize, kEmbeddingSize, 1)));
    embed2_ = register_module("embed2", nn::Conv2d(nn::Conv2dOptions(kEmbeddingSize, kEmbeddingSize, 1)));
    jointWeights_ = register_parameter("joint_weights", torch::empty({numJoints, kEmbeddingSize}));
    jointBiases_ = register_parameter("joint_biases", torch::zeros({numJoints}));
    all1_ = register_module("all1", nn::Linear(numJoints * kEmbeddingSize, options_.hiddenSize));
    all2_ = register_module("all2", nn::Linear(options_.hiddenSize, options_.hiddenSize));
    allOutput_ = register_module("all_output", nn::Linear(options_.hiddenSize, 1));
    shape1_ = register_module("shape1", nn::Linear(kNumBetas, 10));
    shape2_ = register_module("shape2", nn::Linear(10, 5));
    shapeOutput_ = register_module("shape_output", nn::Linear(5, 1));

    // slim's defaults, as published: Xavier weights and zero biases. A joint's own layer has 32 inputs and one output.
    for (auto& entry : named_parameters())
        if (entry.key().ends_with("weight"))
            nn::init::xavier_uniform_(entry.value());
        else if (entry.key().ends_with("bias"))
            nn::init::zeros_(entry.value());
    const double bound = std::sqrt(6.0 / (kEmbeddingSize + 1));
    nn::init::uniform_(jointWeights_, -bound, bound);
}

torch::Tensor PosePriorDiscriminatorImpl::forward(const torch::Tensor& rotations, const torch::Tensor& betas) {
    // Module::to(dtype) turns every buffer into that type, this one too.
    const auto joints = judgedJoints_.to(torch::kInt64);
    const auto judged = rotations.index_select(1, joints).flatten(2);              // [N,J,9]
    auto embedded = torch::relu(embed1_(judged.transpose(1, 2).unsqueeze(3)));     // [N,32,J,1]
    embedded = torch::relu(embed2_(embedded)).squeeze(3).transpose(1, 2);          // [N,J,32]
    const auto perJoint = (embedded * jointWeights_).sum(2) + jointBiases_;        // [N,J]
    auto all = torch::relu(all1_(embedded.flatten(1)));
    all = allOutput_(torch::relu(all2_(all)));
    auto shape = torch::relu(shape1_(betas));
    shape = shapeOutput_(torch::relu(shape2_(shape)));
    return torch::cat({perJoint, all, shape}, 1);
}

int PosePriorDiscriminatorImpl::numOutputs() const { return static_cast<int>(judgedJoints_.size(0)) + 2; }

}  // namespace hmr
