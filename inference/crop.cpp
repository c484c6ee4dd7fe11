// SPDX-License-Identifier: MIT
#include "inference/crop.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "body/error.h"

namespace hmr {

CropWindow cropWindow(const PixelBox& box, const NetworkRecipe& recipe) {
    return {box.center(), std::max(box.longerSide(), 1.0) / recipe.personShare};
}

namespace {

/// The whole-number factor by which the part of the picture under the window can be averaged before resampling.
int shrinkFactor(double windowSide, int cropSize) {
    return std::max(1, static_cast<int>(std::floor(windowSide / cropSize)));
}

/// The picture's part under the window, cut on multiples of the factor.
cv::Rect coveredPart(const cv::Mat& picture, const CropWindow& window, int factor) {
    const double half = window.side / 2 + 2 * factor;
    const auto lower = [&](double value) { return std::max(0, static_cast<int>(std::floor(value / factor)) * factor); };
    const auto upper = [&](double value, int limit) {
        return std::clamp(static_cast<int>(std::ceil(value / factor)) * factor, 0, limit);
    };
    const int left = lower(window.center.x() - half), top = lower(window.center.y() - half);
    const int right = upper(window.center.x() + half, picture.cols), bottom = upper(window.center.y() + half, picture.rows);
    return {left, top, right - left, bottom - top};
}

}  // namespace

cv::Mat cropPicture(const cv::Mat& picture, const CropWindow& window, const NetworkRecipe& recipe) {
    const double half = window.side / 2;
    const bool sized = std::isfinite(window.side) && window.side >= 1 && window.center.allFinite();
    if (!sized || window.center.x() + half <= 0 || window.center.y() + half <= 0 ||
        window.center.x() - half >= picture.cols || window.center.y() - half >= picture.rows) {
        throw Error("the person box does not touch the picture of " + std::to_string(picture.cols) + "x" +
                    std::to_string(picture.rows) + " pixels: draw it over the person");
    }
    const int size = recipe.inputSize;
    const int factor = shrinkFactor(window.side, size);
    const cv::Rect part = coveredPart(picture, window, factor);
    cv::Mat shrunk = picture(part);
    if (factor > 1) {
        const cv::Size smaller((part.width + factor - 1) / factor, (part.height + factor - 1) / factor);
        cv::Mat whole = shrunk;
        const int padRight = smaller.width * factor - part.width, padBottom = smaller.height * factor - part.height;
        if (padRight > 0 || padBottom > 0) {
            cv::copyMakeBorder(shrunk, whole, 0, padBottom, 0, padRight, cv::BORDER_REPLICATE);
        }
        cv::resize(whole, shrunk, smaller, 0, 0, cv::INTER_AREA);
    }
    // Pixel centres: crop (i + 0.5)·side/size + corner, in the shrunk part's pixels.
    const double step = window.side / size / factor;
    const double offsetX = (window.center.x() - half - part.x) / factor, offsetY = (window.center.y() - half - part.y) / factor;
    const cv::Matx23d partFromCrop(step, 0, 0.5 * step + offsetX - 0.5, 0, step, 0.5 * step + offsetY - 0.5);
    cv::Mat crop;
    cv::warpAffine(shrunk, crop, partFromCrop, {size, size}, cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                   recipe.padWithEdge ? cv::BORDER_REPLICATE : cv::BORDER_CONSTANT);
    cv::cvtColor(crop, crop, cv::COLOR_BGR2RGB);
    return crop;
}

}  // namespace hmr
