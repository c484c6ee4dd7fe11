// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <vector>

#include "body/camera.h"
#include "body/types.h"

namespace hmr {

/// Which triangle each sample of a picture shows: the first half of rendering, without colours. Exact and the same on
/// every machine and thread (no driver takes part), so that a training run can be repeated bit for bit.
class VisibilityBuffer {
public:
    static constexpr std::uint32_t kNothing = 0xFFFFFFFFu;

    void clear(int width, int height);

    /// Draws triangles whose vertices are given as (x, y, nearness) in samples; nearness is linear over a triangle and
    /// grows toward the viewer (1/z for a pinhole); triangles with a vertex of nearness ≤ 0 are left out.
    /// Triangle t leaves firstId + t. `onlyFront` drops triangles that show their back (clockwise, y down).
    void draw(const Points3f& screen, const Triangles& triangles, std::uint32_t firstId, bool onlyFront);

    int width() const { return width_; }
    int height() const { return height_; }
    std::uint32_t id(int x, int y) const { return ids_[static_cast<std::size_t>(y) * width_ + x]; }
    float nearness(int x, int y) const { return nearness_[static_cast<std::size_t>(y) * width_ + x]; }

private:
    int width_ = 0, height_ = 0;
    std::vector<std::uint32_t> ids_;
    std::vector<float> nearness_;
};

/// (x, y, 1/z) of points in camera axes, with x and y in units of 1/samplesPerPixel pixels. Points nearer than 5 cm get
/// nearness −1.
Points3f screenPoints(const PinholeCamera& camera, const Points3f& points, float samplesPerPixel);

/// Weights of a triangle's corners at a sample centre, corrected for perspective when nearness is 1/z.
Eigen::Vector3f cornerWeights(const Points3f& screen, const Triangles& triangles, std::uint32_t triangle, int x, int y);

}  // namespace hmr
