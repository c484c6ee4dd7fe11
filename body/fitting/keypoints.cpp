// SPDX-License-Identifier: MIT
#include "body/fitting/keypoints.h"

#include <map>

#include "body/error.h"
#include "body/rotation.h"

namespace hmr {
namespace {

using RowMajorMatrix3d = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;
using Vector9d = Eigen::Matrix<double, 9, 1>;

constexpr int kNumPoseFeatures = 9 * (kNumSmplJoints - 1);

/// The features in the order of PackedPoseDirections: rows of the matrix, one after the other.
Vector9d rowMajor(const RowMajorMatrix3d& matrix) { return Eigen::Map<const Vector9d>(matrix.data()); }

/// [3, 1 + B + 207] of a vertex: template, shape and pose directions.
Eigen::MatrixXd blendRows(const BodyModelData& data, Eigen::Index vertex) {
    const Eigen::Index numBetas = data.shapeDirections.cols();
    Eigen::MatrixXd rows(3, 1 + numBetas + kNumPoseFeatures);
    rows.col(0) = data.templateVertices.row(vertex).transpose().cast<double>();
    rows.middleCols(1, numBetas) = data.shapeDirections.middleRows<3>(3 * vertex).cast<double>();
    rows.rightCols(kNumPoseFeatures) = data.poseDirections.middleRows<3>(3 * vertex).cast<double>();
    return rows;
}

void expectSmplSkeleton(const BodyModel& model) {
    if (model.numJoints() == kNumSmplJoints) return;
    throw Error("Fitting knows bodies of SMPL's 24 joints; this one has " + std::to_string(model.numJoints()) +
                ". Use a body of that skeleton.");
}

}  // namespace

/// The posed skeleton and the rest points it carries.
struct KeypointModel::Chain {
    Points3d restJoints, joints;               ///< [24,3]
    std::vector<Eigen::Matrix3d> rotations;    ///< [24] bone to the body's outer frame
    Eigen::VectorXd rest;                      ///< [3P]
    Points3d carried;                          ///< [P,3]: the pair's share of its keypoint, turned by its bone about the joint
};

KeypointModel::KeypointModel(const BodyModel& model)
    : parents_(model.data().parents), templateJoints_(model.templateJoints()), jointShapeDirections_(model.jointShapeDirections()) {
    expectSmplSkeleton(model);
    if (model.data().cocoPlusRegressor.rows() != kNumCocoPlusJoints) {
        throw Error("The body model has no regressor of the 19 coco-plus joints (key cocoplus_regressor). "
                    "Use the body that comes with the program or a file that has this key.");
    }
    contract(model);
}

KeypointModel::KeypointModel(const BodyModel& model, std::span<const int> vertices)
    : parents_(model.data().parents), templateJoints_(model.templateJoints()), jointShapeDirections_(model.jointShapeDirections()),
      numPoints_(static_cast<int>(vertices.size())) {
    using Sparse = Eigen::SparseMatrix<float, Eigen::RowMajor>;
    expectSmplSkeleton(model);
    const BodyModelData& data = model.data();
    for (int point = 0; point < numPoints_; ++point) {
        for (Sparse::InnerIterator bone(data.skinWeights, vertices[static_cast<std::size_t>(point)]); bone; ++bone)
            if (bone.value() > 0) pairs_.push_back({point, static_cast<int>(bone.col()), bone.value()});
    }
    firstOfSkeleton_ = pairs_.size();
    rest_.resize(static_cast<Eigen::Index>(3 * pairs_.size()), 1 + data.shapeDirections.cols() + kNumPoseFeatures);
    Eigen::MatrixXd rows;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
        if (i == 0 || pairs_[i].keypoint != pairs_[i - 1].keypoint) rows = blendRows(data, vertices[static_cast<std::size_t>(pairs_[i].keypoint)]);
        rest_.middleRows<3>(static_cast<Eigen::Index>(3 * i)) = pairs_[i].mass * rows;
    }
}

