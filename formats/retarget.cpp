// SPDX-License-Identifier: MIT
#include "formats/retarget.h"

#include <Eigen/Geometry>
#include <array>
#include <numbers>

#include "body/error.h"
#include "body/rotation.h"
#include "body/skeleton.h"

namespace hmr {
namespace {

using BoneNames = std::array<std::string_view, kNumSmplJoints>;
using Adjustments = std::array<Eigen::Matrix3d, kNumSmplJoints>;

// In the order of SMPL's joints: pelvis, hips, spine1, knees, spine2, ankles, spine3, feet, neck, collars, head, shoulders,
// elbows, wrists, hands. The forearm of the Acclaim skeleton is split in two; its far half holds the twist too.
constexpr BoneNames kAcclaimBones = {
    "root", "lfemur", "rfemur", "lowerback", "ltibia", "rtibia", "upperback", "lfoot", "rfoot", "thorax", "ltoes", "rtoes",
    "lowerneck", "lclavicle", "rclavicle", "head", "lhumerus", "rhumerus", "lwrist", "rwrist", "lhand", "rhand", "lhand", "rhand"};
constexpr BoneNames kMotionBuilderBones = {
    "Hips", "LeftUpLeg", "RightUpLeg", "LowerBack", "LeftLeg", "RightLeg", "Spine", "LeftFoot", "RightFoot", "Spine1",
    "LeftToeBase", "RightToeBase", "Neck", "LeftShoulder", "RightShoulder", "Head", "LeftArm", "RightArm", "LeftHand",
    "RightHand", "LeftFingerBase", "RightFingerBase", "LeftFingerBase", "RightFingerBase"};
constexpr BoneNames kMaxBones = {
    "Hips", "LeftHip", "RightHip", "lowerback", "LeftKnee", "RightKnee", "Chest", "LeftAnkle", "RightAnkle", "Chest2",
    "LeftToe", "RightToe", "lowerneck", "LeftCollar", "RightCollar", "Head", "LeftShoulder", "RightShoulder", "LeftElbow",
    "RightElbow", "LeftWrist", "RightWrist", "LeftWrist", "RightWrist"};
constexpr BoneNames kDazBones = {
    "hip", "lThigh", "rThigh", "hip", "lShin", "rShin", "abdomen", "lFoot", "rFoot", "chest", "lFoot", "rFoot", "neck",
    "lCollar", "rCollar", "head", "lShldr", "rShldr", "lForeArm", "rForeArm", "lHand", "rHand", "lHand", "rHand"};
constexpr BoneNames kMakeHumanBones = {
    "root", "upperleg02.L", "upperleg02.R", "spine03", "lowerleg02.L", "lowerleg02.R", "spine02", "foot.L", "foot.R", "spine01",
    "toe2-1.L", "toe2-1.R", "neck02", "shoulder01.L", "shoulder01.R", "head", "upperarm02.L", "upperarm02.R", "lowerarm02.L",
    "lowerarm02.R", "wrist.L", "wrist.R", "wrist.L", "wrist.R"};

constexpr std::array<int, 4> kLeftLeg = {1, 4, 7, 10}, kRightLeg = {2, 5, 8, 11}, kLeftArm = {16, 18, 20, 22}, kRightArm = {17, 19, 21, 23};

Eigen::Matrix3d aboutZ(double degrees) {
    return Eigen::AngleAxisd(degrees * std::numbers::pi / 180, Eigen::Vector3d::UnitZ()).toRotationMatrix();
}

Adjustments identityAdjustments() {
    Adjustments adjustments;
    adjustments.fill(Eigen::Matrix3d::Identity());
    return adjustments;
}

/// Rest pose of the Acclaim skeleton: SMPL's T-pose with the legs spread by 20 degrees.
Adjustments acclaimAdjustments() {
    Adjustments adjustments = identityAdjustments();
    for (const int joint : kLeftLeg) adjustments[static_cast<std::size_t>(joint)] = aboutZ(20);
    for (const int joint : kRightLeg) adjustments[static_cast<std::size_t>(joint)] = aboutZ(-20);
    return adjustments;
}

/// The same with the arms hanging down.
Adjustments maxAdjustments() {
    Adjustments adjustments = acclaimAdjustments();
    for (const int joint : kLeftArm) adjustments[static_cast<std::size_t>(joint)] = aboutZ(-90);
    for (const int joint : kRightArm) adjustments[static_cast<std::size_t>(joint)] = aboutZ(90);
    return adjustments;
}

/// MakeHuman's rest pose has the arms half down and the legs a little apart: the shortest turn of each limb's T-pose
/// direction into the rig's (its T-pose has thighs 4 degrees apart and vertical shins). `restPositions` are y up.
Adjustments makeHumanAdjustments(const BvhMotion& motion, const Points3d& restPositions) {
    Adjustments adjustments = identityAdjustments();
    const auto place = [&](const char* name) -> Eigen::Vector3d { return restPositions.row(motion.find(name)).transpose(); };
    const auto adjust = [&](int joint, const Eigen::Vector3d& straight, const Eigen::Vector3d& rest) {
        adjustments[static_cast<std::size_t>(joint)] = Eigen::Quaterniond::FromTwoVectors(straight, rest).toRotationMatrix();
    };
    for (const bool isLeft : {true, false}) {
        const double side = isLeft ? 1 : -1;
        const std::string end = isLeft ? ".L" : ".R";
        const auto limb = [&](const char* from, const char* to) -> Eigen::Vector3d {
            return place((to + end).c_str()) - place((from + end).c_str());
        };
        const auto& arm = isLeft ? kLeftArm : kRightArm;
        const auto& leg = isLeft ? kLeftLeg : kRightLeg;
        adjust(arm[0], {side, 0, 0}, limb("upperarm01", "lowerarm01"));
        adjust(arm[1], {side, 0, 0}, limb("lowerarm01", "wrist"));
        adjust(arm[2], {side, 0, 0}, limb("wrist", "finger3-1"));
        adjustments[static_cast<std::size_t>(arm[3])] = adjustments[static_cast<std::size_t>(arm[2])];
        const double spread = 4 * std::numbers::pi / 180;
        adjust(leg[0], {side * std::sin(spread), -std::cos(spread), 0}, limb("upperleg01", "lowerleg01"));
        adjust(leg[1], {0, -std::cos(spread), -std::sin(spread)}, limb("lowerleg01", "foot"));
    }
    return adjustments;
}

Points3d poseFromWorld(const std::array<Eigen::Matrix3d, kNumSmplJoints>& world) {
    Points3d pose(kNumSmplJoints, 3);
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        const auto j = static_cast<std::size_t>(joint);
        const int parent = kSmplParents[j];
        const Eigen::Matrix3d local = parent < 0 ? world[j] : Eigen::Matrix3d(world[static_cast<std::size_t>(parent)].transpose() * world[j]);
        pose.row(joint) = axisAngleFromRotation(local).transpose();
    }
    return pose;
}

/// Which of the known BVH skeletons a file has.
struct BvhKind {
    std::string description;
    const BoneNames* bones = nullptr;
};

BvhKind kindOf(const BvhMotion& motion) {
    if (motion.find("lThigh") >= 0) return {"CMU BVH (Daz)", &kDazBones};
    if (motion.find("LeftUpLeg") >= 0 && motion.find("LowerBack") >= 0) return {"CMU BVH (MotionBuilder)", &kMotionBuilderBones};
    if (motion.find("upperarm01.L") >= 0) return {"MakeHuman BVH", &kMakeHumanBones};
    return {"CMU BVH (3ds Max)", &kMaxBones};
}

template <typename Skeleton>
std::array<std::size_t, kNumSmplJoints> bonesOf(const Skeleton& skeleton, const BoneNames& names, const std::string& nameForErrors) {
    std::array<std::size_t, kNumSmplJoints> bones{};
    for (std::size_t j = 0; j < bones.size(); ++j) {
        const int found = skeleton.find(names[j]);
        if (found < 0)
            throw Error(nameForErrors + ": the skeleton has no bone \"" + std::string(names[j]) +
                        "\"; known are CMU's and HDM05's (ASF/AMC, and BVH with MotionBuilder, 3ds Max or Daz names) and MakeHuman's default rig");
        bones[j] = static_cast<std::size_t>(found);
    }
    return bones;
}

/// The skeleton's joints with all rotations zero.
Points3d restPositions(const BvhMotion& motion) {
    Points3d positions(static_cast<Eigen::Index>(motion.joints.size()), 3);
    for (std::size_t i = 0; i < motion.joints.size(); ++i) {
        const BvhJoint& joint = motion.joints[i];
        positions.row(static_cast<Eigen::Index>(i)) = joint.offset.transpose();
        if (joint.parent >= 0) positions.row(static_cast<Eigen::Index>(i)) += positions.row(joint.parent);
    }
    return positions;
}

std::vector<std::string> textsOf(const BoneNames& names) { return {names.begin(), names.end()}; }

}  // namespace

