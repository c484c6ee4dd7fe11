// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>

#include "body/types.h"

namespace hmr {

/// What of a box the hand holds: any of the four sides, or its inside.
struct BoxGrip {
    bool left = false, right = false, top = false, bottom = false, inside = false;
    bool isNone() const { return !left && !right && !top && !bottom && !inside; }
    bool operator==(const BoxGrip&) const = default;
};

/// What lies under a point: corners and sides within `reach` pixels go before the inside.
BoxGrip gripAt(const PixelBox& box, const Eigen::Vector2d& point, double reach);

/// The box after the grip moved by `step`. Sides may cross; the box stays normal and touches the picture.
PixelBox dragged(const PixelBox& box, const BoxGrip& grip, const Eigen::Vector2d& step, double pictureWidth, double pictureHeight);

/// The box between two points, cut to the picture.
PixelBox boxBetween(const Eigen::Vector2d& a, const Eigen::Vector2d& b, double pictureWidth, double pictureHeight);

inline constexpr double kSmallestBox = 8;  ///< source pixels a side

}  // namespace hmr