// A coco-plus joint is Σ_v r_v Σ_b w_vb (R_b x_v + t_b): only the sums over vertices are needed, a rest point and a mass for
// each pair of joint and bone. A joint of the skeleton is a point that its parent carries.
void KeypointModel::contract(const BodyModel& model) {
    using Sparse = Eigen::SparseMatrix<float, Eigen::RowMajor>;
    const BodyModelData& data = model.data();
    const Eigen::Index numFeatures = 1 + data.shapeDirections.cols() + kNumPoseFeatures;
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
        std::map<int, std::pair<double, Eigen::MatrixXd>> byBone;
        for (Sparse::InnerIterator vertex(data.cocoPlusRegressor, joint); vertex; ++vertex) {
            const Eigen::MatrixXd rows = blendRows(data, vertex.col());
            for (Sparse::InnerIterator bone(data.skinWeights, vertex.col()); bone; ++bone) {
                const double share = static_cast<double>(vertex.value()) * bone.value();
                auto& [mass, rest] = byBone[static_cast<int>(bone.col())];
                if (rest.size() == 0) rest = Eigen::MatrixXd::Zero(3, numFeatures);
                mass += share;
                rest += share * rows;
            }
        }
        for (const auto& [bone, pair] : byBone) addPair(keypointOfCocoPlus(joint), bone, pair.first, pair.second);
    }
    firstOfSkeleton_ = pairs_.size();
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        Eigen::MatrixXd rest = Eigen::MatrixXd::Zero(3, numFeatures);
        rest.col(0) = templateJoints_.row(joint).transpose();
        rest.middleCols(1, numBetas()) = jointShapeDirections_.middleRows<3>(3 * joint);
        addPair(keypointOfSmpl(joint), std::max(0, parents_[joint]), 1, rest);
    }
}

void KeypointModel::addPair(int keypoint, int bone, double mass, const Eigen::MatrixXd& rest) {
    pairs_.push_back({keypoint, bone, mass});
    rest_.conservativeResize(rest_.rows() + 3, rest.cols());
    rest_.bottomRows<3>() = rest;
}

KeypointModel::Chain KeypointModel::pose(const ArticulatedState& state, std::size_t firstPair) const {
    const Eigen::Index numBetas = std::min<Eigen::Index>(state.betas.size(), this->numBetas());
    Chain chain;
    chain.restJoints = templateJoints_;
    Eigen::Map<Eigen::VectorXd>(chain.restJoints.data(), chain.restJoints.size()) +=
        jointShapeDirections_.leftCols(numBetas) * state.betas.head(numBetas);
    chain.joints.resize(kNumSmplJoints, 3);
    chain.rotations = state.rotations;
    chain.joints.row(0) = chain.restJoints.row(0) + state.translation.transpose();
    for (int joint = 1; joint < kNumSmplJoints; ++joint) {
        const Eigen::Matrix3d& parent = chain.rotations[parents_[joint]];
        chain.rotations[joint] = parent * state.rotations[joint];
        chain.joints.row(joint) = chain.joints.row(parents_[joint]) +
                                  (chain.restJoints.row(joint) - chain.restJoints.row(parents_[joint])) * parent.transpose();
    }
    Eigen::VectorXd features = Eigen::VectorXd::Zero(rest_.cols());
    features[0] = 1;
    features.segment(1, numBetas) = state.betas.head(numBetas);
    for (int joint = 1; joint < kNumSmplJoints; ++joint) {
        features.segment<9>(1 + this->numBetas() + 9 * (joint - 1)) = rowMajor(state.rotations[joint] - Eigen::Matrix3d::Identity());
    }
    const auto numSkipped = static_cast<Eigen::Index>(3 * firstPair);
    chain.rest.resize(rest_.rows());
    chain.rest.tail(rest_.rows() - numSkipped).noalias() = rest_.bottomRows(rest_.rows() - numSkipped) * features;
    chain.carried.resize(static_cast<Eigen::Index>(pairs_.size()), 3);
    for (std::size_t i = firstPair; i < pairs_.size(); ++i) {
        const auto& [keypoint, bone, mass] = pairs_[i];
        const Eigen::Vector3d fromJoint = chain.rest.segment<3>(3 * i) - mass * chain.restJoints.row(bone).transpose();
        chain.carried.row(i) = (chain.rotations[bone] * fromJoint).transpose();
    }
    return chain;
}

