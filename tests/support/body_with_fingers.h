// SPDX-License-Identifier: MIT
#pragma once
#include "support/small_body.h"

namespace hmr::test {

/// The small body with SMPL-H's tree of 52 joints: five fingers of three joints a hand in place of the hand's one, all where that was.
inline BodyModelData smallBodyWithFingers() {
    constexpr int kNumShared = 22, kFingerJoints = 15, kNumJoints = kNumShared + 2 * kFingerJoints;
    BodyModelData data = SmallBody::data();
    std::vector<int> source(kNumJoints);  // of each joint, the small body's
    data.parents.resize(kNumJoints);
    for (int joint = 0; joint < kNumJoints; ++joint) {
        const int hand = (joint - kNumShared) / kFingerJoints;
        source[joint] = joint < kNumShared ? joint : kNumShared + hand;
        if (joint >= kNumShared) data.parents[joint] = (joint - kNumShared) % 3 == 0 ? 20 + hand : joint - 1;
    }
    const Eigen::Index numVertices = data.templateVertices.rows();
    Eigen::MatrixXf joints(kNumJoints, numVertices), weights = Eigen::MatrixXf::Zero(numVertices, kNumJoints);
    const Eigen::MatrixXf oldJoints = data.jointRegressor, oldWeights = data.skinWeights;
    for (int joint = 0; joint < kNumJoints; ++joint) joints.row(joint) = oldJoints.row(source[joint]);
    weights.leftCols(kNumShared + 1) = oldWeights.leftCols(kNumShared + 1);
    weights.col(kNumShared + kFingerJoints) = oldWeights.col(kNumShared + 1);
    data.jointRegressor = joints.sparseView();
    data.skinWeights = weights.sparseView();
    Eigen::MatrixXf directions = Eigen::MatrixXf::Zero(3 * numVertices, 9 * (kNumJoints - 1));
    directions.leftCols(9 * (kNumShared - 1)) = data.poseDirections.leftCols(9 * (kNumShared - 1));
    data.poseDirections = directions;
    data.jointNames.clear();
    return data;
}

}  // namespace hmr::test
