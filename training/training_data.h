// SPDX-License-Identifier: MIT
#pragma once
#include "training/trainer.h"

namespace hmr {

/// Opens the body, the prior and the pictures that a configuration names; threads share what was read.
/// Throws Error for what is missing or damaged.
TrainingData openTrainingData(const TrainingConfig& config);

}  // namespace hmr
