// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <cstdint>
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

/// What the shipped body can be judged by without the assets, at some vertices of the master.
struct BodyExamples {
    std::vector<std::uint32_t> shapeVertices;  ///< [S] evenly spaced
    Eigen::MatrixXf shapes;                    ///< [n,3S] metres: adults in the T-pose that the components have not seen
    std::vector<std::uint32_t> poseVertices;   ///< [P] of those that several joints move
    Eigen::MatrixXd poses;                     ///< [m,72] axis-angles that the pose blend shapes have not seen
    Eigen::MatrixXf posed;                     ///< [m,3P] metres: the mean body as the target skinning poses it
};

/// The body in two resolutions and what was measured while it was built ("name", value), in the order of building.
struct OpenBody {
    BodyModelData master, coarse;
    std::vector<std::pair<std::string, double>> figures;
    BodyExamples examples;
};

/// Derives an SMPL-format body from MakeHuman's figure: population, T-pose, principal components, joint regressor,
/// skin weights, pose blend shapes, labels and a coarser mesh. The same result each time. Throws Error for a figure
/// that lacks something.
OpenBody buildOpenBody(const MakeHumanFigure& figure, const OpenBodyOptions& options, const Progress& progress);

}  // namespace hmr
