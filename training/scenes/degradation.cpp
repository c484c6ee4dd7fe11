// SPDX-License-Identifier: MIT
#include "training/scenes/degradation.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "training/picture_file.h"
#include "training/scenes/fabric.h"

namespace hmr {
namespace {

/// Gain, gamma, contrast and saturation, as one table per channel and a mix toward grey.
void shiftColors(Random& random, double strength, Picture& picture) {
    std::array<std::array<std::uint8_t, 256>, 3> tables;
    const double gamma = std::exp(random.normal(0, 0.22 * strength)), contrast = std::exp(random.normal(0, 0.18 * strength));
    const double brightness = random.normal(0, 16 * strength);
    for (auto& table : tables) {
        const double gain = std::exp(random.normal(0, 0.07 * strength));
        for (int i = 0; i < 256; ++i)
            table[static_cast<std::size_t>(i)] = byteFrom(static_cast<float>(((255 * std::pow(i / 255.0, gamma) - 127) * contrast + 127) * gain + brightness));
    }
    const float saturation = random.chance(0.05) ? 0 : static_cast<float>(std::clamp(random.normal(1, 0.25 * strength), 0.0, 1.6));
    for (std::size_t i = 0; i < picture.pixels.size(); i += 3) {
        std::uint8_t* pixel = &picture.pixels[i];
        for (std::size_t c = 0; c < 3; ++c) pixel[c] = tables[c][pixel[c]];
        const float grey = 0.3f * pixel[0] + 0.59f * pixel[1] + 0.11f * pixel[2];
        for (int c = 0; c < 3; ++c) pixel[c] = byteFrom(grey + saturation * (pixel[c] - grey));
    }
}

/// Averages along a line: motion blur for any direction; called twice across each other it is a soft focus.
void blurAlong(float dx, float dy, int taps, Picture& picture) {
    const Picture source = picture;
    for (int y = 0; y < picture.height; ++y)
        for (int x = 0; x < picture.width; ++x) {
            std::array<int, 3> sum{};
            for (int t = 0; t < taps; ++t) {
                const float offset = static_cast<float>(t) - 0.5f * static_cast<float>(taps - 1);
                const int sx = std::clamp(static_cast<int>(std::lround(static_cast<float>(x) + offset * dx)), 0, picture.width - 1);
                const int sy = std::clamp(static_cast<int>(std::lround(static_cast<float>(y) + offset * dy)), 0, picture.height - 1);
                for (int c = 0; c < 3; ++c) sum[static_cast<std::size_t>(c)] += source.at(sx, sy)[c];
            }
            for (int c = 0; c < 3; ++c) picture.at(x, y)[c] = static_cast<std::uint8_t>(sum[static_cast<std::size_t>(c)] / taps);
        }
}

/// [1 w 1] across and down: a little softness.
void soften(float weight, Picture& picture) {
    const auto pass = [&](int stepX, int stepY) {
        const Picture source = picture;
        const float scale = 1 / (2 + weight);
        for (int y = 0; y < picture.height; ++y)
            for (int x = 0; x < picture.width; ++x) {
                const std::uint8_t* before = source.at(std::max(0, x - stepX), std::max(0, y - stepY));
                const std::uint8_t* after = source.at(std::min(picture.width - 1, x + stepX), std::min(picture.height - 1, y + stepY));
                for (int c = 0; c < 3; ++c) picture.at(x, y)[c] = byteFrom((before[c] + weight * source.at(x, y)[c] + after[c]) * scale);
            }
    };
    pass(1, 0);
    pass(0, 1);
}

/// Independent noise of each pixel; a table of normal numbers read from random places keeps it cheap.
void addNoise(Random& random, double deviation, Picture& picture) {
    std::array<float, 1024> table;
    for (float& value : table) value = static_cast<float>(random.normal(0, deviation));
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
        if (i % 6 == 0) bits = random.next();
        picture.pixels[i] = byteFrom(static_cast<float>(picture.pixels[i]) + table[bits & 1023u]);
        bits >>= 10;
    }
}

/// A rectangle, ellipse or bar that hides what is behind it.
struct Occluder {
    float cx, cy, halfWidth, halfHeight, cosine, sine;
    bool isEllipse;

