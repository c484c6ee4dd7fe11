// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <cstdint>

namespace hmr {

/// Rows of points; the name of a variable says the frame, the unit is metres unless it says otherwise.
using Points3f = Eigen::Matrix<float, Eigen::Dynamic, 3, Eigen::RowMajor>;
using Points3d = Eigen::Matrix<double, Eigen::Dynamic, 3, Eigen::RowMajor>;
using Points2d = Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::RowMajor>;

/// Vertex indices of triangles, counter-clockwise seen from outside.
using Triangles = Eigen::Matrix<std::uint32_t, Eigen::Dynamic, 3, Eigen::RowMajor>;

/// Axis-aligned box in pixels; (x, y) is the corner with the smallest coordinates.
struct PixelBox {
    double x = 0, y = 0, width = 0, height = 0;
    Eigen::Vector2d center() const { return {x + width / 2, y + height / 2}; }
    double longerSide() const { return width > height ? width : height; }
    bool operator==(const PixelBox&) const = default;
};

}  // namespace hmr
