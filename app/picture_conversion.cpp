// SPDX-License-Identifier: MIT
#include "app/picture_conversion.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

namespace hmr {

std::shared_ptr<const Picture> rgbPicture(const cv::Mat& bgr, int longestSide) {
    cv::Mat source = bgr;
    const int longer = std::max(bgr.cols, bgr.rows);
    if (longestSide > 0 && longer > longestSide) {
        const double scale = static_cast<double>(longestSide) / longer;
        const cv::Size size(std::max(1, cvRound(bgr.cols * scale)), std::max(1, cvRound(bgr.rows * scale)));
        cv::resize(bgr, source, size, 0, 0, cv::INTER_AREA);
    }
    auto picture = std::make_shared<Picture>(source.cols, source.rows, 3);
    cv::Mat target(source.rows, source.cols, CV_8UC3, picture->pixels.data());
    cv::cvtColor(source, target, cv::COLOR_BGR2RGB);
    return picture;
}

QImage imageFrom(const Picture& picture) {
    const auto format = picture.channels == 4 ? QImage::Format_RGBA8888 : QImage::Format_RGB888;
    return QImage(picture.pixels.data(), picture.width, picture.height, picture.width * picture.channels, format).copy();
}

}  // namespace hmr
