// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "renderer/scene.h"

namespace hmr {

struct WarmUpStep {
    Scene scene;
    bool drawsColors = true;  ///< false: the driver compiles a program and its vertices' part alone
};

/// Small scenes of which each needs little more of the driver than those before it: a program, its pixels' part, or that for another
/// state of blending and depth. Software drivers compile for each.
std::vector<WarmUpStep> warmUpSteps();

}  // namespace hmr
