// SPDX-License-Identifier: MIT
#pragma once
#include <optional>

#include "body/body_parameters.h"
#include "body/camera.h"
#include "body/posing.h"
#include "body/seen_joints.h"

namespace hmr {

/// One recovered person in one frame.
struct PersonEstimate {
    int id = 0;                    ///< stable over the frames of a track
    PixelBox box;                  ///< person box, source pixels
    CropWindow crop;               ///< what the network saw
    WeakPerspectiveCamera camera;  ///< of that crop
    BodyParameters parameters;     ///< root turns into camera axes (x right, y down, z forward); translation zero
    double confidence = 1;         ///< of the detection, [0, 1]
    Points3d joints3d;             ///< [24,3] metres, camera axes, before the camera's translation
    Points2d joints2d;             ///< [19,2] coco-plus joints in source pixels, through frameCamera
    std::optional<SeenJoints> seenJoints;  ///< where the network saw the same joints, source pixels; empty when it cannot tell
};

/// Fills joints3d and joints2d from parameters, camera and crop, and returns the posed body.
PosedBody updateJoints(const BodyModel& model, PersonEstimate& person);

}  // namespace hmr
