// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "body/types.h"

namespace hmr {

/// A found box and how sure the finder was of it.
struct Detection {
    PixelBox box;
    double confidence = 1;  ///< [0, 1]
};

/// Boxes of one picture. `ignored` regions (crowds, people that are too small) count neither as misses nor as mistakes.
struct PictureBoxes {
    std::vector<Detection> found;
    std::vector<PixelBox> wanted, ignored;
};

struct DetectorFigures {
    double averagePrecision = 0;       ///< at an overlap of 0.5, mean over 101 recalls (COCO)
    double recall = 0, precision = 0;  ///< of all boxes that are given
};

/// Area of what two boxes share over the area of what they cover together, [0, 1].
double intersectionOverUnion(const PixelBox& a, const PixelBox& b);

/// Greedy non-maximum suppression by intersection over union: most confident first, those that a kept one overlaps are left out.
std::vector<Detection> suppressOverlaps(std::vector<Detection> boxes, double maxOverlap);

/// Greedy matching by confidence at intersection over union 0.5.
DetectorFigures detectorFigures(const std::vector<PictureBoxes>& pictures);

/// Which of the wanted boxes are found by that matching, in their order.
std::vector<bool> foundAmongWanted(const PictureBoxes& picture);

}  // namespace hmr
