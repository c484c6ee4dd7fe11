// SPDX-License-Identifier: MIT
#pragma once
#include <torch/types.h>

#include <vector>

#include "body/body_model.h"

namespace hmr {

/// SMPL's function for batches, differentiable in rotations and betas; agrees with poseBody of body/posing.h.
/// Immutable after construction; its constants carry no gradient.
class BodyLayer {
public:
    /// Copies the model's arrays to the device. Throws Error for a body of another joint count than 24.
    explicit BodyLayer(const BodyModel& model, torch::Device device = torch::kCPU,
                       torch::ScalarType precision = torch::kFloat32);

    struct Posed {
        torch::Tensor vertices;  ///< [N,V,3] metres, camera axes
        torch::Tensor joints;    ///< [N,24,3]
        torch::Tensor cocoPlus;  ///< [N,19,3]; undefined for a body without such a regressor
    };

    /// Rotations [N,24,3,3] joint to parent (root to camera axes), betas [N,B], B at most the model's.
    Posed forward(const torch::Tensor& rotations, const torch::Tensor& betas) const;

    /// The 19 coco-plus joints [N,19,3] alone, exactly as forward gives them at a small part of its cost: regressor, skin
    /// weights and blend shapes are contracted once into one small matrix for each pair of coco-plus joint and bone.
    torch::Tensor cocoPlus(const torch::Tensor& rotations, const torch::Tensor& betas) const;

    bool hasCocoPlus() const { return cocoPlusRest_.defined(); }
    int numVertices() const { return numVertices_; }

private:
    struct Skeleton {
        torch::Tensor joints;        ///< [N,24,3] posed
        torch::Tensor rotations;     ///< [N,24,3,3] bone to camera axes
        torch::Tensor translations;  ///< [N,24,3]: a rest point x goes to R·x + t
    };
    Skeleton poseSkeleton(const torch::Tensor& rotations, const torch::Tensor& features) const;
    torch::Tensor blendFeatures(const torch::Tensor& rotations, const torch::Tensor& betas) const;
    torch::Tensor sumPairs(const torch::Tensor& features, const Skeleton& skeleton) const;
    void buildTree(const BodyModel& model, torch::Device device);
    void contractCocoPlus(const BodyModel& model, const torch::TensorOptions& options);

    struct Level {
        torch::Tensor joints, parents;  ///< joints of one depth in the tree; places of their parents in the level before
    };

    int numVertices_ = 0, numBetas_ = 0;
    std::vector<Level> levels_;
    torch::Tensor treeOrder_;            ///< [24] place of each joint in the concatenated levels
    torch::Tensor parentOffsets_;        ///< [24,24] joints to their offsets from the parent (the root's from the origin)
    torch::Tensor restVertices_;         ///< [1+B+207, 3V] template, shape and pose directions
    torch::Tensor restJoints_;           ///< [1+B, 72]
    torch::Tensor skinWeights_;          ///< [V,24]
    torch::Tensor cocoPlusRest_;         ///< [1+B+207, 3P] one rest point a pair
    torch::Tensor cocoPlusMass_;         ///< [P] the skin weight a pair carries
    torch::Tensor cocoPlusBones_;        ///< [P] bone of each pair
    torch::Tensor cocoPlusSum_;          ///< [19,P] adds the pairs of each joint
};

}  // namespace hmr
