// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <vector>

namespace hmr::test {

/// The RGB picture [size,size,3] that data/network/published_networks.py calls crop(size).
inline std::vector<std::uint8_t> formulaPicture(int size) {
    std::vector<std::uint8_t> pixels;
    for (int y = 0; y < size; ++y)
        for (int x = 0; x < size; ++x)
            for (int c = 0; c < 3; ++c) pixels.push_back(static_cast<std::uint8_t>((x * 7 + y * 13 + c * 50 + x * y / 11) % 256));
    return pixels;
}

}  // namespace hmr::test
