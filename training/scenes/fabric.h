// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cstdint>

#include "training/random.h"

namespace hmr {

/// The nearest byte of a channel that spans [0, 255].
inline std::uint8_t byteFrom(float value) { return static_cast<std::uint8_t>(std::clamp(value, 0.0f, 255.0f) + 0.5f); }

/// How a surface looks before light falls on it. Colours are display RGB in [0,1].
struct Surface {
    Eigen::Vector3f color = {0.5f, 0.5f, 0.5f};
    float gloss = 0;                                    ///< strength of the highlight
    Eigen::Vector3f bump = Eigen::Vector3f::Zero();     ///< added to the unit normal before shading
};

enum class Weave { Plain, Stripes, Checks, Dots, Blotches, Gradient, Logo, Photograph };

/// A cloth: colours in a pattern that is a function of space, so that it needs no texture coordinates and stays sharp.
struct Fabric {
    Weave weave = Weave::Plain;
    std::array<Eigen::Vector3f, 3> colors = {Eigen::Vector3f::Constant(0.5f), Eigen::Vector3f::Constant(0.5f),
                                             Eigen::Vector3f::Constant(0.5f)};
    float period = 0.05f;                               ///< metres a repeat
    Eigen::Vector3f direction = Eigen::Vector3f::UnitY();
    float width = 0.5f;                                 ///< share of a repeat in the second colour
    float gloss = 0;
    float wrinkle = 0.3f;                               ///< strength of the folds that bend the light
    float wrinkleScale = 0.08f;                         ///< metres a fold
    float grain = 0.03f;                                ///< fine noise of the colour
    std::uint32_t seed = 0;
    /// Weave::Photograph: [printSide, printSide, 3] RGB that is printed on the cloth, mirrored at its borders, `period` metres a side;
    /// somebody else's memory.
    const std::uint8_t* print = nullptr;
    int printSide = 0;
};

/// The fabric at a place of the cloth (metres, y along the limb or the trunk, z to the front).
Surface fabricAt(const Fabric& fabric, const Eigen::Vector3f& place);

/// A colour as clothes have them: often black, white, grey, navy or khaki, else any hue.
Eigen::Vector3f drawClothColor(Random& random);

Fabric drawFabric(Random& random);

/// Prints a square photograph on the cloth, at a random size and place.
void printPhotograph(const std::uint8_t* pixels, int side, Random& random, Fabric& fabric);

/// RGB of hue in turns, saturation and value in [0,1].
Eigen::Vector3f colorFromHsv(double hue, double saturation, double value);

}  // namespace hmr