std::vector<std::string> retargetBoneNames(const BvhMotion& motion) { return textsOf(*kindOf(motion).bones); }
std::vector<std::string> retargetBoneNames(const AsfSkeleton&) { return textsOf(kAcclaimBones); }

RetargetedClip retargeted(const BvhMotion& motion, const std::string& nameForErrors) {
    const BvhKind kind = kindOf(motion);
    const auto bones = bonesOf(motion, *kind.bones, nameForErrors);
    const bool isDaz = kind.bones == &kDazBones, isMakeHuman = kind.bones == &kMakeHumanBones;
    RetargetedClip clip;
    clip.skeleton = kind.description;
    clip.frameTime = motion.frameTime;
    if (motion.numFrames() <= (isDaz ? 1 : 0)) throw Error(nameForErrors + ": no frames of motion");

    Eigen::Matrix3d yUpFromFile = Eigen::Matrix3d::Identity();
    Adjustments adjustments = kind.bones == &kMaxBones ? maxAdjustments() : acclaimAdjustments();
    if (isMakeHuman) {
        // Written with z up or with y up: the head tells.
        Points3d rest = restPositions(motion);
        const Eigen::Vector3d up = (rest.row(motion.find("head")) - rest.row(motion.find("root"))).transpose();
        if (up.z() > up.y()) yUpFromFile << 1, 0, 0, 0, 0, 1, 0, -1, 0;
        rest = rest * yUpFromFile.transpose();
        adjustments = makeHumanAdjustments(motion, rest);
    } else if (isDaz) {
        const auto first = worldRotations(motion, 0);
        for (std::size_t j = 0; j < bones.size(); ++j) adjustments[j] = first[bones[j]].transpose();
    }
    for (int frame = isDaz ? 1 : 0; frame < motion.numFrames(); ++frame) {
        const auto source = worldRotations(motion, frame);
        std::array<Eigen::Matrix3d, kNumSmplJoints> world;
        for (std::size_t j = 0; j < bones.size(); ++j)
            world[j] = yUpFromFile * source[bones[j]] * yUpFromFile.transpose() * adjustments[j];
        clip.poses.push_back(poseFromWorld(world));
    }
    return clip;
}

RetargetedClip retargeted(const AsfSkeleton& skeleton, const AmcMotion& motion, const std::string& nameForErrors) {
    const auto bones = bonesOf(skeleton, kAcclaimBones, nameForErrors);
    const Adjustments adjustments = acclaimAdjustments();
    RetargetedClip clip;
    clip.skeleton = "CMU ASF/AMC";
    for (int frame = 0; frame < motion.numFrames(); ++frame) {
        const auto source = worldRotations(skeleton, motion, frame);
        std::array<Eigen::Matrix3d, kNumSmplJoints> world;
        for (std::size_t j = 0; j < bones.size(); ++j) world[j] = source[bones[j]] * adjustments[j];
        clip.poses.push_back(poseFromWorld(world));
    }
    return clip;
}

}  // namespace hmr
