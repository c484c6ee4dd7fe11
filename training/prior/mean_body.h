// SPDX-License-Identifier: MIT
#pragma once
#include "body/body_parameters.h"
#include "training/prior/pose_prior.h"

namespace hmr {

/// The mean of the prior's training poses (for each joint the rotation nearest to the mean matrix), upright before the camera
/// and facing it, in the mean shape. The regressor's corrections start from it, and it is the baseline to beat.
BodyParameters meanBodyOf(const PosePrior& prior);

}  // namespace hmr
