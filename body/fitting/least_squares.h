// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <cmath>
#include <functional>
#include <stop_token>

namespace hmr {

/// Gathers the gradient Jᵀr and the curvature JᵀJ of a cost ½Σr² from groups of residuals.
class NormalEquations {
public:
    explicit NormalEquations(int numUnknowns)
        : curvature(Eigen::MatrixXd::Zero(numUnknowns, numUnknowns)), gradient(Eigen::VectorXd::Zero(numUnknowns)) {}

    /// Residuals that depend on the unknowns from `column` on; jacobian [residuals, unknowns].
    template <class Jacobian, class Residual>
    void add(int column, const Eigen::MatrixBase<Jacobian>& jacobian, const Eigen::MatrixBase<Residual>& residuals) {
        curvature.block(column, column, jacobian.cols(), jacobian.cols()).noalias() += jacobian.transpose() * jacobian;
        gradient.segment(column, jacobian.cols()).noalias() += jacobian.transpose() * residuals;
    }

    /// An unknown that must not move.
    void hold(int unknown) {
        curvature.row(unknown).setZero();
        curvature.col(unknown).setZero();
        curvature(unknown, unknown) = 1;
        gradient[unknown] = 0;
    }

    Eigen::MatrixXd curvature;
    Eigen::VectorXd gradient;
};

struct LeastSquaresOptions {
    int maxIterations = 50;
    double tolerance = 1e-5;  ///< ends when a step gains less than this share of the cost
    double damping = 1e-3;    ///< of the first step, relative to the curvature
    std::stop_token stop;
    std::function<void(double share)> onProgress;  ///< [0, 1], after each step
};

struct LeastSquaresReport {
    double firstCost = 0, lastCost = 0;
    int iterations = 0;
    bool wasStopped = false;
};

/// Levenberg-Marquardt. A Problem has `State`, `double cost(state, NormalEquations*)` (with null: the cost alone),
/// `int numUnknowns()` and `State moved(state, step)`. The state only ever gets better.
template <class Problem>
LeastSquaresReport minimize(const Problem& problem, typename Problem::State& state, const LeastSquaresOptions& options) {
    LeastSquaresReport report;
    NormalEquations equations(problem.numUnknowns());
    double cost = problem.cost(state, &equations), damping = options.damping;
    report.firstCost = cost;
    for (; report.iterations < options.maxIterations; ++report.iterations) {
        report.wasStopped = options.stop.stop_requested();
        if (report.wasStopped) break;
        Eigen::MatrixXd damped = equations.curvature;
        damped.diagonal() += damping * (equations.curvature.diagonal().array() + 1e-9).matrix();
        const Eigen::VectorXd step = damped.ldlt().solve(-equations.gradient);
        auto next = problem.moved(state, step);
        const double nextCost = problem.cost(next, nullptr);
        if (!(nextCost < cost)) {
            damping *= 8;
            if (damping > 1e8) break;
            continue;
        }
        const double gain = cost - nextCost;
        state = std::move(next);
        if (options.onProgress) options.onProgress((report.iterations + 1.0) / options.maxIterations);
        if (gain < options.tolerance * nextCost || nextCost < 1e-12) {
            cost = nextCost;
            ++report.iterations;
            break;
        }
        equations = NormalEquations(problem.numUnknowns());
        cost = problem.cost(state, &equations);
        damping = std::max(damping / 4, 1e-9);
    }
    report.lastCost = cost;
    return report;
}

}  // namespace hmr
