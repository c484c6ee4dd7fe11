// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cctype>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "body/error.h"
#include "formats/atomic_file.h"
#include "inference/frame_source.h"
#include "inference/picture.h"
#include "inference/picture_header.h"

namespace hmr {
namespace {

constexpr std::uint64_t kMaxSide = 16384, kMaxPixels = 128'000'000, kMinSide = 16;
constexpr std::size_t kMaxFileBytes = std::size_t{1} << 30;

std::string lowerExtension(const std::filesystem::path& file) {
    std::string extension = file.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return std::tolower(c); });
    return extension;
}

bool hasExtension(const std::filesystem::path& file, const std::vector<std::string>& extensions) {
    return std::find(extensions.begin(), extensions.end(), lowerExtension(file)) != extensions.end();
}

std::string sizeText(std::uint64_t width, std::uint64_t height) {
    return std::to_string(width) + "x" + std::to_string(height) + " pixels";
}

void checkSize(const std::string& name, std::uint64_t width, std::uint64_t height) {
    if (width < kMinSide || height < kMinSide) {
        throw Error(name + " has " + sizeText(width, height) + ": too small to show a person; at least 16x16 are needed");
    }
    if (width > kMaxSide || height > kMaxSide || width * height > kMaxPixels) {
        throw Error(name + " has " + sizeText(width, height) +
                    ": larger than 16384 pixels a side or 128 million in all; scale it down first");
    }
}

cv::Mat asBytes(const cv::Mat& decoded) {
    cv::Mat bytes = decoded;
    if (decoded.depth() == CV_16U) decoded.convertTo(bytes, CV_8U, 1.0 / 257);
    if (decoded.depth() == CV_32F || decoded.depth() == CV_64F) decoded.convertTo(bytes, CV_8U, 255);
    return bytes;
}

/// Three 8-bit channels of whatever was decoded; transparency over white.
cv::Mat asBgr(const cv::Mat& decoded) {
    const cv::Mat bytes = asBytes(decoded);
    cv::Mat bgr;
    if (bytes.channels() == 1) {
        cv::cvtColor(bytes, bgr, cv::COLOR_GRAY2BGR);
    } else if (bytes.channels() == 4) {
        cv::cvtColor(bytes, bgr, cv::COLOR_BGRA2BGR);
        cv::Mat alpha;
        cv::extractChannel(bytes, alpha, 3);
        cv::Mat blended(bgr.size(), CV_8UC3);
        bgr.forEach<cv::Vec3b>([&](const cv::Vec3b& color, const int* at) {
            const int a = alpha.at<std::uint8_t>(at[0], at[1]);
            auto& out = blended.at<cv::Vec3b>(at[0], at[1]);
            for (int c = 0; c < 3; ++c) out[c] = cv::saturate_cast<std::uint8_t>((color[c] * a + 255 * (255 - a) + 127) / 255);
        });
        bgr = blended;
    } else {
        bgr = bytes;
    }
    return bgr;
}

/// Turns and mirrors a picture as EXIF's orientation (tag 274) asks.
void turnUpright(cv::Mat& picture, int orientation) {
    if (orientation >= 5) cv::transpose(picture, picture);
    if (orientation == 2 || orientation == 6) cv::flip(picture, picture, 1);
    if (orientation == 3 || orientation == 7) cv::flip(picture, picture, -1);
    if (orientation == 4 || orientation == 8) cv::flip(picture, picture, 0);
}

/// Upright, with transparency where the file has it. Throws Error.
cv::Mat decodedPicture(const std::filesystem::path& file) {
    const std::string name = file.string();
    const std::string bytes = readWholeFile(file, kMaxFileBytes);
    const auto header = readPictureHeader(bytes);
    if (!header) throw Error(name + " is not a picture: JPEG, PNG, WebP, BMP and TIFF can be read");
    if (header->isCutOff) {
        throw Error(name + " is cut off: the end of the " + header->format + " data is missing; copy or download it again");
    }
    if (header->width > 0 && header->height > 0) checkSize(name, header->width, header->height);
    cv::Mat decoded;
    try {
        // OpenCV turns some formats as their EXIF says and others not, depending on the flags: it is told not to.
        const cv::Mat data(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
        const bool mayHaveAlpha = header->format == "PNG" || header->format == "WebP";
        decoded = cv::imdecode(data, mayHaveAlpha ? cv::IMREAD_UNCHANGED : cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
    } catch (const cv::Exception& failure) {
        if (failure.code == cv::Error::StsNoMem) throw;
        decoded.release();
    }
    if (decoded.empty()) throw Error(name + " is a damaged " + header->format + " picture: it cannot be decoded; copy or download it again");
    checkSize(name, decoded.cols, decoded.rows);
    if (header->format != "TIFF") turnUpright(decoded, header->orientation);  // libtiff does it itself
    return decoded;
}

}  // namespace

const std::vector<std::string>& pictureExtensions() {
    static const std::vector<std::string> extensions = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"};
    return extensions;
}

const std::vector<std::string>& videoExtensions() {
    static const std::vector<std::string> extensions = {".mp4", ".avi",   ".mov", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg",
                                                        ".wmv", ".mjpeg", ".gif", ".ts",  ".mts",  ".3gp", ".flv", ".ogv"};
    return extensions;
}

bool isPictureFile(const std::filesystem::path& file) { return hasExtension(file, pictureExtensions()); }

bool isVideoFile(const std::filesystem::path& file) { return hasExtension(file, videoExtensions()); }

cv::Mat readPicture(const std::filesystem::path& file) { return asBgr(decodedPicture(file)); }

Picture readMask(const std::filesystem::path& file) {
    const cv::Mat bytes = asBytes(decodedPicture(file));
    cv::Mat mask;
    if (bytes.channels() == 4) {
        cv::extractChannel(bytes, mask, 3);
        double least = 0;
        cv::minMaxLoc(mask, &least);
        if (least == 255) mask.release();  // a channel that says nothing
    }
    if (mask.empty()) cv::cvtColor(asBgr(bytes), mask, cv::COLOR_BGR2GRAY);
    Picture picture(mask.cols, mask.rows, 1);
    for (int y = 0; y < mask.rows; ++y) std::copy_n(mask.ptr(y), mask.cols, picture.at(0, y));
    return picture;
}

}  // namespace hmr
