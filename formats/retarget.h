// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "body/types.h"
#include "formats/asf_amc.h"
#include "formats/bvh.h"

namespace hmr {

/// A recording as SMPL poses.
struct RetargetedClip {
    std::string skeleton;         ///< which skeleton was recognised: "CMU ASF/AMC", "CMU BVH (MotionBuilder)", …
    std::vector<Points3d> poses;  ///< [24,3] axis-angle a frame; the root turns into a world with y up, the face to +z at rest
    double frameTime = 0;         ///< seconds; 0 when the file does not say (AMC)
};

/// SMPL's joint rotations of a recording on one of the skeletons known here: world rotation of joint j is G_s(j)·A_j, where
/// G is the source bone's and A_j takes SMPL's T-pose into the source's zero pose; local rotations follow from the tree.
/// CMU's and HDM05's Acclaim skeleton; CMU's BVH conversions with MotionBuilder's, 3ds Max's and Daz's names (whose first
/// frame is the T-pose and left out); MakeHuman's default rig. Throws Error naming the bone that is missing.
RetargetedClip retargeted(const BvhMotion& motion, const std::string& nameForErrors);
RetargetedClip retargeted(const AsfSkeleton& skeleton, const AmcMotion& motion, const std::string& nameForErrors);

/// The source's name for each SMPL joint of a recognised skeleton (for tests and reports).
std::vector<std::string> retargetBoneNames(const BvhMotion& motion);
std::vector<std::string> retargetBoneNames(const AsfSkeleton& skeleton);

}  // namespace hmr
