// SPDX-License-Identifier: MIT
#include "training/lifted_bodies.h"

#include <torch/torch.h>

#include <cmath>

#include "network/joint_maps.h"
#include "network/losses.h"

namespace hmr {
namespace {

constexpr double kDegree = M_PI / 180;
constexpr double kJointsShareOfBox = 0.93;  ///< of a person's box, joints span this much
constexpr double kCloseUps = 0.2;           ///< share of bodies that the crop cuts
constexpr double kMissedJoints = 0.04;      ///< share of joints that are seen in a wrong place

torch::Tensor uniform(torch::IntArrayRef shape, double low, double high, const torch::TensorOptions& options) {
    return torch::rand(shape, options) * (high - low) + low;
}

/// Rotations [M,3,3] by angles [M] about an axis of the frame.
torch::Tensor turnsAbout(int axis, const torch::Tensor& angles) {
    const int first = (axis + 1) % 3, second = (axis + 2) % 3;
    torch::Tensor turns = torch::zeros({angles.size(0), 3, 3}, angles.options());
    turns.select(1, axis).select(1, axis).fill_(1);
    turns.select(1, first).select(1, first).copy_(angles.cos());
    turns.select(1, second).select(1, second).copy_(angles.cos());
    turns.select(1, second).select(1, first).copy_(angles.sin());
    turns.select(1, first).select(1, second).copy_(-angles.sin());
    return turns;
}

/// Camera axes from the world's (y up), as synthetic pictures have them, after a heading.
torch::Tensor drawViews(std::int64_t count, const torch::TensorOptions& options) {
    const auto isFrontal = torch::rand({count}, options) < 0.5;
    const auto heading = torch::where(isFrontal, torch::randn({count}, options) * 40 * kDegree, uniform({count}, -M_PI, M_PI, options));
    const auto isSteep = torch::rand({count}, options) < 0.15;
    const auto elevation =
        torch::where(isSteep, uniform({count}, -22 * kDegree, 50 * kDegree, options), torch::randn({count}, options) * 7 * kDegree + 5 * kDegree);
    const auto isTilted = torch::rand({count}, options) < 0.15;
    const auto roll = torch::randn({count}, options) * torch::where(isTilted, torch::full({count}, 20 * kDegree, options), torch::full({count}, 4 * kDegree, options));
    const auto facing = torch::diag(torch::tensor({1.0f, -1.0f, -1.0f}).to(options));
    return torch::matmul(torch::matmul(turnsAbout(2, roll), turnsAbout(0, elevation)), torch::matmul(facing, turnsAbout(1, heading)));
}

/// Cameras [M,3] that frame joints [M,19,3] as crops frame people.
torch::Tensor drawCameras(const torch::Tensor& joints, double personShare) {
    const auto options = joints.options();
    const auto count = joints.size(0);
    const auto plane = joints.narrow(2, 0, 2);
    const auto low = torch::amin(plane, {1}), high = torch::amax(plane, {1});
    const auto side = torch::amax(high - low, {1}).clamp_min(0.3);
    const auto isCloseUp = torch::rand({count}, options) < kCloseUps;
    const auto zoom = torch::where(isCloseUp, uniform({count}, 1.2, 2.6, options), uniform({count}, 0.75, 1.25, options));
    const auto scale = 2 * personShare * kJointsShareOfBox / side * zoom;
    // close-ups look at a part of the body, others nearly at its middle
    const auto freedom = torch::where(isCloseUp, torch::full({count}, 0.35, options), torch::full({count}, 0.08, options)).unsqueeze(1);
    const auto middle = (low + high) / 2 + side.unsqueeze(1) * freedom * uniform({count, 2}, -1, 1, options);
    return torch::cat({scale.unsqueeze(1), -middle}, 1);
}

/// Errors with a Laplace distribution of mean absolute value one.
torch::Tensor laplace(torch::IntArrayRef shape, const torch::TensorOptions& options) {
    const auto u = uniform(shape, -0.4999, 0.4999, options);
    return -u.sign() * torch::log1p(-2 * u.abs());
}

}  // namespace

LiftedBodies liftBodies(const torch::Tensor& rotations, const torch::Tensor& betas, const BodyLayer& body, double personShare,
                        int appearanceSize) {
    const torch::NoGradGuard noGrad;
    const auto options = rotations.options();
    const auto count = rotations.size(0);
    const std::int64_t numJoints = kNumCocoPlusJoints;
    LiftedBodies lifted;
    lifted.labels.rotations = rotations.clone();
    lifted.labels.rotations.select(1, 0).copy_(torch::matmul(drawViews(count, options), rotations.select(1, 0)));
    lifted.labels.betas = betas;
    const auto joints = lifted.labels.joints3d = body.cocoPlus(lifted.labels.rotations, betas);
    lifted.labels.hasJoints3d = lifted.labels.hasParameters = torch::ones({count}, options);
    const auto places = projectWeakPerspective(joints, drawCameras(joints, personShare));
    lifted.labels.keypoints = torch::cat({places, torch::ones({count, numJoints, 1}, options)}, 2);

    // A picture that is hard is hard for all its joints, some more.
    const auto hardness = uniform({count, 1}, std::log(0.012), std::log(0.12), options);
    auto logDeviation = hardness + torch::randn({count, numJoints}, options) * 0.6;
    const auto isOutside = torch::amax(places.abs(), {2}) > 1;
    const auto isMissed = torch::rand({count, numJoints}, options) < kMissedJoints;
    const auto isLost = isOutside.logical_or(isMissed);
    logDeviation = torch::where(isLost, uniform({count, numJoints}, -2, -0.2, options), logDeviation).clamp(kLowestLogDeviation, kHighestLogDeviation);
    const auto seen = (places.clamp(-1, 1) + laplace({count, numJoints, 2}, options) * logDeviation.exp().unsqueeze(2)).clamp(-1, 1);
    const auto depthDeviation = (uniform({count, 1}, std::log(0.03), std::log(0.3), options) + torch::randn({count, numJoints}, options) * 0.5)
                                    .clamp(kLowestLogDeviation, kHighestLogDeviation);
    const auto hips = (joints.select(1, 2) + joints.select(1, 3)) / 2;
    const auto depth = joints.select(2, 2) - hips.select(1, 2).unsqueeze(1) + laplace({count, numJoints}, options) * depthDeviation.exp();
    lifted.features = torch::cat({torch::zeros({count, appearanceSize}, options), seen.flatten(1), logDeviation, depth, depthDeviation}, 1);
    return lifted;
}

}  // namespace hmr
