// SPDX-License-Identifier: MIT
#include "training/datasets/crop_transform.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>

#include "body/skeleton.h"

namespace hmr {
namespace {

constexpr int kMostSubsamples = 4;

/// Adds the bilinear value at a source position (pixel edges) to sum; positions beyond the border take the border's value.
void addBilinear(const Picture& picture, double x, double y, float* sum) {
    const float px = std::clamp(static_cast<float>(x) - 0.5f, 0.0f, static_cast<float>(picture.width - 1));
    const float py = std::clamp(static_cast<float>(y) - 0.5f, 0.0f, static_cast<float>(picture.height - 1));
    const int x0 = static_cast<int>(px), y0 = static_cast<int>(py);
    const int x1 = std::min(x0 + 1, picture.width - 1), y1 = std::min(y0 + 1, picture.height - 1);
    const float u = px - static_cast<float>(x0), v = py - static_cast<float>(y0);
    const std::uint8_t* topLeft = picture.at(x0, y0);
    const std::uint8_t* topRight = picture.at(x1, y0);
    const std::uint8_t* bottomLeft = picture.at(x0, y1);
    const std::uint8_t* bottomRight = picture.at(x1, y1);
    for (int c = 0; c < 3; ++c)
        sum[c] += (1 - v) * ((1 - u) * topLeft[c] + u * topRight[c]) + v * ((1 - u) * bottomLeft[c] + u * bottomRight[c]);
}

}  // namespace

Eigen::Vector2d CropTransform::sourceFromCrop(const Eigen::Vector2d& point) const {
    const Eigen::Vector2d upright(isMirrored ? -point.x() : point.x(), point.y());
    return window.center + Eigen::Rotation2Dd(angle) * upright * (window.side / 2);
}

Eigen::Vector2d CropTransform::cropFromSource(const Eigen::Vector2d& pixel) const {
    const Eigen::Vector2d upright = Eigen::Rotation2Dd(-angle) * (pixel - window.center) / (window.side / 2);
    return {isMirrored ? -upright.x() : upright.x(), upright.y()};
}

void cropPixels(const Picture& picture, const CropTransform& transform, int size, std::vector<std::uint8_t>& pixels) {
    pixels.resize(static_cast<std::size_t>(size) * size * 3);
    const int subsamples = std::clamp(static_cast<int>(std::ceil(transform.window.side / size - 0.25)), 1, kMostSubsamples);
    const double spacing = 2.0 / (size * subsamples);
    const Eigen::Vector2d origin = transform.sourceFromCrop({-1 + spacing / 2, -1 + spacing / 2});
    const Eigen::Vector2d stepX = transform.sourceFromCrop({-1 + 1.5 * spacing, -1 + spacing / 2}) - origin;
    const Eigen::Vector2d stepY = transform.sourceFromCrop({-1 + spacing / 2, -1 + 1.5 * spacing}) - origin;
    const float share = 1.0f / static_cast<float>(subsamples * subsamples);
    for (int y = 0; y < size; ++y)
        for (int x = 0; x < size; ++x) {
            float sum[3] = {0, 0, 0};
            for (int j = 0; j < subsamples; ++j)
                for (int i = 0; i < subsamples; ++i) {
                    const Eigen::Vector2d at = origin + stepX * (x * subsamples + i) + stepY * (y * subsamples + j);
                    addBilinear(picture, at.x(), at.y(), sum);
                }
            for (int c = 0; c < 3; ++c)
                pixels[(static_cast<std::size_t>(y) * size + x) * 3 + c] = static_cast<std::uint8_t>(sum[c] * share + 0.5f);
        }
}

CropWindow windowOfBox(const PixelBox& box, double personShare) {
    return {box.center(), std::max(box.longerSide() / personShare, 1.0)};
}

Keypoints cropKeypoints(const Keypoints& keypoints, const CropTransform& transform) {
    Keypoints cropped{};
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
        if (keypoints[3 * joint + 2] <= 0) continue;
        const Eigen::Vector2d point = transform.cropFromSource({keypoints[3 * joint], keypoints[3 * joint + 1]});
        float* target = &cropped[3 * (transform.isMirrored ? kCocoPlusFlip[joint] : joint)];
        target[0] = static_cast<float>(point.x()), target[1] = static_cast<float>(point.y()), target[2] = keypoints[3 * joint + 2];
    }
    return cropped;
}

}  // namespace hmr
