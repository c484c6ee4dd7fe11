// SPDX-License-Identifier: MIT
#pragma once
#include <nlohmann/json_fwd.hpp>

#include "formats/motion/animated_figure.h"

namespace hmr {

/// What GLB and FBX keep of a person beside the animation: {"body_model","betas":[B],"frame_rate","first_frame","source",
/// "first_source_frame","camera":{"width","height","focal_length"},"num_frames","pose","translation"}. Pose [F,24,3] (axis-angle to the
/// parent, radians) and translation [F,3] (metres) are those of every frame in the axes of that camera (x right, y down, z
/// forward): float32, little-endian, in base64.
nlohmann::json figureExtras(const AnimatedFigure& animated);

}  // namespace hmr
