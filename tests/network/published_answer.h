// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

#include "body/posing.h"
#include "body/rotation.h"
#include "body/skeleton.h"
#include "formats/body_file.h"
#include "network/hmr_network.h"

namespace hmr::test {

/// What an original module answers for one crop.
struct PublishedAnswer {
    std::vector<double> camera, betas;  ///< [3], [10]
    std::vector<double> rotations;      ///< [24,3,3] row-major

    Eigen::Matrix3d rotation(int joint) const {
        return Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(&rotations[static_cast<std::size_t>(9 * joint)]);
    }
    BodyParameters parameters() const {
        BodyParameters body;
        for (int joint = 0; joint < kNumSmplJoints; ++joint) body.pose.row(joint) = axisAngleFromRotation(rotation(joint)).transpose();
        body.betas = Eigen::Map<const Eigen::VectorXd>(betas.data(), kNumBetas);
        return body;
    }
};

/// The largest difference of camera, betas and rotation matrices.
inline double largestError(const NetworkOutput& output, const PublishedAnswer& expected) {
    double error = std::max({std::abs(output.camera.scale - expected.camera[0]), std::abs(output.camera.translation.x() - expected.camera[1]),
                             std::abs(output.camera.translation.y() - expected.camera[2])});
    for (int i = 0; i < kNumBetas; ++i) error = std::max(error, std::abs(output.parameters.betas[i] - expected.betas[static_cast<std::size_t>(i)]));
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        const Eigen::Matrix3d rotation = rotationFromAxisAngle(output.parameters.pose.row(joint).transpose());
        error = std::max(error, (rotation - expected.rotation(joint)).cwiseAbs().maxCoeff());
    }
    return error;
}

/// Metres between a vertex of the shipped body under both answers, at the worst.
inline double largestVertexDistance(const NetworkOutput& output, const PublishedAnswer& expected) {
    const auto body = loadBodyModel(HMR_RESOURCE_DIR "/body/openbody-lod.npz");
    const Points3f difference = poseBody(*body, output.parameters).vertices - poseBody(*body, expected.parameters()).vertices;
    return difference.rowwise().norm().maxCoeff();
}

}  // namespace hmr::test
