// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "body/construction/macro_space.h"
#include "body/construction/skinning.h"

namespace hmr {

/// Tells the person who waits what is being done.
using Progress = std::function<void(const std::string&)>;

/// Triangles of the half mesh, as rows of the half; the other half is its mirror image.
using HalfTriangles = Triangles;

/// Bodies of adults in the T-pose, pelvis at the origin, metres.
struct Population {
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> halves;  ///< [n,3H]
    std::vector<Points3d> joints;                                                  ///< [24,3] each
    std::vector<MacroSliders> sliders;
    Eigen::VectorXd statures;         ///< metres
    Eigen::VectorXd bodyMassIndices;  ///< kg/m²
};

/// Volume (m³) of the closed symmetric body whose half is given, flat [3H].
double symmetricVolume(const Eigen::VectorXf& half, const HalfTriangles& triangles);

/// Height (m) between the highest and the lowest vertex of a flat half [3H].
double statureOf(const Eigen::VectorXf& half);

/// Draws adults of both sexes, all ages and origins with the statures and body mass indices of today's adults
/// (men 175.5 ± 7.5 cm, women 162.5 ± 7 cm; mean index about 26): the height and weight sliders are solved for.
Population samplePopulation(const MacroSpace& space, const SkinWeights& halfWeights, const HalfTriangles& triangles,
                            int count, std::uint64_t seed, const Progress& progress);

}  // namespace hmr
