// SPDX-License-Identifier: MIT
#pragma once
#include "body/construction/population.h"

namespace hmr {

/// The principal components of a population's bodies: body = mean + directions · betas, betas ~ N(0,1).
struct ShapeSpace {
    Eigen::VectorXd meanHalf;      ///< [3H] metres
    Eigen::MatrixXd directions;    ///< [3H,K] metres per standard deviation
    Eigen::VectorXd explained;     ///< [K] share of the variance up to and with each component
    Eigen::MatrixXd correlations;  ///< [K,P] of the betas with stature, body mass index, gender, age and muscle sliders
};

/// Area-weighted principal components of half bodies. `vertexWeights` [H] weighs the vertices of the half (a vertex
/// of the left stands for two). Signs: the first component grows, all others gain volume.
ShapeSpace fitShapeSpace(const Population& population, const Eigen::VectorXd& vertexWeights,
                         const HalfTriangles& triangles, int numComponents);

/// How well bodies that the components have not seen are reconstructed, millimetres.
struct ReconstructionError {
    double mean = 0;              ///< over vertices and bodies
    double areaWeightedMean = 0;  ///< with the vertices weighted by visible area
    double rms = 0, percentile99 = 0, worst = 0;
    double meanShapeAlone = 0;  ///< mean with all betas zero
};
ReconstructionError reconstructionError(const ShapeSpace& space, int numComponents, const Population& bodies,
                                        const Eigen::VectorXd& vertexWeights, const Symmetry& symmetry);

}  // namespace hmr