KeypointPlaces KeypointModel::evaluate(const ArticulatedState& state, bool needsJacobian, KeypointSet wanted) const {
    const std::size_t firstPair = wanted == KeypointSet::Skeleton ? firstOfSkeleton_ : 0;
    const Chain chain = pose(state, firstPair);
    KeypointPlaces keypoints;
    keypoints.points = Points3d::Zero(numPoints_, 3);
    keypoints.masses = Eigen::VectorXd::Zero(numPoints_);
    for (std::size_t i = firstPair; i < pairs_.size(); ++i) {
        const auto& [keypoint, bone, mass] = pairs_[i];
        keypoints.points.row(keypoint) += chain.carried.row(i) + mass * chain.joints.row(bone);
        keypoints.masses[keypoint] += mass;
    }
    if (needsJacobian) fillJacobian(state, chain, firstPair, keypoints);
    return keypoints;
}

void KeypointModel::fillJacobian(const ArticulatedState& state, const Chain& chain, std::size_t firstPair, KeypointPlaces& keypoints) const {
    Eigen::MatrixXd& jacobian = keypoints.jacobian;
    jacobian = Eigen::MatrixXd::Zero(3 * numPoints_, 3 * kNumSmplJoints + numFreeBetas());
    // How the nine features of each joint move: R [e_axis]×.
    Eigen::MatrixXd featuresByTangent(9 * kNumSmplJoints, 3);
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        for (int axis = 0; axis < 3; ++axis) {
            featuresByTangent.block<9, 1>(9 * joint, axis) = rowMajor(state.rotations[joint] * crossProductMatrix(Eigen::Vector3d::Unit(axis)));
        }
    }
    // How the joints move with the betas: the offsets along the chain, turned.
    Eigen::MatrixXd jointsByBeta(3 * kNumSmplJoints, numFreeBetas());
    const Eigen::MatrixXd directions = jointShapeDirections_.leftCols(numFreeBetas());
    jointsByBeta.topRows<3>() = directions.topRows<3>();
    for (int joint = 1; joint < kNumSmplJoints; ++joint) {
        const int parent = parents_[joint];
        jointsByBeta.middleRows<3>(3 * joint) = jointsByBeta.middleRows<3>(3 * parent) +
            chain.rotations[parent] * (directions.middleRows<3>(3 * joint) - directions.middleRows<3>(3 * parent));
    }
    for (std::size_t i = firstPair; i < pairs_.size(); ++i) {
        const auto& [keypoint, bone, mass] = pairs_[i];
        const Eigen::Matrix3d& boneRotation = chain.rotations[bone];
        auto rows = jacobian.middleRows<3>(3 * keypoint);
        const Eigen::Vector3d point = (chain.carried.row(i) + mass * chain.joints.row(bone)).transpose();
        for (int joint = bone; joint >= 0; joint = parents_[joint]) {
            const Eigen::Vector3d lever = point - mass * chain.joints.row(joint).transpose();
            rows.middleCols<3>(3 * joint) -= crossProductMatrix(lever) * chain.rotations[joint];
        }
        const auto rest = rest_.middleRows<3>(3 * i);
        if (i < firstOfSkeleton_) {
            for (int joint = 1; joint < kNumSmplJoints; ++joint) {
                const Eigen::Matrix3d restByTangent =
                    rest.middleCols<9>(1 + numBetas() + 9 * (joint - 1)) * featuresByTangent.middleRows<9>(9 * joint);
                rows.middleCols<3>(3 * joint) += boneRotation * restByTangent;
            }
        }
        rows.rightCols(numFreeBetas()) += boneRotation * (rest.middleCols(1, numFreeBetas()) - mass * directions.middleRows<3>(3 * bone)) +
                                          mass * jointsByBeta.middleRows<3>(3 * bone);
    }
}

}  // namespace hmr
