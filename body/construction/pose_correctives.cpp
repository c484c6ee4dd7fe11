// SPDX-License-Identifier: MIT
#include "body/construction/pose_correctives.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <set>
#include <string_view>

#include "body/construction/mesh.h"
#include "body/skeleton.h"

namespace hmr {
namespace {

using Eigen::Matrix3d;
using Eigen::MatrixXd;
using Eigen::MatrixXf;
using Eigen::Vector3d;
using Eigen::VectorXd;

constexpr int kNumFeatures = 9 * (kNumSmplJoints - 1);
constexpr double kSmallestCoefficient = 5e-5;
constexpr double kCoefficientGrid = 1 << 20;

struct Range {
    double low, high;
};
using Limits = std::array<Range, 3>;  // degrees about x, y, z; of the left limb

const Limits& limitsOf(int joint) {
    static const std::map<std::string_view, Limits> limits = {
        {"pelvis", {{{0, 0}, {0, 0}, {0, 0}}}},          {"hip", {{{-120, 30}, {-35, 35}, {-20, 50}}}},
        {"knee", {{{0, 140}, {-8, 8}, {-6, 6}}}},        {"ankle", {{{-25, 45}, {-20, 20}, {-20, 20}}}},
        {"foot", {{{-35, 20}, {-5, 5}, {-5, 5}}}},       {"spine1", {{{-15, 30}, {-18, 18}, {-15, 15}}}},
        {"spine2", {{{-15, 25}, {-18, 18}, {-12, 12}}}}, {"spine3", {{{-12, 18}, {-15, 15}, {-10, 10}}}},
        {"neck", {{{-25, 30}, {-35, 35}, {-20, 20}}}},   {"head", {{{-25, 25}, {-35, 35}, {-18, 18}}}},
        {"collar", {{{-10, 10}, {-15, 15}, {-10, 25}}}}, {"shoulder", {{{-70, 70}, {-110, 40}, {-80, 70}}}},
        {"elbow", {{{-60, 60}, {-145, 5}, {-6, 6}}}},    {"wrist", {{{-25, 25}, {-35, 35}, {-60, 60}}}},
        {"hand", {{{-10, 10}, {-10, 10}, {-80, 15}}}}};
    std::string_view name = kSmplJointNames[joint];
    if (const auto split = name.find('_'); split != std::string_view::npos) name.remove_prefix(split + 1);
    return limits.at(name);
}

/// The joints on the tree's paths between a vertex's joints, the common ancestors left out: only their rotations
/// change how its parts lie to each other.
std::vector<int> mattering(const std::vector<int>& joints) {
    std::map<int, std::size_t> visits;
    for (int j : joints)
        for (; j >= 0; j = kSmplParents[j]) ++visits[j];
    std::vector<int> result;
    for (const auto& [joint, count] : visits)
        if (count < joints.size() && joint > 0) result.push_back(joint);
    return result;
}

std::vector<int> jointsOf(const SkinWeights& weights, int row) {
    std::vector<int> joints;
    for (SkinWeights::InnerIterator it(weights, row); it; ++it) joints.push_back(static_cast<int>(it.col()));
    return joints;
}

/// The rows of a skin that more than one joint moves.
struct BlendedRows {
    std::vector<int> rows;
    Points3d points;
    SkinWeights weights;
    VectorXd shares;

