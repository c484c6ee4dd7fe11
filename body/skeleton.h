// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <string_view>

namespace hmr {

inline constexpr int kNumSmplJoints = 24;
inline constexpr int kNumCocoPlusJoints = 19;
inline constexpr int kNumLspJoints = 14;
inline constexpr int kNumBetas = 10;

/// SMPL's kinematic tree: parent of each joint, -1 for the pelvis (SMPL, Loper et al. 2015).
inline constexpr std::array<int, kNumSmplJoints> kSmplParents = {-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8,
                                                                 9,  9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21};
inline constexpr std::array<std::string_view, kNumSmplJoints> kSmplJointNames = {
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle",
    "right_ankle", "spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hand",
    "right_hand"};
/// The joint on the other side of the body.
inline constexpr std::array<int, kNumSmplJoints> kSmplFlip = {0, 2, 1, 3, 5, 4, 6, 8, 7, 9, 11, 10,
                                                              12, 14, 13, 15, 17, 16, 19, 18, 21, 20, 23, 22};

/// HMR's 19 "coco-plus" joints: 14 of LSP, then nose, eyes, ears (facts: HMR's batch_smpl.py and data loader).
inline constexpr std::array<std::string_view, kNumCocoPlusJoints> kCocoPlusNames = {
    "right_ankle", "right_knee", "right_hip", "left_hip", "left_knee", "left_ankle", "right_wrist",
    "right_elbow", "right_shoulder", "left_shoulder", "left_elbow", "left_wrist", "neck", "head_top",
    "nose", "left_eye", "right_eye", "left_ear", "right_ear"};
inline constexpr std::array<int, kNumCocoPlusJoints> kCocoPlusFlip = {5, 4, 3, 2, 1, 0, 11, 10, 9, 8, 7, 6, 12, 13,
                                                                      14, 16, 15, 18, 17};
/// Pairs of coco-plus joints that a stick figure connects.
inline constexpr std::array<std::array<int, 2>, 18> kCocoPlusBones = {{
    {0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {2, 8}, {3, 9}, {8, 9}, {6, 7}, {7, 8}, {9, 10}, {10, 11},
    {12, 13}, {8, 12}, {9, 12}, {14, 15}, {14, 16}, {12, 14}}};

}  // namespace hmr
