// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

namespace hmr {

/// A well-mixed 64-bit number of another (the finaliser of SplitMix64).
constexpr std::uint64_t mixedBits(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/// FNV-1a hash of a text, the same on every platform.
constexpr std::uint64_t textHash(std::string_view text) {
    std::uint64_t hash = 0xCBF29CE484222325u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
    return hash;
}

/// A small seeded generator whose numbers are the same on every platform (SplitMix64, Steele et al., OOPSLA 2014).
/// fork() gives independent sequences by name, so that one topic of a picture can draw more or fewer numbers without
/// changing the others.
class Random {
public:
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : state_(seed) {
        state_ = next() ^ (stream * 0x9E3779B97F4A7C15u);
        key_ = next();
    }

    Random fork(std::string_view topic) const { return Random(key_, textHash(topic)); }

    std::uint64_t next() { return mixedBits(state_ += 0x9E3779B97F4A7C15u); }
    double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }  ///< [0, 1)
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    bool chance(double probability) { return uniform() < probability; }
    std::uint64_t below(std::uint64_t count) { return count == 0 ? 0 : next() % count; }
    int integer(int count) { return static_cast<int>(uniform() * count); }  ///< 0 … count−1
    double normal() {
        const double radius = std::sqrt(-2 * std::log(1 - uniform()));
        return radius * std::cos(2 * std::numbers::pi * uniform());
    }
    double normal(double mean, double deviation) { return mean + deviation * normal(); }
    /// Uniform in the logarithm; both ends positive.
    double logUniform(double low, double high) { return low * std::pow(high / low, uniform()); }

private:
    std::uint64_t state_, key_ = 0;
};

}  // namespace hmr
