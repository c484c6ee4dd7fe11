// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "app/session.h"
#include "body/fitting/inverse_kinematics.h"
#include "renderer/scene_view.h"

namespace hmr {

/// One drag of a joint by inverse kinematics: made when the hand presses, moved with it, one undo step. The joint stays as deep in
/// the view as it was.
class BodyDrag {
public:
    /// `view` is how the person is seen now. Throws Error when the body cannot be dragged.
    BodyDrag(Session& session, int person, int joint, const FigureView& view);

    /// The joint shall come to this pixel of the scene's picture.
    void moveTo(const Eigen::Vector2d& scenePixel);

private:
    Session& session_;
    std::shared_ptr<const KeypointModel> keypoints_;
    int person_, joint_;
    FigureView view_;
    double depth_;
    BodyParameters start_, current_;
    PinholeCamera startCamera_;
    CropWindow crop_;
    std::shared_ptr<const PoseMixture> likelyPoses_;
    DragOptions options_;
};

}  // namespace hmr
