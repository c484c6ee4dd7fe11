// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <Eigen/Geometry>

#include "body/types.h"

namespace hmr {

/// The network's camera: x = s·(X_xy + t) in [−1, 1] of a square crop, y down (HMR eq. 1 as its code has it).
struct WeakPerspectiveCamera {
    double scale = 0.9;
    Eigen::Vector2d translation = Eigen::Vector2d::Zero();
    bool operator==(const WeakPerspectiveCamera&) const = default;
};

inline constexpr double kCropFocalLength = 5000;  ///< in pixels of a 224 crop (SPIN)
inline constexpr double kCropResolution = 224;

/// The square of the source picture that a crop shows, in source pixels (pixel edges: the picture spans [0,width]).
struct CropWindow {
    Eigen::Vector2d center = Eigen::Vector2d::Zero();
    double side = 1;
    /// Of the pinhole behind the crop: focal length over the side. Networks differ (5000/224: SPIN, 5000/256: HMR 2.0).
    double relativeFocalLength = kCropFocalLength / kCropResolution;
    bool operator==(const CropWindow&) const = default;
};

/// A pinhole in pixels, looking along +z with y down: u = f·x/z + c for points in camera axes after adding translation.
struct PinholeCamera {
    double focalLength = 1;
    Eigen::Vector2d principalPoint = Eigen::Vector2d::Zero();
    Eigen::Vector3d translation = Eigen::Vector3d::Zero();  ///< metres
};

/// The full-frame pinhole that sees what the crop's camera sees, exactly: with r the crop's relative focal length
/// K = (r·side, crop centre), t = [tx, ty, 2r/s] (facts of SPIN; no approximation off the crop's centre).
PinholeCamera frameCamera(const WeakPerspectiveCamera& camera, const CropWindow& crop);

/// The inverse of frameCamera for a pinhole that sees the body at its root depth; any focal length.
WeakPerspectiveCamera cropCamera(const PinholeCamera& camera, const CropWindow& crop);

/// Pixels [N,2] of points [N,3] in camera axes (before the camera's translation).
Points2d project(const PinholeCamera& camera, const Points3d& points);

/// Crop coordinates in [−1, 1] [N,2] of points [N,3] in camera axes.
Points2d project(const WeakPerspectiveCamera& camera, const Points3d& points);

/// Source pixels [N,2] of crop coordinates in [−1, 1].
Points2d framePixels(const CropWindow& crop, const Points2d& cropCoordinates);

/// The body's translation, metres, in a common camera with this focal length (pixels) and the principal point at the
/// picture's centre: depth 2f/(side·s). Exact at root depth (4D-Humans' cam_crop_to_full).
Eigen::Vector3d frameTranslation(const WeakPerspectiveCamera& camera, const CropWindow& crop, int frameWidth,
                                 int frameHeight, double focalLength);

/// A usual focal length (pixels) when nothing is known: the picture's diagonal.
double defaultFocalLength(int frameWidth, int frameHeight);

}  // namespace hmr
