// SPDX-License-Identifier: MIT
#include "body/body_parameters.h"

#include "body/error.h"

namespace hmr {

BodyParameters mirrored(const BodyParameters& parameters) {
    if (parameters.pose.rows() != kNumSmplJoints) {
        throw Error("A pose of " + std::to_string(parameters.pose.rows()) +
                    " joints cannot be mirrored: only SMPL's 24 joints have known opposite sides.");
    }
    BodyParameters result = parameters;
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        const auto other = parameters.pose.row(kSmplFlip[joint]);
        // Conjugation with diag(-1, 1, 1) keeps the x part of an axis-angle vector and negates y and z.
        result.pose.row(joint) << other.x(), -other.y(), -other.z();
    }
    result.translation.x() = -result.translation.x();
    return result;
}

}  // namespace hmr
