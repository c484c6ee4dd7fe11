// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <cstdint>

namespace hmr {

/// Smooth random function of space, in [−1, 1], features about one unit wide. Another `seed` is another function.
float valueNoise(const Eigen::Vector3f& point, std::uint32_t seed);

/// Three such functions at once.
Eigen::Vector3f vectorNoise(const Eigen::Vector3f& point, std::uint32_t seed);

/// Octaves of value noise, each half as wide and half as strong; about [−1, 1].
float fractalNoise(Eigen::Vector3f point, int octaves, std::uint32_t seed);

}  // namespace hmr
