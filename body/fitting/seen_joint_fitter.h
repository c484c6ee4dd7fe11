// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "body/body_model.h"
#include "body/body_parameters.h"
#include "body/camera.h"
#include "body/seen_joints.h"

namespace hmr {

class KeypointModel;
struct PoseMixture;

/// Pulls what a network recovered onto where the same network sees the joints: each joint as far as it is sure of it, the
/// others stay with the recovered pose. Milliseconds a person (body/fitting/joint_fit.h).
class SeenJointFitter {
public:
    /// `likelyPoses` may be null. Throws Error when the body has no coco-plus joints.
    SeenJointFitter(const BodyModel& body, std::shared_ptr<const PoseMixture> likelyPoses);
    ~SeenJointFitter();

    /// `seen` in crop coordinates [−1, 1], y down. The shape stays. Leaves the body as it is when nothing is seen.
    void fit(BodyParameters& parameters, WeakPerspectiveCamera& camera, const SeenJoints& seen) const;

private:
    std::unique_ptr<const KeypointModel> keypoints_;
    std::shared_ptr<const PoseMixture> likelyPoses_;
};

}  // namespace hmr
