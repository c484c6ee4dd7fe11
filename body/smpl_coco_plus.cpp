// SPDX-License-Identifier: MIT
#include "body/smpl_coco_plus.h"

#include <array>
#include <vector>

#include "body/skeleton.h"

namespace hmr {
namespace {

/// SMPL joints that stand for the first 13 coco-plus joints (right ankle … neck).
constexpr std::array kJoints = {8, 5, 2, 1, 4, 7, 21, 19, 17, 16, 18, 20, 12};
/// Vertices for head top, nose, left eye, right eye, left ear, right ear.
using HeadVertices = std::array<int, 6>;
constexpr HeadVertices kSmplVertices = {411, 332, 2800, 6260, 583, 4071};  // head top of SMPLify, the face of smplx
static_assert(kJoints.size() + kSmplVertices.size() == kNumCocoPlusJoints);

using SparseRows = Eigen::SparseMatrix<float, Eigen::RowMajor>;

SparseRows regressorFrom(const SparseRows& jointRegressor, const HeadVertices& headVertices) {
    std::vector<Eigen::Triplet<float>> entries;
    int row = 0;
    for (const int joint : kJoints) {
        for (SparseRows::InnerIterator entry(jointRegressor, joint); entry; ++entry) {
            entries.emplace_back(row, static_cast<int>(entry.col()), entry.value());
        }
        ++row;
    }
    for (const int vertex : headVertices) entries.emplace_back(row++, vertex, 1.f);
    SparseRows regressor(kNumCocoPlusJoints, jointRegressor.cols());
    regressor.setFromTriplets(entries.begin(), entries.end());
    return regressor;
}

}  // namespace

SparseRows cocoPlusRegressorOfSmpl(const SparseRows& jointRegressor) { return regressorFrom(jointRegressor, kSmplVertices); }

SparseRows cocoPlusRegressorOfSmplX(const SparseRows& jointRegressor, const Points3f& templateVertices) {
    Eigen::Index highest = 0;
    templateVertices.col(1).maxCoeff(&highest);
    return regressorFrom(jointRegressor, {static_cast<int>(highest), 9120, 9448, 9929, 6, 616});
}

}  // namespace hmr
