// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <vector>

namespace hmr {

/// A plain 8-bit picture, rows from the top, channels interleaved (3: RGB, 4: RGBA), no row padding.
struct Picture {
    int width = 0, height = 0, channels = 3;
    std::vector<std::uint8_t> pixels;  ///< width·height·channels

    Picture() = default;
    Picture(int width, int height, int channels)
        : width(width), height(height), channels(channels),
          pixels(static_cast<std::size_t>(width) * height * channels) {}
    bool empty() const { return pixels.empty(); }
    std::uint8_t* at(int x, int y) { return &pixels[(static_cast<std::size_t>(y) * width + x) * channels]; }
    const std::uint8_t* at(int x, int y) const { return &pixels[(static_cast<std::size_t>(y) * width + x) * channels]; }
};

}  // namespace hmr
