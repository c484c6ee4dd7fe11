// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "network/detector_model.h"
#include "network/detector_network.h"

namespace hmr {

/// The peaks of one picture's heat map, none weaker than `leastConfidence`, with their boxes in pixels.
std::vector<Detection> boxesFrom(const DetectorMaps& maps, std::int64_t picture, double leastConfidence);

}  // namespace hmr
