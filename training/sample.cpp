// SPDX-License-Identifier: MIT
#include "training/sample.h"

#include "body/rotation.h"

namespace hmr {

void setParameters(const BodyParameters& parameters, TrainingSample& sample) {
    sample.hasParameters = true;
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        const Eigen::Matrix3d rotation = rotationFromAxisAngle(parameters.pose.row(joint));
        for (int i = 0; i < 9; ++i) sample.rotations[static_cast<std::size_t>(9 * joint + i)] = static_cast<float>(rotation(i / 3, i % 3));
    }
    for (int i = 0; i < kNumBetas; ++i) sample.betas[static_cast<std::size_t>(i)] = static_cast<float>(parameters.betas[i]);
}

}  // namespace hmr
