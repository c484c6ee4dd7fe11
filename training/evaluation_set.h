// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "training/evaluation.h"
#include "training/sample.h"

namespace hmr {

/// Crops of a set that a network is judged on, ready for its recipe.
struct EvaluationSet {
    std::string name;        ///< the file
    std::string protocol;    ///< joints, box and thresholds in words
    std::vector<TrainingSample> samples;
    std::vector<double> boxSides;  ///< longer side of each person's box in crop coordinates (the crop is 2 wide)
};

/// Crops every annotated person, or draws the synthetic pictures of a seed file
/// {"kind": "synthetic", "seed": 7, "count": 1000}. Throws Error.
EvaluationSet openEvaluationSet(const EvaluationOptions& options, int size, double personShare);

}  // namespace hmr
