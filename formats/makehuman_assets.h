// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>

#include "body/construction/makehuman_figure.h"

namespace hmr {

/// Reads MakeHuman's CC0 files below `folder` (or its subfolder body/): 3dobjs/base.obj, rigs/default_weights.mhw,
/// mpfb2/hm08.mirror and the macro targets of targets/macrodetails (with height/ and proportions/) and
/// targets/breast/female-*; targets may be gzipped. Throws Error naming the file and what is wrong with it.
MakeHumanFigure readMakeHumanFigure(const std::filesystem::path& folder);

}  // namespace hmr
