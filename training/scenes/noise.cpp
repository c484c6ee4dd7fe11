// SPDX-License-Identifier: MIT
#include "training/scenes/noise.h"

#include <array>
#include <cmath>

#include "training/random.h"

namespace hmr {
namespace {

/// A fixed table of random vectors in the cube [−1,1]³.
const std::array<Eigen::Vector3f, 1024>& latticeValues() {
    static const auto values = [] {
        std::array<Eigen::Vector3f, 1024> table;
        Random random(0x5EED);
        for (auto& value : table)
            for (int axis = 0; axis < 3; ++axis) value[axis] = static_cast<float>(random.uniform(-1, 1));
        return table;
    }();
    return values;
}

std::uint32_t cellHash(std::int32_t x, std::int32_t y, std::int32_t z, std::uint32_t seed) {
    std::uint32_t h = static_cast<std::uint32_t>(x) * 0x8DA6B343u ^ static_cast<std::uint32_t>(y) * 0xD8163841u ^
                      static_cast<std::uint32_t>(z) * 0xCB1AB31Fu ^ seed * 0x9E3779B1u;
    h ^= h >> 15;
    h *= 0x2C1B3C6Du;
    h ^= h >> 13;
    return h & 1023u;
}

/// The cell of a point and its eight corner weights.
struct Cell {
    std::int32_t x, y, z;
    float weights[8];

    explicit Cell(const Eigen::Vector3f& point) {
        const float fx = std::floor(point.x()), fy = std::floor(point.y()), fz = std::floor(point.z());
        x = static_cast<std::int32_t>(fx), y = static_cast<std::int32_t>(fy), z = static_cast<std::int32_t>(fz);
        const auto smooth = [](float t) { return t * t * (3 - 2 * t); };
        const float u = smooth(point.x() - fx), v = smooth(point.y() - fy), w = smooth(point.z() - fz);
        for (int corner = 0; corner < 8; ++corner)
            weights[corner] = (corner & 1 ? u : 1 - u) * (corner & 2 ? v : 1 - v) * (corner & 4 ? w : 1 - w);
    }
    std::uint32_t corner(int i, std::uint32_t seed) const { return cellHash(x + (i & 1), y + (i >> 1 & 1), z + (i >> 2), seed); }
};

}  // namespace

float valueNoise(const Eigen::Vector3f& point, std::uint32_t seed) {
    const auto& values = latticeValues();
    const Cell cell(point);
    float sum = 0;
    for (int i = 0; i < 8; ++i) sum += cell.weights[i] * values[cell.corner(i, seed)].x();
    return sum;
}

Eigen::Vector3f vectorNoise(const Eigen::Vector3f& point, std::uint32_t seed) {
    const auto& values = latticeValues();
    const Cell cell(point);
    Eigen::Vector3f sum = Eigen::Vector3f::Zero();
    for (int i = 0; i < 8; ++i) sum += cell.weights[i] * values[cell.corner(i, seed)];
    return sum;
}

float fractalNoise(Eigen::Vector3f point, int octaves, std::uint32_t seed) {
    float sum = 0, strength = 1, total = 0;
    for (int octave = 0; octave < octaves; ++octave) {
        sum += strength * valueNoise(point, seed + static_cast<std::uint32_t>(octave));
        total += strength;
        point *= 2;
        strength *= 0.5f;
    }
    return total > 0 ? 1.5f * sum / total : 0;
}

}  // namespace hmr
