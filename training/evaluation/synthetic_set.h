// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "training/evaluation/evaluation_set.h"

namespace hmr {

/// The synthetic pictures that the options ask for; null when they ask for a folder or file of annotations. Throws Error.
std::unique_ptr<EvaluationSet> openSyntheticSet(const EvaluationOptions& options, int size, double personShare);

}  // namespace hmr
