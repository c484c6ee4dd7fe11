// SPDX-License-Identifier: MIT
#include "formats/stream/vmc.h"

#include "body/rotation.h"
#include "body/skeleton.h"
#include "formats/motion/export_preset.h"

namespace hmr {
namespace {

constexpr std::size_t kMostVmcBytes = 1400;  // of a datagram that no network splits

/// The mirror image at x = 0 of a place or rotation: from our right-handed frame to Unity's.
Eigen::Vector3f mirroredPlace(const Eigen::Vector3d& place) { return place.cwiseProduct(Eigen::Vector3d(-1, 1, 1)).cast<float>(); }
Eigen::Quaternionf mirroredRotation(const Eigen::Quaterniond& q) {
    return Eigen::Quaterniond(q.w(), q.x(), -q.y(), -q.z()).cast<float>();
}

OscMessage poseMessage(const std::string& address, const VmcBone& bone) {
    OscMessage message{address, {bone.name}};
    for (const float value : {bone.place.x(), bone.place.y(), bone.place.z(), bone.rotation.x(), bone.rotation.y(), bone.rotation.z(), bone.rotation.w()})
        message.arguments.emplace_back(value);
    return message;
}

}  // namespace

std::vector<VmcBone> vmcBones(const BodyParameters& body, const Points3d& restJoints) {
    static const ExportPreset& humanoid = exportPreset("unity");
    std::vector<VmcBone> bones;
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        const int parent = kSmplParents[static_cast<std::size_t>(joint)];
        Eigen::Vector3d place = restJoints.row(joint).transpose();
        place += parent < 0 ? body.translation : Eigen::Vector3d(-restJoints.row(parent).transpose());
        bones.push_back({humanoid.boneName(joint), mirroredPlace(place),
                         mirroredRotation(Eigen::Quaterniond(rotationFromAxisAngle(body.pose.row(joint).transpose())))});
    }
    return bones;
}

std::vector<std::string> vmcPackets(const std::vector<VmcBone>& bones, double time) {
    std::vector<OscMessage> pending = {{"/VMC/Ext/OK", {std::int32_t{1}}}, {"/VMC/Ext/T", {static_cast<float>(time)}},
                                       poseMessage("/VMC/Ext/Root/Pos", VmcBone{.name = "root"})};
    std::vector<std::string> packets;
    const auto flush = [&] {
        if (!pending.empty()) packets.push_back(oscBundle(pending));
        pending.clear();
    };
    for (const VmcBone& bone : bones) {
        pending.push_back(poseMessage("/VMC/Ext/Bone/Pos", bone));
        if (oscBundle(pending).size() <= kMostVmcBytes) continue;
        const OscMessage last = pending.back();
        pending.pop_back();
        flush();
        pending.push_back(last);
    }
    flush();
    return packets;
}

}  // namespace hmr
