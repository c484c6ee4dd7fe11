// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

namespace hmr {

/// Random numbers that are the same with every standard library (whose distributions are not): the engine's bits
/// and transformations of our own.
class RandomSource {
public:
    explicit RandomSource(std::uint64_t seed) : engine_(seed) {}

    double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }  ///< [0, 1)
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    bool chance(double probability) { return uniform() < probability; }

    double normal(double mean, double deviation) {
        const double radius = std::sqrt(-2 * std::log(1 - uniform()));
        return mean + deviation * radius * std::cos(2 * std::numbers::pi * uniform());
    }

    double exponential(double mean) { return -mean * std::log(1 - uniform()); }

    /// Gamma distribution of scale 1 (Marsaglia & Tsang 2000; shapes below 1 by their boosting rule).
    double gamma(double shape) {
        if (shape < 1) return gamma(shape + 1) * std::pow(1 - uniform(), 1 / shape);
        const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
        for (;;) {
            const double x = normal(0, 1), t = 1 + c * x, v = t * t * t;
            if (v > 0 && std::log(1 - uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
        }
    }

    double beta(double a, double b) {
        const double x = gamma(a), y = gamma(b);
        return x / (x + y);
    }

    /// Triangular distribution on [low, high] with the given mode.
    double triangular(double low, double mode, double high) {
        const double u = uniform(), split = (mode - low) / (high - low);
        return u < split ? low + std::sqrt(u * (high - low) * (mode - low))
                         : high - std::sqrt((1 - u) * (high - low) * (high - mode));
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace hmr
