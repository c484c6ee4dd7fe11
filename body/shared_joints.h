// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "body/body_model.h"

namespace hmr {

inline constexpr int kNumSharedJoints = 22;  ///< of SMPL's joints that SMPL-H and SMPL-X have too: all but the two hands

/// Whether a tree has SMPL's joints: all 24, or the 22 that SMPL-H and SMPL-X share, followed by joints of face and hands.
bool sharesSmplJoints(const std::vector<int>& parents);

/// The pose [J,3] of every joint of the model. A pose of SMPL's 24 joints drives the 22 that a body with hands shares; its
/// face and fingers stay in their rest pose. Throws Error for a pose of another joint count.
Points3d poseForModel(const BodyModel& model, const Points3d& pose);

/// SMPL's 24 joints [24,3] among the joints [J,3] of a body that shares them; hands are the knuckles of the middle fingers.
Points3d smplJoints(const Points3d& joints);

}  // namespace hmr
