// SPDX-License-Identifier: MIT
#include "renderer/part_palette.h"

#include <array>
#include <cstdint>

Eigen::Vector3f hmr::partColor(int label) {
    static constexpr std::array<std::uint32_t, kNumPartColors> palette = {
        0xb8bcc4, 0xf2c14e, 0x5b8def, 0xe4677a, 0x58b89a, 0xf08a4b, 0x8f7fe0, 0x4fb3d9, 0xd98cc4,
        0x9cc95a, 0xc9655a, 0x4d9f8f, 0xf4a6a0, 0x6c74c9, 0xd8b45a, 0x7fcfc0, 0xb06fb8, 0xe9d27a,
        0x4f7fb5, 0xe59a6f, 0x6fa85f, 0xc45f8d, 0x86b5f0, 0xa8895e, 0x9fd6e0};
    const std::uint32_t rgb = palette[static_cast<std::size_t>(label < 0 ? 0 : label) % palette.size()];
    return Eigen::Vector3f((rgb >> 16) & 255, (rgb >> 8) & 255, rgb & 255) / 255.0f;
}
