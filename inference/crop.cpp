// SPDX-License-Identifier: MIT
#include "inference/crop.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vector>

#include "body/error.h"

namespace hmr {

namespace {

enum class CropRule { Area, Hmr, Spin, Hmr2 };

CropRule ruleOf(const NetworkRecipe& recipe) {
    if (recipe.cropRule == "area") return CropRule::Area;
    if (recipe.cropRule == "hmr") return CropRule::Hmr;
    if (recipe.cropRule == "spin") return CropRule::Spin;
    if (recipe.cropRule == "hmr2") return CropRule::Hmr2;
    throw Error("The rule \"" + recipe.cropRule + "\" for crops is unknown; area, hmr, spin or hmr2 was expected.");
}

/// HMR scales the picture to whole pixels and cuts at a whole pixel of it.
CropWindow snappedToScaledPicture(const CropWindow& window, int size, cv::Size picture) {
    const double scale = size / window.side;
    const double scaleX = std::floor(picture.width * scale) / picture.width;
    const double scaleY = std::floor(picture.height * scale) / picture.height;
    if (!(scaleX > 0 && scaleY > 0)) return window;
    const Eigen::Vector2d center(std::nearbyint(window.center.x() * scaleX) / scaleX, std::nearbyint(window.center.y() * scaleY) / scaleY);
    return {center, size / std::max(scaleX, scaleY), window.relativeFocalLength};  // from which the same whole pixels follow
}

/// SPIN cuts at whole pixels, rounded toward zero.
CropWindow snappedToPixels(const CropWindow& window) {
    const double half = window.side / 2;
    const Eigen::Vector2d first((window.center.array() - half).unaryExpr([](double x) { return std::trunc(x); }));
    const Eigen::Vector2d last((window.center.array() + half).unaryExpr([](double x) { return std::trunc(x); }));
    return {(first + last) / 2, std::max(1.0, last.x() - first.x()), window.relativeFocalLength};
}

}  // namespace

CropWindow cropWindow(const PixelBox& box, const NetworkRecipe& recipe) {
    const double longerSide = std::max(box.height, box.width / recipe.boxAspect);
    return {box.center(), std::max(longerSide, 1.0) / recipe.personShare, recipe.relativeFocalLength};
}

CropWindow cropWindow(const PixelBox& box, const NetworkRecipe& recipe, cv::Size picture) {
    const CropWindow window = cropWindow(box, recipe);
    switch (ruleOf(recipe)) {
        case CropRule::Hmr: return snappedToScaledPicture(window, recipe.inputSize, picture);
        case CropRule::Spin: return snappedToPixels(window);
        case CropRule::Hmr2: return {window.center.array() + (1 - window.side / recipe.inputSize) / 2, window.side, window.relativeFocalLength};
        case CropRule::Area: break;
    }
    return window;
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

/// Linear interpolation at pixel centres, crop (i + 0.5)·side/size + corner, of a picture whose pixels are `factor` wide and begin at `origin`.
cv::Mat interpolated(const cv::Mat& source, cv::Point origin, int factor, const CropWindow& window, const NetworkRecipe& recipe) {
    const int size = recipe.inputSize;
    const double step = window.side / size / factor, half = window.side / 2;
    const double offsetX = (window.center.x() - half - origin.x) / factor, offsetY = (window.center.y() - half - origin.y) / factor;
    const cv::Matx23d sourceFromCrop(step, 0, 0.5 * step + offsetX - 0.5, 0, step, 0.5 * step + offsetY - 0.5);
    cv::Mat crop;
    cv::warpAffine(source, crop, sourceFromCrop, {size, size}, cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                   recipe.padWithEdge ? cv::BORDER_REPLICATE : cv::BORDER_CONSTANT);
    return crop;
}

/// The picture as HMR scales it: linearly, to whole pixels, so not quite alike in width and height; where it shrinks, the border that
/// repeats is that of the scaled picture.
cv::Mat linearCrop(const cv::Mat& picture, const CropWindow& window, const NetworkRecipe& recipe) {
    const int size = recipe.inputSize;
    const double scale = size / window.side;
    const auto wholePixels = [&](int extent) { return std::max(1.0, std::floor(extent * scale + 1e-6)); };
    double stepX = picture.cols / wholePixels(picture.cols), stepY = picture.rows / wholePixels(picture.rows), scaleX = 1, scaleY = 1;
    cv::Mat source = picture;
    if (scale < 1) {
        scaleX = 1 / std::exchange(stepX, 1);
        scaleY = 1 / std::exchange(stepY, 1);
        cv::resize(picture, source, {static_cast<int>(wholePixels(picture.cols)), static_cast<int>(wholePixels(picture.rows))}, 0, 0, cv::INTER_LINEAR);
    }
    const double toFirst = 0.5 - size / 2.0;
    const cv::Matx23d sourceFromCrop(stepX, 0, toFirst * stepX + window.center.x() * scaleX - 0.5, 0, stepY,
                                     toFirst * stepY + window.center.y() * scaleY - 0.5);
    cv::Mat crop;
    cv::warpAffine(source, crop, sourceFromCrop, {size, size}, cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                   recipe.padWithEdge ? cv::BORDER_REPLICATE : cv::BORDER_CONSTANT);
    return crop;
}

cv::Mat averagedCrop(const cv::Mat& picture, const CropWindow& window, const NetworkRecipe& recipe) {
    const int factor = shrinkFactor(window.side, recipe.inputSize);
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
    return interpolated(shrunk, part.tl(), factor, window, recipe);
}

/// The part of the picture that a window shows and some pixels around it.
cv::Rect partWithMargin(const cv::Mat& picture, const CropWindow& window, int margin) {
    const int reach = static_cast<int>(std::ceil(window.side / 2)) + margin;
    const cv::Point center(static_cast<int>(std::floor(window.center.x())), static_cast<int>(std::floor(window.center.y())));
    const cv::Rect wanted(center.x - reach, center.y - reach, 2 * reach + 1, 2 * reach + 1);
    return wanted & cv::Rect(0, 0, picture.cols, picture.rows);
}

cv::Mat blurredCrop(const cv::Mat& picture, const CropWindow& window, const NetworkRecipe& recipe) {
    constexpr double kTruncated = 4;  // of skimage's Gaussian, in sigmas
    const double shrinking = window.side / recipe.inputSize / 2;
    if (shrinking <= 1.1) return interpolated(picture, {}, 1, window, recipe);
    const double sigma = (shrinking - 1) / 2;
    const int radius = static_cast<int>(kTruncated * sigma + 0.5);
    const cv::Rect part = partWithMargin(picture, window, 2 * radius + 2);
    cv::Mat blurred;
    picture(part).convertTo(blurred, CV_32F);
    cv::GaussianBlur(blurred, blurred, {2 * radius + 1, 2 * radius + 1}, sigma, sigma, cv::BORDER_REPLICATE);
    cv::Mat crop;
    interpolated(blurred, part.tl(), 1, window, recipe).convertTo(crop, CV_8U);
    return crop;
}

/// What a pixel of the crop takes from a line of source pixels.
struct Taps {
    int first = 0;
    std::vector<float> weights;
};

/// A triangle around each crop pixel's centre, as wide as the scale where that shrinks.
std::vector<Taps> triangleTaps(double begin, double side, int size, int numPixels) {
    const double scale = side / size, reach = std::max(scale, 1.0);
    std::vector<Taps> all(static_cast<std::size_t>(size));
    for (int i = 0; i < size; ++i) {
        const double center = begin + (i + 0.5) * scale;
        Taps& taps = all[static_cast<std::size_t>(i)];
        taps.first = std::clamp(static_cast<int>(std::floor(center - reach + 0.5)), 0, numPixels - 1);
        const int end = std::clamp(static_cast<int>(std::floor(center + reach + 0.5)), taps.first + 1, numPixels);
        float sum = 0;
        for (int x = taps.first; x < end; ++x) {
            taps.weights.push_back(static_cast<float>(std::max(0.0, 1 - std::abs(x + 0.5 - center) / reach)));
            sum += taps.weights.back();
        }
        for (float& weight : taps.weights) weight = sum > 0 ? weight / sum : 1.f / static_cast<float>(taps.weights.size());
    }
    return all;
}

/// [rows, n, 3] to [rows, size, 3] by the taps, rounded to 8 bits.
cv::Mat resampledRows(const cv::Mat& source, const std::vector<Taps>& taps) {
    cv::Mat result(source.rows, static_cast<int>(taps.size()), CV_8UC3);
    for (int y = 0; y < source.rows; ++y) {
        const auto* from = source.ptr<cv::Vec3b>(y);
        auto* to = result.ptr<cv::Vec3b>(y);
        for (const Taps& pixel : taps) {
            cv::Vec3f sum(0, 0, 0);
            for (std::size_t k = 0; k < pixel.weights.size(); ++k) {
                const cv::Vec3b& value = from[pixel.first + static_cast<int>(k)];
                for (int c = 0; c < 3; ++c) sum[c] += pixel.weights[k] * value[c];
            }
            *to++ = {cv::saturate_cast<uchar>(sum[0]), cv::saturate_cast<uchar>(sum[1]), cv::saturate_cast<uchar>(sum[2])};
        }
    }
    return result;
}

void stretchContrast(cv::Mat& pixels) {
    double lowest = 0, highest = 0;
    cv::minMaxLoc(pixels.reshape(1), &lowest, &highest);
    if (highest > lowest) pixels.convertTo(pixels, CV_8U, 255 / (highest - lowest), -lowest * 255 / (highest - lowest));
}

cv::Mat triangleCrop(const cv::Mat& picture, const CropWindow& window, const NetworkRecipe& recipe) {
    const double left = window.center.x() - window.side / 2, top = window.center.y() - window.side / 2;
    const cv::Point first(static_cast<int>(std::floor(left)), static_cast<int>(std::floor(top)));
    const cv::Point end(static_cast<int>(std::ceil(left + window.side)), static_cast<int>(std::ceil(top + window.side)));
    const cv::Rect inside = cv::Rect(first, end) & cv::Rect(0, 0, picture.cols, picture.rows);
    cv::Mat cut;
    cv::copyMakeBorder(picture(inside), cut, inside.y - first.y, end.y - inside.br().y, inside.x - first.x, end.x - inside.br().x,
                       recipe.padWithEdge ? cv::BORDER_REPLICATE : cv::BORDER_CONSTANT);
    if (recipe.stretchContrast) stretchContrast(cut);
    const cv::Mat narrow = resampledRows(cut, triangleTaps(left - first.x, window.side, recipe.inputSize, cut.cols));
    return resampledRows(narrow.t(), triangleTaps(top - first.y, window.side, recipe.inputSize, cut.rows)).t();
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
    constexpr double kWidestCut = 8000;  // pixels; what is wider is not put together whole, with its black border
    cv::Mat crop;
    switch (ruleOf(recipe)) {
        case CropRule::Area: crop = averagedCrop(picture, window, recipe); break;
        case CropRule::Hmr: crop = linearCrop(picture, window, recipe); break;
        case CropRule::Spin:
            crop = window.side > kWidestCut ? averagedCrop(picture, window, recipe) : triangleCrop(picture, window, recipe);
            break;
        case CropRule::Hmr2: crop = blurredCrop(picture, window, recipe); break;
    }
    cv::cvtColor(crop, crop, cv::COLOR_BGR2RGB);
    return crop;
}

}  // namespace hmr