    explicit BlendedRows(const SkinToFit& skin) {
        for (int h = 0; h < skin.halfWeights.rows(); ++h)
            if (jointsOf(skin.halfWeights, h).size() > 1) rows.push_back(h);
        points.resize(static_cast<Eigen::Index>(rows.size()), 3);
        shares.resize(points.rows());
        std::vector<Eigen::Triplet<double>> entries;
        for (std::size_t r = 0; r < rows.size(); ++r) {
            points.row(r) = skin.halfSkin.row(rows[r]);
            shares[r] = skin.shares[rows[r]];
            for (SkinWeights::InnerIterator it(skin.halfWeights, rows[r]); it; ++it)
                entries.emplace_back(static_cast<int>(r), static_cast<int>(it.col()), it.value());
        }
        weights.resize(points.rows(), kNumSmplJoints);
        weights.setFromTriplets(entries.begin(), entries.end());
    }
};

/// Where coefficient (c, feature) of a vertex goes in its mirror image, and with which sign: R' = F R F, F =
/// diag(−1,1,1).
std::pair<int, float> mirroredFeature(int coordinate, int feature) {
    const int joint = feature / 9 + 1, a = feature / 3 % 3, b = feature % 3;
    const int negations = (coordinate == 0) + (a == 0) + (b == 0);
    return {9 * (kSmplFlip[joint] - 1) + 3 * a + b, negations % 2 == 0 ? 1.0f : -1.0f};
}

Eigen::Matrix<float, 3, Eigen::Dynamic> mirroredRows(const Eigen::Matrix<float, 3, Eigen::Dynamic>& rows) {
    Eigen::Matrix<float, 3, Eigen::Dynamic> result(3, rows.cols());
    for (int c = 0; c < 3; ++c)
        for (int f = 0; f < rows.cols(); ++f) {
            const auto [to, sign] = mirroredFeature(c, f);
            result(c, to) = sign * rows(c, f) + 0.0f;  // no negative zeros
        }
    return result;
}

}  // namespace

std::vector<Matrix3d> randomPose(RandomSource& random) {
    std::vector<Matrix3d> rotations(kNumSmplJoints, Matrix3d::Identity());
    for (int j = 0; j < kNumSmplJoints; ++j) {
        if (random.chance(0.15)) continue;
        Vector3d angles = Vector3d::Zero();
        const Limits& limits = limitsOf(j);
        for (int axis = 0; axis < 3; ++axis) {
            const auto [low, high] = limits[axis];
            if (high <= low) continue;
            angles[axis] = random.chance(0.5) ? random.triangular(low, std::clamp(0.0, low, high), high)
                                              : random.uniform(low, high);
        }
        if (kSmplFlip[j] < j) angles.tail<2>() *= -1;
        angles *= std::numbers::pi / 180;
        rotations[j] =
            (Eigen::AngleAxisd(angles.z(), Vector3d::UnitZ()) * Eigen::AngleAxisd(angles.y(), Vector3d::UnitY()) *
             Eigen::AngleAxisd(angles.x(), Vector3d::UnitX()))
                .toRotationMatrix();
    }
    return rotations;
}

VectorXd poseFeatures(const std::vector<Matrix3d>& localRotations) {
    VectorXd features(kNumFeatures);
    for (int j = 1; j < kNumSmplJoints; ++j)
        for (int a = 0; a < 3; ++a)
            for (int b = 0; b < 3; ++b) features[9 * (j - 1) + 3 * a + b] = localRotations[j](a, b) - (a == b);
    return features;
}

TargetSkinning::TargetSkinning(const SkinWeights& weights, const Triangles& triangles) {
    VectorXd isShoulder = VectorXd::Zero(weights.rows());
    const std::set<int> shoulderJoints{13, 14, 16, 17};
    for (int v = 0; v < weights.rows(); ++v) {
        double shoulder = 0, largest = 0;
        for (SkinWeights::InnerIterator it(weights, v); it; ++it) {
            if (shoulderJoints.contains(static_cast<int>(it.col()))) shoulder = std::max(shoulder, it.value());
            largest = std::max(largest, it.value());
        }
        isShoulder[v] = shoulder > 0.02 && largest < 0.999 ? 1 : 0;
    }
    const auto edges = edgesOf(triangles);
    VectorXd degrees = VectorXd::Zero(weights.rows());
    for (const auto& [a, b] : edges) degrees[a] += 1, degrees[b] += 1;
    for (int step = 0; step < 6; ++step) {
        VectorXd sums = VectorXd::Zero(weights.rows());
        for (const auto& [a, b] : edges) {
            sums[a] += isShoulder[b];
            sums[b] += isShoulder[a];
        }
        isShoulder = 0.5 * (isShoulder + sums.cwiseQuotient(degrees));
    }
    shares_ = 1 - 0.6 * isShoulder.array().min(1).max(0);
}

Points3d TargetSkinning::pose(const Points3d& points, const SkinWeights& weights, const VectorXd& shares,
                              const JointTransforms& transforms) {
    const Points3d linear = blendLinearly(points, weights, transforms);
    return linear + shares.asDiagonal() * (blendDualQuaternions(points, weights, transforms) - linear);
}

MatrixXf fitPoseCorrectives(const SkinToFit& skin, int numPoses, std::uint64_t seed) {
    const BlendedRows blended(skin);
    const auto count = static_cast<Eigen::Index>(blended.rows.size());
    RandomSource random(seed);
    MatrixXd features(numPoses, kNumFeatures), offsets(numPoses, 3 * count);
    for (int n = 0; n < numPoses; ++n) {
        const auto pose = randomPose(random);
        const JointTransforms transforms = chainRotations(pose, skin.joints);
        const Points3d missing = TargetSkinning::pose(blended.points, blended.weights, blended.shares, transforms) -
                                 blendLinearly(blended.points, blended.weights, transforms);
        const auto rotations = blendedRotations(blended.weights, transforms);
        features.row(n) = poseFeatures(pose).transpose();
        for (Eigen::Index r = 0; r < count; ++r)
            offsets.row(n).segment<3>(3 * r) = (rotations[r].inverse() * missing.row(r).transpose()).transpose();
    }
    const MatrixXd gram = features.transpose() * features, products = features.transpose() * offsets;

    std::map<std::vector<int>, std::vector<int>> groups;  // joints that matter: rows
    for (int r = 0; r < count; ++r) groups[mattering(jointsOf(blended.weights, r))].push_back(r);
    MatrixXf result = MatrixXf::Zero(3 * skin.halfSkin.rows(), kNumFeatures);
    for (const auto& [joints, rows] : groups) {
        std::vector<int> columns, outputs;
        for (const int j : joints)
            for (int k = 0; k < 9; ++k) columns.push_back(9 * (j - 1) + k);
        for (const int r : rows)
            for (int c = 0; c < 3; ++c) outputs.push_back(3 * r + c);
        MatrixXd system = gram(columns, columns);
        system.diagonal().array() += 1e-3 * numPoses;
        const MatrixXd solution = system.ldlt().solve(products(columns, outputs));
        for (std::size_t o = 0; o < outputs.size(); ++o)
            for (std::size_t k = 0; k < columns.size(); ++k)
                result(3 * blended.rows[outputs[o] / 3] + outputs[o] % 3, columns[k]) =
                    static_cast<float>(solution(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(o)));
    }
    for (int h = 0; h < skin.symmetry.numHalf(); ++h)
        if (skin.symmetry.isMiddle(skin.symmetry.half()[h])) {
            const Eigen::Matrix<float, 3, Eigen::Dynamic> rows = result.middleRows<3>(3 * h);
            result.middleRows<3>(3 * h) = 0.5f * (rows + mirroredRows(rows));
        }
    return result.unaryExpr([](float x) {
        return std::abs(x) < kSmallestCoefficient ? 0.0f : static_cast<float>(std::round(x * kCoefficientGrid) / kCoefficientGrid) + 0.0f;
    });
}

CorrectiveError correctiveError(const SkinToFit& skin, const MatrixXf& halfDirections, int numPoses,
                                std::uint64_t seed) {
    const BlendedRows blended(skin);
    RandomSource random(seed);
    CorrectiveError error;
    const MatrixXd directions = halfDirections.cast<double>();
    for (int n = 0; n < numPoses; ++n) {
        const auto pose = randomPose(random);
        const JointTransforms transforms = chainRotations(pose, skin.joints);
        const Points3d target = TargetSkinning::pose(blended.points, blended.weights, blended.shares, transforms);
        const VectorXd corrections = directions * poseFeatures(pose);
        Points3d corrected = blended.points;
        for (std::size_t r = 0; r < blended.rows.size(); ++r)
            corrected.row(r) += corrections.segment<3>(3 * blended.rows[r]).transpose();
        const VectorXd before =
            1000 * (blendLinearly(blended.points, blended.weights, transforms) - target).rowwise().norm();
        const VectorXd after = 1000 * (blendLinearly(corrected, blended.weights, transforms) - target).rowwise().norm();
        error.rmsBefore += before.squaredNorm() / static_cast<double>(before.size() * numPoses);
        error.rmsAfter += after.squaredNorm() / static_cast<double>(after.size() * numPoses);
        error.meanBefore += before.mean() / numPoses;
        error.meanAfter += after.mean() / numPoses;
        error.worstBefore = std::max(error.worstBefore, before.maxCoeff());
        error.worstAfter = std::max(error.worstAfter, after.maxCoeff());
    }
    error.rmsBefore = std::sqrt(error.rmsBefore);
    error.rmsAfter = std::sqrt(error.rmsAfter);
    return error;
}

MatrixXf wholePoseDirections(const MatrixXf& half, const Symmetry& symmetry) {
    MatrixXf whole(3 * symmetry.numVertices(), half.cols());
    for (std::uint32_t v = 0; v < symmetry.mirror().size(); ++v) {
        const Eigen::Matrix<float, 3, Eigen::Dynamic> rows = half.middleRows<3>(3 * symmetry.halfRow(v));
        if (symmetry.isRight(v))
            whole.middleRows<3>(3 * v) = mirroredRows(rows);
        else
            whole.middleRows<3>(3 * v) = rows;
    }
    return whole;
}

}  // namespace hmr
