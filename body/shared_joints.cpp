// SPDX-License-Identifier: MIT
#include "body/shared_joints.h"

#include <algorithm>
#include <string>

#include "body/error.h"
#include "body/skeleton.h"

namespace hmr {

bool sharesSmplJoints(const std::vector<int>& parents) {
    const std::size_t count = parents.size() == kNumSmplJoints ? kNumSmplJoints : kNumSharedJoints;
    return parents.size() >= kNumSmplJoints && std::equal(kSmplParents.begin(), kSmplParents.begin() + count, parents.begin());
}

Points3d poseForModel(const BodyModel& model, const Points3d& pose) {
    if (pose.rows() == model.numJoints()) return pose;
    if (pose.rows() != kNumSmplJoints || !sharesSmplJoints(model.data().parents)) {
        throw Error("The pose has " + std::to_string(pose.rows()) + " joints but the body model has " +
                    std::to_string(model.numJoints()) + ". Use parameters made for this kind of body.");
    }
    Points3d whole = Points3d::Zero(model.numJoints(), 3);
    whole.topRows<kNumSharedJoints>() = pose.topRows<kNumSharedJoints>();
    return whole;
}

Points3d smplJoints(const Points3d& joints) {
    if (joints.rows() <= kNumSmplJoints) return joints;
    constexpr Eigen::Index kHandJoints = 15, kMiddleFinger = 3;  // two hands of five fingers end the list; index fingers come first
    Points3d shared(kNumSmplJoints, 3);
    shared.topRows<kNumSharedJoints>() = joints.topRows<kNumSharedJoints>();
    const Eigen::Index leftHand = std::max<Eigen::Index>(0, joints.rows() - 2 * kHandJoints);
    shared.row(kNumSharedJoints) = joints.row(leftHand + kMiddleFinger);
    shared.row(kNumSharedJoints + 1) = joints.row(std::min(leftHand + kHandJoints + kMiddleFinger, joints.rows() - 1));
    return shared;
}

}  // namespace hmr