    bool hides(int x, int y) const {
        const float dx = static_cast<float>(x) - cx, dy = static_cast<float>(y) - cy;
        const float u = (cosine * dx + sine * dy) / halfWidth, v = (cosine * dy - sine * dx) / halfHeight;
        return isEllipse ? u * u + v * v <= 1 : std::abs(u) <= 1 && std::abs(v) <= 1;
    }
};

Occluder drawOccluder(const PixelBox& around, Random& random) {
    const double side = around.longerSide(), angle = random.chance(0.5) ? 0 : random.uniform(0, std::numbers::pi);
    const bool isBar = random.chance(0.25);
    return {static_cast<float>(around.x + random.uniform(-0.1, 1.1) * around.width),
            static_cast<float>(around.y + random.uniform(0, 1.1) * around.height),
            static_cast<float>(side * (isBar ? random.uniform(0.01, 0.04) : random.logUniform(0.04, 0.22))),
            static_cast<float>(side * (isBar ? random.uniform(0.3, 0.8) : random.logUniform(0.04, 0.22))),
            static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle)), random.chance(0.3) && !isBar};
}

}  // namespace

void paintOccluders(const BackgroundSet* backgrounds, const std::vector<int>& choices, const PixelBox& around, Random& random,
                    Picture& picture, std::vector<std::uint8_t>* parts) {
    const int count = 1 + random.integer(3);
    for (int i = 0; i < count; ++i) {
        const Occluder occluder = drawOccluder(around, random);
        Fabric fabric = drawFabric(random);
        fabric.period *= 300;  // metres of cloth become pixels here
        Picture photograph;
        if (backgrounds && !choices.empty() && random.chance(0.4)) {
            photograph = Picture(picture.width, picture.height, 3);
            paintPhotograph(*backgrounds, choices, random, photograph);
        }
        const int reach = static_cast<int>(std::hypot(occluder.halfWidth, occluder.halfHeight)) + 2;
        for (int y = std::max(0, static_cast<int>(occluder.cy) - reach); y < std::min(picture.height, static_cast<int>(occluder.cy) + reach); ++y)
            for (int x = std::max(0, static_cast<int>(occluder.cx) - reach); x < std::min(picture.width, static_cast<int>(occluder.cx) + reach); ++x) {
                if (!occluder.hides(x, y)) continue;
                const Eigen::Vector3f color = photograph.empty()
                                                  ? Eigen::Vector3f(255 * fabricAt(fabric, {static_cast<float>(x), static_cast<float>(y), 0}).color)
                                                  : Eigen::Vector3f(photograph.at(x, y)[0], photograph.at(x, y)[1], photograph.at(x, y)[2]);
                for (int c = 0; c < 3; ++c) picture.at(x, y)[c] = byteFrom(color[c]);
                if (parts) (*parts)[static_cast<std::size_t>(y) * picture.width + x] = 0;
            }
    }
}

void degrade(Random& random, double strength, Picture& picture) {
    shiftColors(random, strength, picture);
    if (random.chance(0.2 * strength)) {  // low resolution
        const double scale = random.uniform(0.35, 0.8);
        const int width = std::max(8, static_cast<int>(picture.width * scale)), height = std::max(8, static_cast<int>(picture.height * scale));
        picture = resized(resized(picture, width, height), picture.width, picture.height);
    }
    if (random.chance(0.4 * strength)) soften(static_cast<float>(random.uniform(1, 8)), picture);
    if (random.chance(0.08 * strength)) {
        const double angle = random.uniform(0, std::numbers::pi);
        blurAlong(static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle)), 3 + random.integer(std::max(2, picture.width / 32)), picture);
    }
    if (random.chance(0.6 * strength)) addNoise(random, random.logUniform(1, 14), picture);
    if (random.chance(0.3 * strength)) picture = jpegRoundTrip(picture, 15 + random.integer(75));
}

}  // namespace hmr
