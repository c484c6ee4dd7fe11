// SPDX-License-Identifier: MIT
#pragma once
#include <opencv2/core.hpp>

#include "body/camera.h"
#include "network/hmr_network.h"

namespace hmr {

/// The square around a person box that the recipe asks for: same centre, side = longer side / personShare, the longer side being that of
/// the box grown to boxAspect: the larger of height and width / boxAspect.
CropWindow cropWindow(const PixelBox& box, const NetworkRecipe& recipe);

/// The square that is cut in a picture of the size in fact: the authors of published networks round places to whole pixels (of the
/// picture, SPIN; of the scaled picture, HMR) or count from pixels' corners (HMR 2.0). By less than a pixel of the crop.
CropWindow cropWindow(const PixelBox& box, const NetworkRecipe& recipe, cv::Size picture);

/// Cuts and scales the window to [size,size,3] RGB, 8 bits; outside the picture it repeats the border or stays black, as the recipe
/// says. `picture` is BGR. The recipe's cropRule says how pixels are taken:
///   area  averages whole pixels when shrinking, then interpolates linearly
///   hmr   interpolates linearly at any scale
///   spin  averages with a triangle as wide as the scale (Pillow's BILINEAR), as scipy.misc.imresize did; stretchContrast is its bytescale
///   hmr2  blurs with a Gaussian of sigma (side/size/2 − 1)/2 where side/size/2 exceeds 1.1, then interpolates linearly
/// Throws Error for a window of no size or wholly outside, and for another rule.
cv::Mat cropPicture(const cv::Mat& picture, const CropWindow& window, const NetworkRecipe& recipe);

}  // namespace hmr
