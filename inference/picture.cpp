// SPDX-License-Identifier: MIT
#include "inference/picture.h"

#include <cstring>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "body/error.h"
#include "formats/atomic_file.h"

namespace hmr {

Picture rgbPicture(const cv::Mat& bgr) {
    Picture picture(bgr.cols, bgr.rows, 3);
    cv::Mat target(bgr.rows, bgr.cols, CV_8UC3, picture.pixels.data());
    cv::cvtColor(bgr, target, cv::COLOR_BGR2RGB);
    return picture;
}

cv::Mat bgrMatrix(const Picture& picture) {
    const int channels = picture.channels;
    const cv::Mat source(picture.height, picture.width, CV_8UC(channels), const_cast<std::uint8_t*>(picture.pixels.data()));
    if (channels == 1) return source.clone();
    cv::Mat bgr;
    cv::cvtColor(source, bgr, channels == 4 ? cv::COLOR_RGBA2BGRA : cv::COLOR_RGB2BGR);
    return bgr;
}

void writePicture(const std::filesystem::path& file, const Picture& picture) {
    const std::string extension = file.extension().string();
    std::vector<std::uint8_t> bytes;
    const bool isKnown = extension == ".png" || extension == ".jpg" || extension == ".jpeg";
    if (!isKnown || !cv::imencode(extension, bgrMatrix(picture), bytes)) {
        throw Error(file.string() + " cannot be written: the name of a picture ends in .png or .jpg");
    }
    writeWholeFile(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace hmr
