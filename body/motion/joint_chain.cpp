// SPDX-License-Identifier: MIT
#include "body/motion/joint_chain.h"

#include <algorithm>

#include "body/rotation.h"
#include "body/shared_joints.h"

namespace hmr {

JointChain::JointChain(const BodyModel& model, const Eigen::VectorXd& betas)
    : rest_(shapedJoints(model, betas)), parents_(model.data().parents) {}

JointFrames JointChain::pose(const BodyParameters& parameters) const {
    JointFrames frames;
    frames.positions.resizeLike(rest_);
    frames.rotations.reserve(parents_.size());
    // SMPL's pose of a body with hands turns the joints that both have; its fingers rest.
    const Eigen::Index numTurned = parameters.pose.rows() == rest_.rows() ? rest_.rows() : std::min<Eigen::Index>(kNumSharedJoints, parameters.pose.rows());
    for (std::size_t joint = 0; joint < parents_.size(); ++joint) {
        const auto row = static_cast<Eigen::Index>(joint);
        const Eigen::Matrix3d local = row < numTurned ? rotationFromAxisAngle(parameters.pose.row(row).transpose()) : Eigen::Matrix3d(Eigen::Matrix3d::Identity());
        const int parent = parents_[joint];
        if (parent < 0) {
            frames.rotations.push_back(local);
            frames.positions.row(row) = rest_.row(row) + parameters.translation.transpose();
            continue;
        }
        const Eigen::Matrix3d& above = frames.rotations[static_cast<std::size_t>(parent)];
        frames.rotations.push_back(above * local);
        frames.positions.row(row) =
            frames.positions.row(parent) + (rest_.row(row) - rest_.row(parent)) * above.transpose();
    }
    return frames;
}

}  // namespace hmr
