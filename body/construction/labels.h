// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <string>
#include <vector>

#include "body/construction/skinning.h"

namespace hmr {

/// Body parts of each vertex [V], from the skin weights; mirrored vertices carry mirrored labels.
struct PartLabels {
    /// The joint that moves the vertex most.
    std::vector<std::uint8_t> of24;
    /// 0 head (with neck), 1 torso (with collars), 2/3 upper arm left/right, 4/5 lower arm, 6/7 hand, 8/9 upper leg,
    /// 10/11 lower leg, 12/13 foot.
    std::vector<std::uint8_t> of14;
    /// 1 head, 2 torso (with neck), 3 right arm, 4 left arm, 5 right leg, 6 left leg.
    std::vector<std::uint8_t> of6;
};
PartLabels partLabels(const SkinWeights& halfWeights, const Symmetry& symmetry);

/// Named points of the skin; each is the mean of its vertices.
std::map<std::string, std::vector<std::uint32_t>> skinLandmarks(const Points3d& vertices, const Symmetry& symmetry);

/// What the shape directions do, in their order, when the coefficient grows; found by looking at the shipped body.
std::vector<std::string> betaNames();

}  // namespace hmr
