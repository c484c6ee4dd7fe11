// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <set>

#include "body/body_parameters.h"
#include "body/fitting/keypoints.h"
#include "body/fitting/pose_mixture.h"

namespace hmr {

struct DragOptions {
    std::map<int, Eigen::Vector3d> pins;  ///< joints of the 24 that stay where they are, metres
    std::set<int> lockedJoints;           ///< joints of the 24 whose rotations stay
    bool turnsRoot = false;               ///< the whole body may turn, where pins hold it
    const PoseMixture* prior = nullptr;   ///< must outlive the call; null: no pull to likely poses
    double priorWeight = 0.02;
};

/// One step of dragging a joint of the skeleton: the chain above it, and the chains to pinned joints, turn so that the joint
/// comes to `target` (metres, the frame of the posed body) while pins and limits hold and the pose stays near `reference`
/// (where the drag began). Damped least squares from `current`. Pelvis, hips and lowest spine carry the whole body along.
/// Throws Error for an unknown joint or a target that is not finite.
BodyParameters dragJoint(const KeypointModel& model, const BodyParameters& current, const BodyParameters& reference, int joint,
                         const Eigen::Vector3d& target, const DragOptions& options = {});

}  // namespace hmr
