// SPDX-License-Identifier: MIT
#include "formats/motion/export_preset.h"

#include "body/error.h"

namespace hmr {
namespace {

using Names = std::array<std::string_view, kNumSmplJoints>;

constexpr Names kHumanoidNames = {
    "Hips", "LeftUpperLeg", "RightUpperLeg", "Spine", "LeftLowerLeg", "RightLowerLeg", "Chest", "LeftFoot", "RightFoot",
    "UpperChest", "LeftToes", "RightToes", "Neck", "LeftShoulder", "RightShoulder", "Head", "LeftUpperArm", "RightUpperArm",
    "LeftLowerArm", "RightLowerArm", "LeftHand", "RightHand", "LeftMiddleProximal", "RightMiddleProximal"};
constexpr Names kUnrealNames = {
    "pelvis", "thigh_l", "thigh_r", "spine_01", "calf_l", "calf_r", "spine_02", "foot_l", "foot_r", "spine_03", "ball_l",
    "ball_r", "neck_01", "clavicle_l", "clavicle_r", "head", "upperarm_l", "upperarm_r", "lowerarm_l", "lowerarm_r",
    "hand_l", "hand_r", "middle_01_l", "middle_01_r"};
constexpr Names kMixamoNames = {
    "Hips", "LeftUpLeg", "RightUpLeg", "Spine", "LeftLeg", "RightLeg", "Spine1", "LeftFoot", "RightFoot", "Spine2",
    "LeftToeBase", "RightToeBase", "Neck", "LeftShoulder", "RightShoulder", "Head", "LeftArm", "RightArm", "LeftForeArm",
    "RightForeArm", "LeftHand", "RightHand", "LeftHandMiddle1", "RightHandMiddle1"};

// The one place that says what a program expects. Keep docs/export.md in step; a test compares the two.
constexpr ExportPreset kPresets[] = {
    {"plain", "Plain (SMPL names)", UpAxis::Y, UpAxis::Y, 100, 1, "", kSmplJointNames, RootHandling::Pelvis},
    {"blender", "Blender", UpAxis::Y, UpAxis::Y, 1, 1, "", kSmplJointNames, RootHandling::Pelvis},
    {"unity", "Unity", UpAxis::Y, UpAxis::Y, 100, 1, "", kHumanoidNames, RootHandling::Pelvis},
    {"unreal", "Unreal Engine", UpAxis::Z, UpAxis::Z, 100, 100, "", kUnrealNames, RootHandling::RootBone},
    {"maya", "Maya", UpAxis::Y, UpAxis::Y, 100, 100, "", kSmplJointNames, RootHandling::Pelvis},
    {"mixamo", "Mixamo names", UpAxis::Y, UpAxis::Y, 100, 1, "mixamorig:", kMixamoNames, RootHandling::Pelvis},
};

}  // namespace

std::span<const ExportPreset> exportPresets() { return kPresets; }

const ExportPreset& exportPreset(std::string_view name) {
    std::string known;
    for (const ExportPreset& preset : kPresets) {
        if (preset.name == name) return preset;
        known += (known.empty() ? "" : ", ") + std::string(preset.name);
    }
    throw Error("There is no export preset \"" + std::string(name) + "\"; known are " + known + ".");
}

}  // namespace hmr
