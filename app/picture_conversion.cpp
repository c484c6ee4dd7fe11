// SPDX-License-Identifier: MIT
#include "app/picture_conversion.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "inference/picture.h"

namespace hmr {

std::shared_ptr<const Picture> sharedPicture(const cv::Mat& bgr, int longestSide) {
    cv::Mat source = bgr;
    const int longer = std::max(bgr.cols, bgr.rows);
    if (longestSide > 0 && longer > longestSide) {
        const double scale = static_cast<double>(longestSide) / longer;
        const cv::Size size(std::max(1, cvRound(bgr.cols * scale)), std::max(1, cvRound(bgr.rows * scale)));
        cv::resize(bgr, source, size, 0, 0, cv::INTER_AREA);
    }
    return std::make_shared<const Picture>(rgbPicture(source));
}

QImage imageFrom(const Picture& picture) {
    const auto format = picture.channels == 4 ? QImage::Format_RGBA8888 : QImage::Format_RGB888;
    return QImage(picture.pixels.data(), picture.width, picture.height, picture.width * picture.channels, format).copy();
}

}  // namespace hmr
