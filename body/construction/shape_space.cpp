// SPDX-License-Identifier: MIT
#include "body/construction/shape_space.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "body/construction/random_source.h"

namespace hmr {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// The weight of each coordinate [3H], square-rooted, as it multiplies rows before their product.
VectorXd coordinateScales(const VectorXd& vertexWeights) {
    VectorXd scales(3 * vertexWeights.size());
    for (Eigen::Index h = 0; h < vertexWeights.size(); ++h)
        scales.segment<3>(3 * h).setConstant(std::sqrt(vertexWeights[h]));
    return scales / std::sqrt(vertexWeights.sum());
}

/// Products of all pairs of weighted, centred bodies [n,n].
MatrixXd gramMatrix(const Population& population, const VectorXd& mean, const VectorXd& scales) {
    const Eigen::Index count = population.halves.rows(), size = population.halves.cols(), chunk = 768;
    MatrixXd gram = MatrixXd::Zero(count, count);
    Eigen::MatrixXf product(count, count);
    for (Eigen::Index first = 0; first < size; first += chunk) {
        const Eigen::Index width = std::min(chunk, size - first);
        const Eigen::MatrixXf block = (population.halves.middleCols(first, width).cast<double>().rowwise() -
                                       mean.segment(first, width).transpose())
                                          .cast<float>() *
                                      scales.segment(first, width).cast<float>().asDiagonal();
        product.setZero();
        product.selfadjointView<Eigen::Lower>().rankUpdate(block);
        gram += product.cast<double>();
    }
    return gram.selfadjointView<Eigen::Lower>();
}

/// The largest eigenvalues and vectors of a symmetric matrix by subspace iteration, descending.
void largestEigenpairs(const MatrixXd& matrix, int wanted, VectorXd& values, MatrixXd& vectors) {
    RandomSource random(7);
    MatrixXd basis(matrix.rows(), 2 * wanted);
    for (double& entry : basis.reshaped()) entry = random.normal(0, 1);
    for (int iteration = 0; iteration < 60; ++iteration) {
        const MatrixXd product = matrix * basis;
        basis =
            Eigen::HouseholderQR<MatrixXd>(product).householderQ() * MatrixXd::Identity(matrix.rows(), basis.cols());
    }
    const MatrixXd small = basis.transpose() * (matrix * basis);
    const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(0.5 * (small + small.transpose()));
    values = solver.eigenvalues().reverse().head(wanted);
    vectors = (basis * solver.eigenvectors()).rowwise().reverse().leftCols(wanted);
}

double volumeGain(const VectorXd& mean, const VectorXd& direction, const HalfTriangles& triangles) {
    const Eigen::VectorXf more = (mean + direction).cast<float>(), less = (mean - direction).cast<float>();
    return symmetricVolume(more, triangles) - symmetricVolume(less, triangles);
}

double staturesGain(const VectorXd& mean, const VectorXd& direction) {
    const Eigen::VectorXf more = (mean + direction).cast<float>(), less = (mean - direction).cast<float>();
    return statureOf(more) - statureOf(less);
}

double correlation(const VectorXd& a, const VectorXd& b) {
    const VectorXd x = a.array() - a.mean(), y = b.array() - b.mean();
    return x.dot(y) / (x.norm() * y.norm());
}

MatrixXd correlationsOf(const MatrixXd& betas, const Population& population) {
    MatrixXd traits(betas.rows(), 5);
    traits.col(0) = population.statures;
    traits.col(1) = population.bodyMassIndices;
    for (Eigen::Index n = 0; n < betas.rows(); ++n)
        traits.row(n).tail<3>() << population.sliders[n].gender, population.sliders[n].age,
            population.sliders[n].muscle;
    MatrixXd result(betas.cols(), traits.cols());
    for (Eigen::Index k = 0; k < betas.cols(); ++k)
        for (Eigen::Index p = 0; p < traits.cols(); ++p) result(k, p) = correlation(betas.col(k), traits.col(p));
    return result;
}

}  // namespace

ShapeSpace fitShapeSpace(const Population& population, const VectorXd& vertexWeights, const HalfTriangles& triangles,
                         int numComponents) {
    const auto count = static_cast<double>(population.halves.rows());
    ShapeSpace space;
    space.meanHalf = VectorXd::Zero(population.halves.cols());
    for (Eigen::Index n = 0; n < population.halves.rows(); ++n)
        space.meanHalf += population.halves.row(n).transpose().cast<double>();
    space.meanHalf /= count;
    const MatrixXd gram = gramMatrix(population, space.meanHalf, coordinateScales(vertexWeights));
    VectorXd values;
    MatrixXd vectors;
    largestEigenpairs(gram, numComponents, values, vectors);
    space.explained.resize(numComponents);
    for (int k = 0; k < numComponents; ++k) space.explained[k] = values.head(k + 1).sum() / gram.trace();

    space.directions.resize(space.meanHalf.size(), numComponents);
    for (int k = 0; k < numComponents; ++k) {
        VectorXd direction = VectorXd::Zero(space.meanHalf.size());
        for (Eigen::Index n = 0; n < population.halves.rows(); ++n)
            direction += vectors(n, k) * population.halves.row(n).transpose().cast<double>();
        direction -= vectors.col(k).sum() * space.meanHalf;
        direction /= std::sqrt(count - 1);
        const double gain =
            k == 0 ? staturesGain(space.meanHalf, direction) : volumeGain(space.meanHalf, direction, triangles);
        if (gain < 0) {
            direction = -direction;
            vectors.col(k) = -vectors.col(k);
        }
        space.directions.col(k) = direction;
    }
    space.correlations = correlationsOf(vectors, population);
    return space;
}

ReconstructionError reconstructionError(const ShapeSpace& space, int numComponents, const Population& bodies,
                                        const VectorXd& vertexWeights, const Symmetry& symmetry) {
    const VectorXd scales = coordinateScales(vertexWeights);
    const MatrixXd basis = space.directions.leftCols(numComponents);
    const MatrixXd weighted = scales.cwiseAbs2().asDiagonal() * basis;
    const Eigen::LDLT<MatrixXd> solver(basis.transpose() * weighted);
    ReconstructionError error;
    std::vector<double> distances;
    double count = 0, areaSum = 0;
    for (Eigen::Index n = 0; n < bodies.halves.rows(); ++n) {
        const VectorXd offset = bodies.halves.row(n).transpose().cast<double>() - space.meanHalf;
        const VectorXd betas = solver.solve(weighted.transpose() * offset);
        const VectorXd rest = offset - basis * betas;
        for (int h = 0; h < symmetry.numHalf(); ++h) {
            const double copies = symmetry.isMiddle(symmetry.half()[h]) ? 1 : 2;
            const double distance = 1000 * rest.segment<3>(3 * h).norm();
            distances.push_back(distance);
            error.mean += copies * distance;
            error.rms += copies * distance * distance;
            error.meanShapeAlone += copies * 1000 * offset.segment<3>(3 * h).norm();
            error.areaWeightedMean += vertexWeights[h] * distance;
            count += copies;
        }
        areaSum += vertexWeights.sum();
    }
    error.mean /= count;
    error.rms = std::sqrt(error.rms / count);
    error.meanShapeAlone /= count;
    error.areaWeightedMean /= areaSum;
    error.worst = *std::max_element(distances.begin(), distances.end());
    const auto place = distances.begin() + static_cast<std::ptrdiff_t>(0.99 * static_cast<double>(distances.size()));
    std::nth_element(distances.begin(), place, distances.end());
    error.percentile99 = *place;
    return error;
}

}  // namespace hmr
