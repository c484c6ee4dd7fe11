// SPDX-License-Identifier: MIT
#include "body/motion/joint_chain.h"

#include "body/rotation.h"

namespace hmr {

JointChain::JointChain(const BodyModel& model, const Eigen::VectorXd& betas)
    : rest_(shapedJoints(model, betas)), parents_(model.data().parents) {}

JointFrames JointChain::pose(const BodyParameters& parameters) const {
    JointFrames frames;
    frames.positions.resizeLike(rest_);
    frames.rotations.reserve(parents_.size());
    for (std::size_t joint = 0; joint < parents_.size(); ++joint) {
        const auto row = static_cast<Eigen::Index>(joint);
        const Eigen::Matrix3d local = rotationFromAxisAngle(parameters.pose.row(row).transpose());
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
