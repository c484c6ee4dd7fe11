// SPDX-License-Identifier: MIT
#include "body/smpl_coco_plus.h"

#include <array>
#include <vector>

#include "body/skeleton.h"

namespace hmr {
namespace {

/// SMPL joints that stand for the first 13 coco-plus joints (right ankle … neck).
constexpr std::array kJoints = {8, 5, 2, 1, 4, 7, 21, 19, 17, 16, 18, 20, 12};
/// Vertices of SMPL's mesh for head top (SMPLify), nose, left eye, right eye, left ear, right ear (smplx).
constexpr std::array kVertices = {411, 332, 2800, 6260, 583, 4071};
static_assert(kJoints.size() + kVertices.size() == kNumCocoPlusJoints);

}  // namespace

Eigen::SparseMatrix<float, Eigen::RowMajor> cocoPlusRegressorOfSmpl(
    const Eigen::SparseMatrix<float, Eigen::RowMajor>& jointRegressor) {
    using SparseRows = Eigen::SparseMatrix<float, Eigen::RowMajor>;
    std::vector<Eigen::Triplet<float>> entries;
    int row = 0;
    for (const int joint : kJoints) {
        for (SparseRows::InnerIterator entry(jointRegressor, joint); entry; ++entry) {
            entries.emplace_back(row, static_cast<int>(entry.col()), entry.value());
        }
        ++row;
    }
    for (const int vertex : kVertices) entries.emplace_back(row++, vertex, 1.f);
    SparseRows regressor(kNumCocoPlusJoints, jointRegressor.cols());
    regressor.setFromTriplets(entries.begin(), entries.end());
    return regressor;
}

}  // namespace hmr
