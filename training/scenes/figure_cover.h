// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <vector>

#include "body/types.h"
#include "training/datasets/annotations.h"

namespace hmr {

/// How a figure is cut out along its limbs.
struct FigureCut {
    double thickness = 1;  ///< of limbs and trunk, relative to a usual person's
    double softness = 1;   ///< pixels over which the cover falls from one to nothing
};

/// How much of each pixel, [height,width] of [0,1], a person of usual build with these joints covers: limbs, trunk, head, hands and feet drawn
/// round the 14 LSP joints (the others are not read). Limbs whose joints are not known are missing. Nothing when fewer
/// than `leastJoints` are known or the person is less than 8 pixels tall.
std::optional<std::vector<float>> coverOfFigure(const Keypoints& keypoints, int width, int height, const FigureCut& cut, int leastJoints);

/// The box of what is covered by more than half; nothing where nothing is.
std::optional<PixelBox> boxOfCover(const std::vector<float>& cover, int width, int height);

}  // namespace hmr
