// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>

namespace hmr {

inline constexpr int kNumPartColors = 25;

/// RGB in [0,1] that SurfaceStyle::PartColors shows for a part's label: 0 is grey (no part), 1 to 24 the parts; later
/// labels begin anew. Neighbouring labels differ clearly, so that the sets of 6, 14 and 24 parts all read well.
Eigen::Vector3f partColor(int label);

}  // namespace hmr
