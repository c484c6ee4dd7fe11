// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "body/types.h"

namespace hmr {

/// A found box and how sure the detector was of it.
struct ScoredBox {
    PixelBox box;
    double confidence = 1;
};

/// Boxes of one picture. `ignored` regions (crowds, people that are too small) count neither as misses nor as mistakes.
struct PictureBoxes {
    std::vector<ScoredBox> found;
    std::vector<PixelBox> wanted, ignored;
};

struct DetectorFigures {
    double averagePrecision = 0;  ///< at an overlap of 0.5, mean over 101 recalls (COCO)
    double recall = 0, precision = 0;  ///< of all boxes that the detector gives
};

/// Greedy matching by confidence at intersection over union 0.5.
DetectorFigures detectorFigures(const std::vector<PictureBoxes>& pictures);

}  // namespace hmr
