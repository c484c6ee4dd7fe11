// SPDX-License-Identifier: MIT
#include "training/scenes/fabric.h"

#include <algorithm>
#include <cmath>

#include "training/scenes/noise.h"

namespace hmr {
namespace {

bool isSecondStripe(float coordinate, float period, float width) {
    const float turns = coordinate / period;
    return turns - std::floor(turns) < width;
}

Eigen::Vector3f logoColor(const Fabric& fabric, const Eigen::Vector3f& place) {
    // A block of shapes on the chest; `direction` keeps its centre, `period` its half width.
    const Eigen::Vector3f offset = place - fabric.direction;
    if (offset.z() < -0.02f || std::abs(offset.x()) > fabric.period || std::abs(offset.y()) > fabric.period * fabric.width * 1.5f)
        return fabric.colors[0];
    const float blocks = valueNoise(Eigen::Vector3f(offset.x() / fabric.period * 3, offset.y() / fabric.period * 3, 0.5f), fabric.seed);
    return blocks > 0.1f ? fabric.colors[1] : blocks < -0.25f ? fabric.colors[2] : fabric.colors[0];
}

/// A coordinate that runs forth and back between 0 and `side`.
int mirroredPixel(float coordinate, int side) {
    const int period = 2 * side, at = static_cast<int>(std::floor(coordinate * static_cast<float>(side))) % period;
    const int forth = at < 0 ? at + period : at;
    return forth < side ? forth : period - 1 - forth;
}

Eigen::Vector3f printColor(const Fabric& fabric, const Eigen::Vector3f& place) {
    // The print goes round the body, and is read at four places nearby, since its pixels are smaller than the picture's.
    const float across = (place.x() + 0.7f * place.z()) / fabric.period + fabric.direction.x(), up = place.y() / fabric.period + fabric.direction.y();
    const float step = 2.0f / static_cast<float>(fabric.printSide);
    Eigen::Vector3f sum = Eigen::Vector3f::Zero();
    for (int tap = 0; tap < 4; ++tap) {
        const int x = mirroredPixel(across + (tap & 1 ? step : 0), fabric.printSide), y = mirroredPixel(-up + (tap & 2 ? step : 0), fabric.printSide);
        const std::uint8_t* pixel = fabric.print + (static_cast<std::size_t>(y) * static_cast<std::size_t>(fabric.printSide) + static_cast<std::size_t>(x)) * 3;
        sum += Eigen::Vector3f(pixel[0], pixel[1], pixel[2]);
    }
    return sum / (4 * 255.0f);
}

Eigen::Vector3f patternColor(const Fabric& fabric, const Eigen::Vector3f& place) {
    const float along = fabric.direction.dot(place);
    switch (fabric.weave) {
        case Weave::Plain: return fabric.colors[0];
        case Weave::Stripes:
            return isSecondStripe(along, fabric.period, fabric.width) ? fabric.colors[1] : fabric.colors[0];
        case Weave::Checks: {
            const bool first = isSecondStripe(place.y(), fabric.period, fabric.width);
            const bool second = isSecondStripe(place.x() + 0.5f * place.z(), fabric.period, fabric.width);
            return first && second ? fabric.colors[2] : first || second ? fabric.colors[1] : fabric.colors[0];
        }
        case Weave::Dots: {
            Eigen::Vector3f cell = place / fabric.period;
            cell.z() = 0;
            for (int axis = 0; axis < 2; ++axis) cell[axis] -= std::floor(cell[axis]) + 0.5f;
            return cell.norm() < 0.5f * fabric.width ? fabric.colors[1] : fabric.colors[0];
        }
        case Weave::Blotches: {
            const float value = fractalNoise(place / fabric.period, 2, fabric.seed);
            return value > 0.2f ? fabric.colors[1] : value < -0.2f ? fabric.colors[2] : fabric.colors[0];
        }
        case Weave::Gradient: {
            const float share = std::clamp(0.5f + along / (8 * fabric.period), 0.0f, 1.0f);
            return (1 - share) * fabric.colors[0] + share * fabric.colors[1];
        }
        case Weave::Logo: return logoColor(fabric, place);
        case Weave::Photograph: return fabric.print ? printColor(fabric, place) : fabric.colors[0];
    }
    return fabric.colors[0];
}

}  // namespace

Surface fabricAt(const Fabric& fabric, const Eigen::Vector3f& place) {
    Surface surface;
    surface.color = patternColor(fabric, place);
    surface.gloss = fabric.gloss;
    if (fabric.grain > 0) surface.color.array() *= 1 + fabric.grain * valueNoise(place * 180, fabric.seed ^ 77u);
    if (fabric.wrinkle > 0) {
        // Folds run across the limb: they are shorter along it than around it.
        const Eigen::Vector3f scaled = place.cwiseProduct(Eigen::Vector3f(0.6f, 1, 0.6f)) / fabric.wrinkleScale;
        surface.bump = fabric.wrinkle * vectorNoise(scaled, fabric.seed);
    }
    return surface;
}

Eigen::Vector3f colorFromHsv(double hue, double saturation, double value) {
    const auto channel = [&](double offset) {
        const double k = std::fmod(offset + 6 * hue, 6.0);
        return static_cast<float>(value - value * saturation * std::max(0.0, std::min({k, 4 - k, 1.0})));
    };
    return {channel(5), channel(3), channel(1)};
}

Eigen::Vector3f drawClothColor(Random& random) {
    const double kind = random.uniform();
    if (kind < 0.16) return Eigen::Vector3f::Constant(static_cast<float>(random.uniform(0.03, 0.14)));  // black
    if (kind < 0.28) return colorFromHsv(random.uniform(), random.uniform(0, 0.08), random.uniform(0.8, 0.98));  // white
    if (kind < 0.38) return colorFromHsv(random.uniform(), random.uniform(0, 0.12), random.uniform(0.25, 0.7));  // grey
    if (kind < 0.52) return colorFromHsv(random.uniform(0.57, 0.65), random.uniform(0.3, 0.8), random.uniform(0.15, 0.55));  // blue
    if (kind < 0.62) return colorFromHsv(random.uniform(0.05, 0.14), random.uniform(0.2, 0.6), random.uniform(0.25, 0.7));  // brown
    return colorFromHsv(random.uniform(), random.uniform(0.25, 0.95), random.uniform(0.25, 0.95));
}

Fabric drawFabric(Random& random) {
    Fabric fabric;
    for (auto& color : fabric.colors) color = drawClothColor(random);
    const double kind = random.uniform();
    fabric.weave = kind < 0.46   ? Weave::Plain
                   : kind < 0.62 ? Weave::Stripes
                   : kind < 0.72 ? Weave::Checks
                   : kind < 0.77 ? Weave::Dots
                   : kind < 0.86 ? Weave::Blotches
                   : kind < 0.91 ? Weave::Gradient
                                 : Weave::Logo;
    fabric.period = static_cast<float>(random.logUniform(0.015, 0.15));
    fabric.width = static_cast<float>(random.uniform(0.15, 0.6));
    const Eigen::Vector3f slanted(static_cast<float>(random.normal()), static_cast<float>(random.normal()), 0.3f);
    fabric.direction = random.chance(0.6)   ? Eigen::Vector3f::UnitY()
                       : random.chance(0.6) ? Eigen::Vector3f::UnitX()
                                            : Eigen::Vector3f(slanted.normalized());
    if (fabric.weave == Weave::Logo) {
        fabric.direction = {static_cast<float>(random.uniform(-0.05, 0.05)), static_cast<float>(random.uniform(0.15, 0.38)), 0};
        fabric.period = static_cast<float>(random.uniform(0.05, 0.13));
    }
    fabric.gloss = random.chance(0.15) ? static_cast<float>(random.uniform(0.1, 0.5)) : 0.03f;
    fabric.wrinkle = static_cast<float>(random.uniform(0.05, 0.6));
    fabric.wrinkleScale = static_cast<float>(random.logUniform(0.03, 0.12));
    fabric.grain = static_cast<float>(random.uniform(0, 0.12));
    fabric.seed = static_cast<std::uint32_t>(random.next());
    return fabric;
}

void printPhotograph(const std::uint8_t* pixels, int side, Random& random, Fabric& fabric) {
    fabric.weave = Weave::Photograph;
    fabric.print = pixels;
    fabric.printSide = side;
    fabric.period = static_cast<float>(random.logUniform(0.15, 1.2));
    fabric.direction = {static_cast<float>(random.uniform(0, 2)), static_cast<float>(random.uniform(0, 2)), 0};
}

}  // namespace hmr
