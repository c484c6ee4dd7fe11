// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "body/camera.h"
#include "body/picture.h"
#include "training/datasets/annotations.h"

namespace hmr {

/// A square crop of a picture, turned about its centre and perhaps mirrored.
struct CropTransform {
    CropWindow window;      ///< source pixels
    double angle = 0;       ///< radians, turns the crop's axes in the picture
    bool isMirrored = false;

    /// Source pixel of a point of the crop in [−1, 1].
    Eigen::Vector2d sourceFromCrop(const Eigen::Vector2d& point) const;
    /// The inverse.
    Eigen::Vector2d cropFromSource(const Eigen::Vector2d& pixel) const;
};

/// [size,size,3] pixels of the crop; beyond the picture its border is repeated. Averages where the crop shrinks.
void cropPixels(const Picture& picture, const CropTransform& transform, int size, std::vector<std::uint8_t>& pixels);

/// The crop of a box: same centre, side = longer side / personShare.
CropWindow windowOfBox(const PixelBox& box, double personShare);

/// Joints in [−1, 1] of the crop; a mirrored crop swaps left and right.
Keypoints cropKeypoints(const Keypoints& keypoints, const CropTransform& transform);

}  // namespace hmr
