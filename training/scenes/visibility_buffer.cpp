// SPDX-License-Identifier: MIT
#include "training/scenes/visibility_buffer.h"

#include <algorithm>
#include <cmath>

namespace hmr {

void VisibilityBuffer::clear(int width, int height) {
    width_ = width;
    height_ = height;
    ids_.assign(static_cast<std::size_t>(width) * height, kNothing);
    nearness_.assign(static_cast<std::size_t>(width) * height, 0.0f);
}

void VisibilityBuffer::draw(const Points3f& screen, const Triangles& triangles, std::uint32_t firstId, bool onlyFront) {
    for (Eigen::Index t = 0; t < triangles.rows(); ++t) {
        const float* a = screen.data() + 3 * std::size_t{triangles(t, 0)};
        const float* b = screen.data() + 3 * std::size_t{triangles(t, 1)};
        const float* c = screen.data() + 3 * std::size_t{triangles(t, 2)};
        float area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
        // Seen from outside, corners run counter-clockwise with y up, hence clockwise with y down: a negative area.
        if (area == 0 || (onlyFront && area > 0)) continue;
        if (a[2] <= 0 || b[2] <= 0 || c[2] <= 0) continue;
        if (area < 0) {
            std::swap(b, c);
            area = -area;
        }
        // Sample centres lie at +0.5.
        const auto low = [](float value, int limit) { return std::clamp(static_cast<int>(std::ceil(value - 0.5f)), 0, limit); };
        const auto [xLow, xHigh] = std::minmax({a[0], b[0], c[0]});
        const auto [yLow, yHigh] = std::minmax({a[1], b[1], c[1]});
        if (xHigh < 0 || yHigh < 0 || xLow > width_ || yLow > height_) continue;
        const int x0 = low(xLow, width_), x1 = low(xHigh, width_), y0 = low(yLow, height_), y1 = low(yHigh, height_);
        if (x0 >= x1 || y0 >= y1) continue;  // many of a small person's triangles lie between the samples

        const float scale = 1 / area;
        const float bdx = (c[1] - a[1]) * scale, bdy = -(c[0] - a[0]) * scale;  // slopes of the weight of b
        const float cdx = -(b[1] - a[1]) * scale, cdy = (b[0] - a[0]) * scale;  // and of c
        const float nearB = b[2] - a[2], nearC = c[2] - a[2];
        for (int y = y0; y < y1; ++y) {
            const float py = static_cast<float>(y) + 0.5f - a[1];
            const std::size_t row = static_cast<std::size_t>(y) * width_;
            for (int x = x0; x < x1; ++x) {
                const float px = static_cast<float>(x) + 0.5f - a[0];
                const float wb = px * bdx + py * bdy, wc = px * cdx + py * cdy;
                if (wb < 0 || wc < 0 || wb + wc > 1) continue;
                const float nearness = a[2] + wb * nearB + wc * nearC;
                if (nearness <= nearness_[row + x]) continue;
                nearness_[row + x] = nearness;
                ids_[row + x] = firstId + static_cast<std::uint32_t>(t);
            }
        }
    }
}

Points3f screenPoints(const PinholeCamera& camera, const Points3f& points, float samplesPerPixel) {
    Points3f screen(points.rows(), 3);
    const auto focal = static_cast<float>(camera.focalLength) * samplesPerPixel;
    const Eigen::Vector2f centre = camera.principalPoint.cast<float>() * samplesPerPixel;
    const Eigen::Vector3f shift = camera.translation.cast<float>();
    for (Eigen::Index i = 0; i < points.rows(); ++i) {
        const Eigen::Vector3f p = points.row(i).transpose() + shift;
        if (p.z() < 0.05f) {
            screen.row(i) << 0, 0, -1;
            continue;
        }
        const float nearness = 1 / p.z();
        screen.row(i) << focal * p.x() * nearness + centre.x(), focal * p.y() * nearness + centre.y(), nearness;
    }
    return screen;
}

Eigen::Vector3f cornerWeights(const Points3f& screen, const Triangles& triangles, std::uint32_t triangle, int x, int y) {
    const float* a = screen.data() + 3 * std::size_t{triangles(triangle, 0)};
    const float* b = screen.data() + 3 * std::size_t{triangles(triangle, 1)};
    const float* c = screen.data() + 3 * std::size_t{triangles(triangle, 2)};
    const float scale = 1 / ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
    const float px = static_cast<float>(x) + 0.5f - a[0], py = static_cast<float>(y) + 0.5f - a[1];
    const float wb = (px * (c[1] - a[1]) - py * (c[0] - a[0])) * scale;
    const float wc = (py * (b[0] - a[0]) - px * (b[1] - a[1])) * scale;
    // Attributes over z are linear on the screen; dividing by the sum gives the weights on the triangle itself.
    const Eigen::Vector3f weights((1 - wb - wc) * a[2], wb * b[2], wc * c[2]);
    return weights / weights.sum();
}

}  // namespace hmr
