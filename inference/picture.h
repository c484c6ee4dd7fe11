// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <opencv2/core.hpp>

#include "body/picture.h"

namespace hmr {

/// RGB copy of a BGR matrix of 8 bits.
Picture rgbPicture(const cv::Mat& bgr);

/// BGR (or BGRA for four channels) copy of a picture.
cv::Mat bgrMatrix(const Picture& picture);

/// A mask: one channel, the person where above 127. Of a picture with transparency its alpha, otherwise its brightness. Throws
/// Error as readPicture does.
Picture readMask(const std::filesystem::path& file);

/// Writes PNG or JPEG by the extension, whole or not at all. Throws Error.
void writePicture(const std::filesystem::path& file, const Picture& picture);

}  // namespace hmr
