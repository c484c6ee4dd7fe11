// SPDX-License-Identifier: MIT
#pragma once
#include "body/fitting/joint_fit.h"
#include "body/fitting/silhouette.h"

namespace hmr {

struct SilhouetteOptions {
    double deviation = 0.012;    ///< crop coordinates that the outline may be off: a pixel or two of a 224 crop
    double robustScale = 0.12;   ///< crop coordinates: clothes, hair and what the body lacks count as outliers (Geman-McClure)
    int rounds = 4;              ///< how often outlines are matched anew
};

/// fitToJoints with a silhouette: the body's outline comes to the mask's and the mask's to the body's. In each round vertices on the
/// body's outline are matched with outline points of the mask that face the same way, in both directions, and the distances along
/// the mask's normals join the cost (Levenberg-Marquardt, analytic derivatives). Some hundredths of a second. Throws Error as
/// fitToJoints does, and for a silhouette without points.
FitResult fitToSilhouette(const BodyModel& model, const KeypointModel& keypoints, const BodyParameters& start,
                          const WeakPerspectiveCamera& startCamera, std::span<const JointTarget> targets, const Silhouette& silhouette,
                          const FitOptions& options = {}, const SilhouetteOptions& outline = {});

}  // namespace hmr
