// SPDX-License-Identifier: MIT
#include "network/flip.h"

#include <algorithm>

#include "body/rotation.h"

namespace hmr {
namespace {

SeenJoints turnedBack(const SeenJoints& flipped) {
    SeenJoints seen;
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
        const int source = kCocoPlusFlip[static_cast<std::size_t>(joint)];
        seen.positions.row(joint) << -flipped.positions(source, 0), flipped.positions(source, 1);
        seen.deviations[joint] = flipped.deviations[source];
    }
    return seen;
}

SeenJoints averaged(const SeenJoints& a, const SeenJoints& b) {
    SeenJoints mean;
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
        const double shareOfA = b.deviations[joint] / (a.deviations[joint] + b.deviations[joint]);
        mean.positions.row(joint) = shareOfA * a.positions.row(joint) + (1 - shareOfA) * b.positions.row(joint);
        // Where the two disagree, neither is to be trusted.
        mean.deviations[joint] = std::max(shareOfA * a.deviations[joint] + (1 - shareOfA) * b.deviations[joint],
                                          (a.positions.row(joint) - b.positions.row(joint)).norm() / 2);
    }
    return mean;
}

}  // namespace

std::vector<std::uint8_t> flippedPictures(std::span<const std::uint8_t> pictures, int size) {
    std::vector<std::uint8_t> flipped(pictures.size());
    const std::size_t width = static_cast<std::size_t>(size);
    for (std::size_t row = 0; row < pictures.size() / (3 * width); ++row)
        for (std::size_t x = 0; x < width; ++x)
            std::copy_n(&pictures[3 * (row * width + x)], 3, &flipped[3 * (row * width + width - 1 - x)]);
    return flipped;
}

NetworkOutput averagedWithFlip(const NetworkOutput& straight, const NetworkOutput& ofMirrorImage) {
    const BodyParameters other = mirrored(ofMirrorImage.parameters);
    NetworkOutput mean = straight;
    for (Eigen::Index joint = 0; joint < mean.parameters.pose.rows(); ++joint) {
        const Eigen::Matrix3d half = interpolate(rotationFromAxisAngle(straight.parameters.pose.row(joint).transpose()),
                                                 rotationFromAxisAngle(other.pose.row(joint).transpose()), 0.5);
        mean.parameters.pose.row(joint) = axisAngleFromRotation(half).transpose();
    }
    mean.parameters.betas = (straight.parameters.betas + other.betas) / 2;
    mean.camera.scale = (straight.camera.scale + ofMirrorImage.camera.scale) / 2;
    mean.camera.translation = (straight.camera.translation + Eigen::Vector2d(-ofMirrorImage.camera.translation.x(), ofMirrorImage.camera.translation.y())) / 2;
    if (straight.seenJoints && ofMirrorImage.seenJoints) mean.seenJoints = averaged(*straight.seenJoints, turnedBack(*ofMirrorImage.seenJoints));
    return mean;
}

}  // namespace hmr
