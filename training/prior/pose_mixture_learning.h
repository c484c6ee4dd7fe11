// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "body/fitting/pose_mixture.h"
#include "training/prior/pose_prior.h"

namespace hmr {

struct MixtureOptions {
    int components = 8;
    int iterations = 40;
    double smallestDeviation = 0.08;  ///< radians added to every angle's spread: recordings hold collars and hands still
    std::uint64_t seed = 1;
};

/// A mixture of Gaussians over the prior's poses by expectation maximisation. Throws Error when there are too few poses.
PoseMixture learnPoseMixture(const PosePrior& prior, const MixtureOptions& options = {});

}  // namespace hmr
