// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "body/body_parameters.h"
#include "training/prior/pose_prior.h"
#include "training/random.h"

namespace hmr {

/// A shape and a pose as the prior has them, varied: mirrored half the time, arms of one pose with legs of another,
/// halfway between two poses, a little noise, collars and hands (which motion capture leaves still) moved.
/// The root turns into a world with y up in which the body, if it stands, faces +z.
BodyParameters drawPersonParameters(const PosePrior& prior, const std::vector<int>& rows, Random& random);

/// The rotation without the turn about the world's y axis that its face direction makes.
Eigen::Matrix3d withoutHeading(const Eigen::Matrix3d& worldFromRoot);

/// From where a person is seen: rotation from a world with y up (the viewer toward +z) to camera axes, and the distance.
struct Viewpoint {
    Eigen::Matrix3d cameraFromWorld;
    double distance = 4;             ///< metres
    Eigen::Vector3f up() const { return cameraFromWorld.col(1).cast<float>(); }  ///< camera axes
};

/// `nearest` and `farthest` bound the distance. Mostly a photographer's height and a level camera, sometimes from above or below.
Viewpoint drawViewpoint(double nearest, double farthest, Random& random);

/// A turn of the person about the vertical: anywhere, with an emphasis on facing the viewer.
double drawHeading(Random& random);

}  // namespace hmr
