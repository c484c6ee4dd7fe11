// SPDX-License-Identifier: MIT
#include "body/construction/point_regressor.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>

#include "body/error.h"
#include "body/skeleton.h"

namespace hmr {
namespace {

using Eigen::MatrixXd;
using Eigen::Vector3d;
using Eigen::VectorXd;

constexpr std::size_t kMostCandidates = 420;
constexpr double kSmallestWeight = 1e-3;
constexpr double kWeightGrid = 1 << 20;

double candidateRadius(int joint) {
    const std::string name(kSmplJointNames[joint]);
    const auto ends = [&](std::string_view end) { return name.ends_with(end); };
    if (name == "spine3") return 0.28;
    if (name == "spine1" || name == "spine2") return 0.25;
    if (name == "pelvis" || ends("hip")) return 0.22;
    if (name == "neck" || ends("collar")) return 0.20;
    if (name == "head" || ends("shoulder")) return 0.16;
    return 0.13;
}

/// Solves the unconstrained problem on the passive set.
VectorXd solveOn(const std::vector<int>& passive, const MatrixXd& gram, const VectorXd& rightSide) {
    return gram(passive, passive).ldlt().solve(rightSide(passive));
}

/// Drops tiny weights and rounds to a grid on which the row sums to exactly 1.
RegressorRow cleaned(std::map<std::uint32_t, double> weights, bool isCentral, const Symmetry& symmetry) {
    double sum = 0;
    for (auto it = weights.begin(); it != weights.end();)
        it = it->second < kSmallestWeight / (isCentral ? 2 : 1) ? weights.erase(it) : std::next(it);
    for (const auto& [vertex, weight] : weights) sum += weight;
    double rest = 1;
    for (auto& [vertex, weight] : weights) {
        weight = std::round(weight / sum * kWeightGrid) / kWeightGrid;
        rest -= weight;
    }
    const auto largest = std::max_element(weights.begin(), weights.end(), [](const auto& a, const auto& b) {
                             return a.second < b.second;
                         })->first;
    if (isCentral && !symmetry.isMiddle(largest)) {
        weights[largest] += rest / 2;
        weights[symmetry.mirror()[largest]] += rest / 2;
    } else {
        weights[largest] += rest;
    }
    return {weights.begin(), weights.end()};
}

}  // namespace

VectorXd nonNegativeLeastSquares(const MatrixXd& gram, const VectorXd& rightSide) {
    const auto size = static_cast<int>(gram.rows());
    const double tolerance = 1e-10 * rightSide.cwiseAbs().maxCoeff();
    VectorXd x = VectorXd::Zero(size);
    std::vector<int> passive;
    for (int iteration = 0; iteration < 3 * size; ++iteration) {
        const VectorXd gradient = rightSide - gram * x;
        int best = -1;
        for (int k = 0; k < size; ++k) {
            const bool isPassive = std::find(passive.begin(), passive.end(), k) != passive.end();
            if (!isPassive && gradient[k] > tolerance && (best < 0 || gradient[k] > gradient[best])) best = k;
        }
        if (best < 0) break;
        passive.push_back(best);
        for (;;) {
            const VectorXd wanted = solveOn(passive, gram, rightSide);
            double step = 1;
            for (std::size_t p = 0; p < passive.size(); ++p)
                if (wanted[p] <= 0) step = std::min(step, x[passive[p]] / (x[passive[p]] - wanted[p]));
            for (std::size_t p = 0; p < passive.size(); ++p) x[passive[p]] += step * (wanted[p] - x[passive[p]]);
            if (wanted.minCoeff() > 0) break;
            std::erase_if(passive, [&](int k) {
                if (x[k] > 1e-14) return false;
                x[k] = 0;
                return true;
            });
            if (passive.empty()) break;
        }
    }
    return x;
}

std::vector<std::uint32_t> spreadCandidates(const Points3d& vertices, const Vector3d& point, double radius,
                                            const std::vector<bool>& isAllowed) {
    std::vector<std::uint32_t> near;
    for (std::uint32_t v = 0; v < isAllowed.size(); ++v)
        if (isAllowed[v] && (vertices.row(v).transpose() - point).norm() < radius) near.push_back(v);
    if (near.size() <= kMostCandidates) return near;
    VectorXd distance = VectorXd::Constant(static_cast<Eigen::Index>(near.size()), 1e9);
    std::set<std::uint32_t> chosen;
    Eigen::Index next = 0;
    while (chosen.size() < kMostCandidates) {  // farthest point sampling
        chosen.insert(near[next]);
        for (std::size_t k = 0; k < near.size(); ++k)
            distance[k] = std::min(distance[k], (vertices.row(near[k]) - vertices.row(near[next])).norm());
        distance.maxCoeff(&next);
    }
    return {chosen.begin(), chosen.end()};
}

RegressorRow fitRegressorRow(const ExampleBodies& bodies, const Points3d& targets,
                             const std::vector<std::uint32_t>& candidates, bool isCentral, const Symmetry& symmetry) {
    if (candidates.empty())
        throw Error("No vertex of the skin lies near enough to one of the joints to give its place.");
    std::vector<std::uint32_t> vertices;
    for (const std::uint32_t v : candidates) vertices.push_back(isCentral ? std::min(v, symmetry.mirror()[v]) : v);
    std::sort(vertices.begin(), vertices.end());
    vertices.erase(std::unique(vertices.begin(), vertices.end()), vertices.end());
    const auto count = bodies.rows();
    MatrixXd offsets(3 * count, static_cast<Eigen::Index>(vertices.size()));  // from the target
    for (std::size_t k = 0; k < vertices.size(); ++k)
        for (Eigen::Index n = 0; n < count; ++n)
            for (int c = 0; c < 3; ++c) {
                double at = bodies(n, 3 * vertices[k] + c);
                if (isCentral) at = 0.5 * (at + bodies(n, 3 * symmetry.mirror()[vertices[k]] + c));
                offsets(3 * n + c, static_cast<Eigen::Index>(k)) = at - targets(n, c);
            }
    // Weights that sum to 1 and bring the mean offset to zero: |offsets w|² with a heavy row of ones.
    const double heavy = 0.75 * static_cast<double>(count);
    MatrixXd gram = offsets.transpose() * offsets;
    gram.array() += heavy;
    gram.diagonal().array() += 1e-9 * static_cast<double>(count);
    const VectorXd solution = nonNegativeLeastSquares(gram, VectorXd::Constant(gram.rows(), heavy));
    std::map<std::uint32_t, double> weights;
    for (std::size_t k = 0; k < vertices.size(); ++k) {
        if (solution[k] <= 0) continue;
        if (isCentral) {
            weights[vertices[k]] += solution[k] / 2;
            weights[symmetry.mirror()[vertices[k]]] += solution[k] / 2;
        } else {
            weights[vertices[k]] += solution[k];
        }
    }
    return cleaned(std::move(weights), isCentral, symmetry);
}

RegressorRow mirroredRow(const RegressorRow& row, const Symmetry& symmetry) {
    RegressorRow result;
    for (const auto& [vertex, weight] : row) result.emplace_back(symmetry.mirror()[vertex], weight);
    std::sort(result.begin(), result.end());
    return result;
}

std::vector<std::vector<std::uint32_t>> jointCandidates(const Points3d& vertices, const Points3d& joints,
                                                        const SkinWeights& weights,
                                                        const std::vector<bool>& isAllowed) {
    std::vector<std::vector<std::uint32_t>> result;
    for (int j = 0; j < kNumSmplJoints; ++j) {
        std::set<int> related{j, std::max(0, kSmplParents[j])};
        const bool isHip = kSmplJointNames[j].ends_with("hip");
        for (int k = 0; k < kNumSmplJoints; ++k)
            if (kSmplParents[k] == j && !isHip) related.insert(k);
        std::vector<bool> isCandidate = isAllowed;
        for (int v = 0; v < weights.rows(); ++v) {
            double sum = 0;
            for (SkinWeights::InnerIterator it(weights, v); it; ++it)
                if (related.contains(static_cast<int>(it.col()))) sum += it.value();
            if (sum <= 0.3) isCandidate[v] = false;
        }
        result.push_back(spreadCandidates(vertices, joints.row(j).transpose(), candidateRadius(j), isCandidate));
    }
    return result;
}

std::vector<RegressorRow> fitJointRows(const ExampleBodies& bodies, const std::vector<Points3d>& targets,
                                       const std::vector<std::vector<std::uint32_t>>& candidates,
                                       const Symmetry& symmetry) {
    std::vector<RegressorRow> rows(kNumSmplJoints);
    for (int j = 0; j < kNumSmplJoints; ++j) {
        if (kSmplFlip[j] < j) {
            rows[j] = mirroredRow(rows[kSmplFlip[j]], symmetry);
            continue;
        }
        Points3d points(bodies.rows(), 3);
        for (Eigen::Index n = 0; n < bodies.rows(); ++n) points.row(n) = targets[n].row(j);
        rows[j] = fitRegressorRow(bodies, points, candidates[j], kSmplFlip[j] == j, symmetry);
    }
    return rows;
}

Vector3d regress(const RegressorRow& row, const float* body) {
    Vector3d point = Vector3d::Zero();
    for (const auto& [vertex, weight] : row)
        point += weight * Eigen::Map<const Eigen::Vector3f>(body + 3 * vertex).cast<double>();
    return point;
}

}  // namespace hmr
