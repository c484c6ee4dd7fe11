// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Geometry>
#include <string>
#include <vector>

#include "body/body_parameters.h"
#include "formats/stream/osc.h"

namespace hmr {

inline constexpr int kVmcPort = 39539;  ///< of a VMC "Marionette", which receives motion

/// A body's bones as the VMC protocol sends them: Unity's left-handed frame (x to the figure's right at rest, y up, z forward,
/// metres), humanoid bone names, every bone's place and rotation to its parent, the hips' to the root. `body` is in a y-up
/// world (see inWorld), `restJoints` [24,3] are those of its shape.
struct VmcBone {
    std::string name;
    Eigen::Vector3f place = Eigen::Vector3f::Zero();
    Eigen::Quaternionf rotation = Eigen::Quaternionf::Identity();
};
std::vector<VmcBone> vmcBones(const BodyParameters& body, const Points3d& restJoints);

/// /VMC/Ext/OK, /VMC/Ext/T, /VMC/Ext/Root/Pos and a /VMC/Ext/Bone/Pos a bone, in packets that fit one datagram each.
std::vector<std::string> vmcPackets(const std::vector<VmcBone>& bones, double time);

}  // namespace hmr
