// SPDX-License-Identifier: MIT
#include "training/prior/pose_mixture_learning.h"

#include <Eigen/Cholesky>
#include <cmath>
#include <limits>
#include <random>

#include "body/error.h"

namespace hmr {
namespace {

/// Each pose's share of each component [N,K], and the mean log likelihood but for a constant.
double expect(const Eigen::MatrixXd& poses, const PoseMixture& mixture, Eigen::MatrixXd& shares) {
    for (Eigen::Index k = 0; k < shares.cols(); ++k) {
        const auto& [weight, mean, whitener] = mixture.components[static_cast<std::size_t>(k)];
        const Eigen::MatrixXd whitened = whitener.triangularView<Eigen::Lower>() * (poses.rowwise() - mean.transpose()).transpose();
        const double volume = std::log(weight) + whitener.diagonal().array().log().sum();
        shares.col(k) = (volume - 0.5 * whitened.colwise().squaredNorm().array()).transpose();
    }
    const Eigen::VectorXd largest = shares.rowwise().maxCoeff();
    shares = (shares.colwise() - largest).array().exp();
    const Eigen::VectorXd sums = shares.rowwise().sum();
    shares.array().colwise() /= sums.array();
    return (largest.array() + sums.array().log()).mean();
}

void maximize(const Eigen::MatrixXd& poses, const Eigen::MatrixXd& shares, double smallestDeviation, PoseMixture& mixture) {
    for (Eigen::Index k = 0; k < shares.cols(); ++k) {
        auto& component = mixture.components[static_cast<std::size_t>(k)];
        const double count = shares.col(k).sum() + 1e-9;
        component.weight = count / static_cast<double>(poses.rows());
        component.mean = poses.transpose() * shares.col(k) / count;
        const Eigen::MatrixXd centred = poses.rowwise() - component.mean.transpose();
        Eigen::MatrixXd covariance = centred.transpose() * shares.col(k).asDiagonal() * centred / count;
        covariance.diagonal().array() += smallestDeviation * smallestDeviation;
        component.whitener = covariance.llt().matrixL().solve(Eigen::MatrixXd::Identity(covariance.rows(), covariance.cols()));
    }
}

}  // namespace

PoseMixture learnPoseMixture(const PosePrior& prior, const MixtureOptions& options) {
    if (options.components < 1 || prior.size() < 20 * options.components) {
        throw Error("A mixture of " + std::to_string(options.components) + " components needs at least " +
                    std::to_string(20 * std::max(1, options.components)) + " poses; the prior has " + std::to_string(prior.size()) + ".");
    }
    const Eigen::MatrixXd poses = prior.poses.rightCols(kNumPoseAngles).cast<double>();
    PoseMixture mixture;
    mixture.components.resize(static_cast<std::size_t>(options.components));
    // Begin with each pose in the component whose seed pose is nearest.
    std::mt19937_64 generator(options.seed);
    Eigen::MatrixXd shares = Eigen::MatrixXd::Zero(poses.rows(), options.components), seeds(options.components, kNumPoseAngles);
    for (int k = 0; k < options.components; ++k) {
        seeds.row(k) = poses.row(static_cast<Eigen::Index>(generator() % static_cast<std::uint64_t>(poses.rows())));
    }
    for (Eigen::Index row = 0; row < poses.rows(); ++row) {
        Eigen::Index nearest;
        (seeds.rowwise() - poses.row(row)).rowwise().squaredNorm().minCoeff(&nearest);
        shares(row, nearest) = 1;
    }
    double likelihood = -std::numeric_limits<double>::infinity();
    for (int iteration = 0; iteration < options.iterations; ++iteration) {
        maximize(poses, shares, options.smallestDeviation, mixture);
        const double next = expect(poses, mixture, shares);
        if (std::abs(next - likelihood) < 1e-5) break;
        likelihood = next;
    }
    return mixture;
}

}  // namespace hmr
