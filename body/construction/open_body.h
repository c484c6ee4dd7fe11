// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "body/body_model.h"
#include "body/construction/population.h"

namespace hmr {

/// How the open body is built; the defaults are those of the shipped files.
struct OpenBodyOptions {
    int numBodies = 2000;     ///< adults whose shapes are learnt
    int numTestBodies = 400;  ///< adults that judge the shape space
    int numPoses = 1600;      ///< poses that the pose blend shapes are learnt from
    std::uint64_t seed = 1;
    int numCoarseVertices = 6890;  ///< SMPL's
};

/// The body in two resolutions and what was measured while it was built ("name", value), in the order of building.
struct OpenBody {
    BodyModelData master, coarse;
    std::vector<std::pair<std::string, double>> figures;
};

/// Derives an SMPL-format body from MakeHuman's figure: population, T-pose, principal components, joint regressor,
/// skin weights, pose blend shapes, labels and a coarser mesh. The same result each time. Throws Error for a figure
/// that lacks something.
OpenBody buildOpenBody(const MakeHumanFigure& figure, const OpenBodyOptions& options, const Progress& progress);

}  // namespace hmr
