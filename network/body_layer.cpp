// SPDX-License-Identifier: MIT
#include "network/body_layer.h"

#include <torch/torch.h>

#include <algorithm>
#include <map>

#include "body/error.h"
#include "body/skeleton.h"

namespace hmr {
namespace {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

torch::Tensor tensorFrom(const RowMatrix& matrix, const torch::TensorOptions& options) {
    const auto view = torch::from_blob(const_cast<double*>(matrix.data()), {matrix.rows(), matrix.cols()}, torch::kFloat64);
    return view.to(options, /*non_blocking=*/false, /*copy=*/true);
}

torch::Tensor indicesFrom(const std::vector<std::int64_t>& indices, torch::Device device) {
    return torch::tensor(indices, torch::kInt64).to(device);
}

// Points [N,M,3] moved by their own rotations [N,M,3,3]. Written out, since a batched product of such small matrices is slow.
torch::Tensor rotated(const torch::Tensor& rotations, const torch::Tensor& points) {
    return (rotations * points.unsqueeze(2)).sum(3);
}

// [1 + B + 9(J−1), 3V]: what one, the betas and the pose features multiply.
RowMatrix blendDirections(const BodyModelData& data) {
    const auto coordinates = data.templateVertices.size();
    const auto numBetas = data.shapeDirections.cols();
    RowMatrix directions(1 + numBetas + data.poseDirections.cols(), coordinates);
    directions.row(0) = Eigen::Map<const Eigen::RowVectorXf>(data.templateVertices.data(), coordinates).cast<double>();
    directions.middleRows(1, numBetas) = data.shapeDirections.transpose().cast<double>();
    directions.bottomRows(data.poseDirections.cols()) = data.poseDirections.transpose().cast<double>();
    return directions;
}

}  // namespace

BodyLayer::BodyLayer(const BodyModel& model, torch::Device device, torch::ScalarType precision)
    : numVertices_(model.numVertices()), numBetas_(model.numBetas()) {
    if (model.numJoints() != kNumSmplJoints)
        throw Error("The network poses bodies of 24 joints; this one has " + std::to_string(model.numJoints()) + ".");
    const auto options = torch::TensorOptions(device).dtype(precision);
    buildTree(model, device);
    const auto& data = model.data();
    restVertices_ = tensorFrom(blendDirections(data), options);

    RowMatrix joints(1 + numBetas_, 3 * kNumSmplJoints);
    joints.row(0) = Eigen::Map<const Eigen::RowVectorXd>(model.templateJoints().data(), 3 * kNumSmplJoints);
    joints.bottomRows(numBetas_) = model.jointShapeDirections().transpose();
    restJoints_ = tensorFrom(joints, options);

    RowMatrix offsets = RowMatrix::Identity(kNumSmplJoints, kNumSmplJoints);
    for (int joint = 0; joint < kNumSmplJoints; ++joint)
        if (const int parent = data.parents[static_cast<std::size_t>(joint)]; parent >= 0) offsets(joint, parent) = -1;
    parentOffsets_ = tensorFrom(offsets, options);
    skinWeights_ = tensorFrom(RowMatrix(data.skinWeights.cast<double>()), options);
    if (data.cocoPlusRegressor.rows() > 0) contractCocoPlus(model, options);
}

// Joints of one depth do not wait for each other, so the chain takes as many steps as the tree is deep.
void BodyLayer::buildTree(const BodyModel& model, torch::Device device) {
    const auto& parents = model.data().parents;
    std::vector<std::int64_t> placeInOrder(kNumSmplJoints);
    std::vector<std::int64_t> level, previous;
    for (int joint = 0; joint < kNumSmplJoints; ++joint)
        if (parents[static_cast<std::size_t>(joint)] < 0) level.push_back(joint);
    for (std::int64_t place = 0; !level.empty();) {
        std::vector<std::int64_t> parentPlaces, next;
        for (const auto joint : level) {
            placeInOrder[static_cast<std::size_t>(joint)] = place++;
            const auto found = std::find(previous.begin(), previous.end(), parents[static_cast<std::size_t>(joint)]);
            if (found != previous.end()) parentPlaces.push_back(found - previous.begin());
            for (int child = 0; child < kNumSmplJoints; ++child)
                if (parents[static_cast<std::size_t>(child)] == joint) next.push_back(child);
        }
        levels_.push_back({indicesFrom(level, device), indicesFrom(parentPlaces, device)});
        previous = std::move(level);
        level = std::move(next);
    }
    treeOrder_ = indicesFrom(placeInOrder, device);
}

// A coco-plus joint is Σ_v r_v Σ_b w_vb (R_b x_v + t_b) = Σ_b (R_b Σ_v r_v w_vb x_v + t_b Σ_v r_v w_vb), and x_v is linear in
// the features: only the sums over vertices are needed, one rest point and one mass for each pair of joint and bone.
void BodyLayer::contractCocoPlus(const BodyModel& model, const torch::TensorOptions& options) {
    const auto& data = model.data();
    const RowMatrix directions = blendDirections(data);
    std::vector<std::int64_t> bones;
    std::vector<double> masses;
    std::vector<int> joints;
    std::vector<RowMatrix> rest;
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
        std::map<int, std::pair<double, RowMatrix>> pairs;  // by bone
        using Regressor = Eigen::SparseMatrix<float, Eigen::RowMajor>;
        for (Regressor::InnerIterator vertex(data.cocoPlusRegressor, joint); vertex; ++vertex)
            for (Regressor::InnerIterator bone(data.skinWeights, vertex.col()); bone; ++bone) {
                const double share = static_cast<double>(vertex.value()) * bone.value();
                auto& [mass, points] = pairs[static_cast<int>(bone.col())];
                if (points.size() == 0) points = RowMatrix::Zero(directions.rows(), 3);
                mass += share;
                points += share * directions.middleCols(3 * vertex.col(), 3);
            }
        for (auto& [bone, pair] : pairs) {
            joints.push_back(joint);
            bones.push_back(bone);
            masses.push_back(pair.first);
            rest.push_back(std::move(pair.second));
        }
    }
    const auto numPairs = static_cast<Eigen::Index>(bones.size());
    RowMatrix restPoints(directions.rows(), 3 * numPairs), sum = RowMatrix::Zero(kNumCocoPlusJoints, numPairs);
    for (Eigen::Index pair = 0; pair < numPairs; ++pair) {
        restPoints.middleCols(3 * pair, 3) = rest[static_cast<std::size_t>(pair)];
        sum(joints[static_cast<std::size_t>(pair)], pair) = 1;
    }
    cocoPlusRest_ = tensorFrom(restPoints, options);
    cocoPlusSum_ = tensorFrom(sum, options);
    cocoPlusMass_ = torch::tensor(masses, torch::kFloat64).to(options);
    cocoPlusBones_ = indicesFrom(bones, options.device());
}

