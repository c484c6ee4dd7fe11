// SPDX-License-Identifier: MIT
#include "body/metrics.h"

#include <Eigen/LU>
#include <Eigen/SVD>
#include <algorithm>
#include <cassert>

namespace hmr {

double meanPointError(const Points3d& predicted, const Points3d& truth) {
    assert(predicted.rows() == truth.rows());
    return predicted.rows() == 0 ? 0 : (predicted - truth).rowwise().norm().mean();
}

Points3d procrustesAligned(const Points3d& points, const Points3d& target) {
    assert(points.rows() == target.rows());
    const Eigen::RowVector3d pointsMean = points.colwise().mean(), targetMean = target.colwise().mean();
    const Points3d x = points.rowwise() - pointsMean, y = target.rowwise() - targetMean;
    const Eigen::Matrix3d covariance = x.transpose() * y;
    const Eigen::JacobiSVD<Eigen::Matrix3d> svd(covariance, Eigen::ComputeFullU | Eigen::ComputeFullV);
    const double sign = (svd.matrixV() * svd.matrixU().transpose()).determinant() < 0 ? -1 : 1;
    const Eigen::Matrix3d rotation =
        svd.matrixV() * Eigen::Vector3d(1, 1, sign).asDiagonal() * svd.matrixU().transpose();
    const double variance = x.squaredNorm();
    const double scale = variance > 0 ? (rotation * covariance).trace() / variance : 1;
    return (scale * x * rotation.transpose()).rowwise() + targetMean;
}

Points3d centredOn(const Points3d& points, std::span<const int> rootIndices) {
    Eigen::RowVector3d root = Eigen::RowVector3d::Zero();
    for (const int index : rootIndices) root += points.row(index);
    return points.rowwise() - root / static_cast<double>(rootIndices.size());
}

double shareBelow(std::span<const double> errors, double threshold) {
    if (errors.empty()) return 0;
    const auto count = std::count_if(errors.begin(), errors.end(), [=](double error) { return error < threshold; });
    return static_cast<double>(count) / static_cast<double>(errors.size());
}

double areaUnderCurve(std::span<const double> errors, double last) {
    constexpr int kNumThresholds = 31;
    double sum = 0;
    for (int i = 0; i < kNumThresholds; ++i) sum += shareBelow(errors, last * i / (kNumThresholds - 1));
    return sum / kNumThresholds;
}

}  // namespace hmr
