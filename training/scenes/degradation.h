// SPDX-License-Identifier: MIT
#pragma once
#include "body/picture.h"
#include "training/random.h"
#include "training/scenes/backdrop.h"

namespace hmr {

/// Pastes things before the people: boxes, ellipses and bars, plain, patterned or cut from a photograph. `around` is the
/// person's box in pixels; labels under them become background.
void paintOccluders(const BackgroundSet* backgrounds, const std::vector<int>& choices, const PixelBox& around, Random& random,
                    Picture& picture, std::vector<std::uint8_t>* parts);

/// What lens, sensor and file do: colour cast, contrast, low resolution, blur, motion, noise, JPEG, grey.
/// `strength` 0 leaves the picture, 1 is the full range.
void degrade(Random& random, double strength, Picture& picture);

}  // namespace hmr
