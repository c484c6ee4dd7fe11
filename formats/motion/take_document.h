// SPDX-License-Identifier: MIT
#pragma once
#include "body/motion/take.h"
#include "formats/parameters_file.h"

namespace hmr {

/// What `hmr run` wrote, as a take.
Take takeOf(const EstimateDocument& document);

/// A take as what `hmr run` writes: cameras of crops that see each body where the take's camera does, joints computed.
EstimateDocument documentOf(const BodyModel& model, const Take& take);

}  // namespace hmr