// [N, 1 + B + 207]: one, the betas, and R_j − I of every joint but the root.
torch::Tensor BodyLayer::blendFeatures(const torch::Tensor& rotations, const torch::Tensor& betas) const {
    const auto batch = rotations.size(0);
    const auto poseFeatures =
        (rotations.narrow(1, 1, kNumSmplJoints - 1) - torch::eye(3, rotations.options().requires_grad(false))).flatten(1);
    const auto missing = numBetas_ - betas.size(1);
    const auto allBetas = missing > 0 ? torch::constant_pad_nd(betas, {0, missing}) : betas;
    return torch::cat({torch::ones({batch, 1}, betas.options().requires_grad(false)), allBetas, poseFeatures}, 1);
}

BodyLayer::Skeleton BodyLayer::poseSkeleton(const torch::Tensor& rotations, const torch::Tensor& features) const {
    const auto batch = rotations.size(0);
    const auto restJoints =
        features.narrow(1, 0, 1 + numBetas_).matmul(restJoints_).view({batch, kNumSmplJoints, 3});
    const auto offsets = parentOffsets_.matmul(restJoints);
    std::vector<torch::Tensor> levelRotations, levelJoints;
    for (const auto& level : levels_) {
        auto rotation = rotations.index_select(1, level.joints);
        auto position = offsets.index_select(1, level.joints);
        if (!levelRotations.empty()) {
            const auto parentRotation = levelRotations.back().index_select(1, level.parents);
            position = levelJoints.back().index_select(1, level.parents) + rotated(parentRotation, position);
            rotation = parentRotation.matmul(rotation);
        }
        levelRotations.push_back(rotation);
        levelJoints.push_back(position);
    }
    Skeleton skeleton;
    skeleton.rotations = torch::cat(levelRotations, 1).index_select(1, treeOrder_);
    skeleton.joints = torch::cat(levelJoints, 1).index_select(1, treeOrder_);
    skeleton.translations = skeleton.joints - rotated(skeleton.rotations, restJoints);
    return skeleton;
}

torch::Tensor BodyLayer::sumPairs(const torch::Tensor& features, const Skeleton& skeleton) const {
    const auto batch = features.size(0), numPairs = cocoPlusBones_.size(0);
    const auto rest = features.matmul(cocoPlusRest_).view({batch, numPairs, 3});
    const auto moved = rotated(skeleton.rotations.index_select(1, cocoPlusBones_), rest) +
                       cocoPlusMass_.unsqueeze(1) * skeleton.translations.index_select(1, cocoPlusBones_);
    return cocoPlusSum_.matmul(moved);
}

torch::Tensor BodyLayer::cocoPlus(const torch::Tensor& rotations, const torch::Tensor& betas) const {
    if (!hasCocoPlus())
        throw Error("This body model has no coco-plus regressor, which training needs; use the open body.");
    const auto features = blendFeatures(rotations, betas);
    return sumPairs(features, poseSkeleton(rotations, features));
}

BodyLayer::Posed BodyLayer::forward(const torch::Tensor& rotations, const torch::Tensor& betas) const {
    const auto batch = rotations.size(0);
    const auto features = blendFeatures(rotations, betas);
    const auto skeleton = poseSkeleton(rotations, features);
    const auto rest = features.matmul(restVertices_).view({batch, numVertices_, 3});
    const auto transforms = torch::cat({skeleton.rotations, skeleton.translations.unsqueeze(3)}, 3).flatten(2);
    const auto skinned = skinWeights_.matmul(transforms).view({batch, numVertices_, 3, 4});
    Posed posed;
    posed.vertices = rotated(skinned.narrow(3, 0, 3), rest) + skinned.select(3, 3);
    posed.joints = skeleton.joints;
    if (hasCocoPlus()) posed.cocoPlus = sumPairs(features, skeleton);
    return posed;
}

}  // namespace hmr
