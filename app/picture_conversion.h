// SPDX-License-Identifier: MIT
#pragma once
#include <QImage>
#include <memory>
#include <opencv2/core.hpp>

#include "body/picture.h"

namespace hmr {

inline constexpr int kLongestShownSide = 2048;  ///< texels; what a screen shows, and quick to draw without a graphics card

/// RGB copy of a BGR picture, shrunk so that neither side exceeds `longestSide` (0: as it is).
std::shared_ptr<const Picture> sharedPicture(const cv::Mat& bgr, int longestSide = 0);

/// QImage copy of an RGB or RGBA picture.
QImage imageFrom(const Picture& picture);

}  // namespace hmr
