// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "body/picture.h"
#include "training/datasets/annotations.h"

namespace hmr {

/// What is odd about annotated people, one sentence each: joints far outside the picture, tiny boxes, few joints,
/// pictures that cannot be read.
std::vector<std::string> datasetProblems(const std::vector<AnnotatedPerson>& people);

/// Crops of evenly spaced people with their joints.
Picture datasetSheet(const std::vector<AnnotatedPerson>& people, int most, int columns);

}  // namespace hmr
