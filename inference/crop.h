// SPDX-License-Identifier: MIT
#pragma once
#include <opencv2/core.hpp>

#include "body/camera.h"
#include "network/hmr_network.h"

namespace hmr {

/// The square around a person box that the recipe asks for: same centre, side = longer side / personShare.
CropWindow cropWindow(const PixelBox& box, const NetworkRecipe& recipe);

/// Cuts and scales the window to [size,size,3] RGB, 8 bits, antialiased when shrinking; outside the picture it repeats the
/// border or stays black, as the recipe says. `picture` is BGR. Throws Error for a window of no size or wholly outside.
cv::Mat cropPicture(const cv::Mat& picture, const CropWindow& window, const NetworkRecipe& recipe);

}  // namespace hmr
