// SPDX-License-Identifier: MIT
#include "network/rotation_encoding.h"

#include <torch/nn/functional.h>

#include "body/error.h"
#include "body/skeleton.h"

namespace hmr {
namespace {

// Below this squared angle sin(θ)/θ and (1 − cos θ)/θ² are taken from their series, whose next terms are under 1e-13.
constexpr double kSmallSquaredAngle = 1e-3;

torch::Tensor crossProductMatrices(const torch::Tensor& v) {
    const auto x = v.select(-1, 0), y = v.select(-1, 1), z = v.select(-1, 2), zero = torch::zeros_like(x);
    const auto rows = torch::stack({zero, -z, y, z, zero, -x, -y, x, zero}, -1);
    auto shape = v.sizes().vec();
    shape.push_back(3);
    return rows.reshape(shape);
}

}  // namespace

torch::Tensor rotationsFromSixD(const torch::Tensor& sixD) {
    namespace F = torch::nn::functional;
    auto shape = sixD.sizes().vec();
    shape.back() = 3;
    shape.push_back(2);
    const auto columns = sixD.reshape(shape);
    const auto normalize = F::NormalizeFuncOptions().dim(-1);
    const auto first = F::normalize(columns.select(-1, 0), normalize);
    const auto second = columns.select(-1, 1);
    const auto alongFirst = (first * second).sum(-1, true) * first;
    const auto secondUnit = F::normalize(second - alongFirst, normalize);
    return torch::stack({first, secondUnit, torch::cross(first, secondUnit, -1)}, -1);
}

torch::Tensor sixDFromRotations(const torch::Tensor& rotations) {
    return rotations.narrow(-1, 0, 2).flatten(-2);
}

torch::Tensor rotationsFromAxisAngle(const torch::Tensor& axisAngle) {
    const auto squared = axisAngle.square().sum(-1, true).unsqueeze(-1);
    const auto isSmall = squared < kSmallSquaredAngle;
    // The branch that is not taken must have a finite gradient too, so it never sees an angle of zero.
    const auto safeSquared = torch::where(isSmall, torch::ones_like(squared), squared);
    const auto angle = safeSquared.sqrt();
    const auto halfSine = (angle / 2).sin();
    const auto sineRatio =
        torch::where(isSmall, 1 - squared / 6 + squared.square() / 120, angle.sin() / angle);
    const auto cosineRatio =
        torch::where(isSmall, 0.5 - squared / 24 + squared.square() / 720, 2 * halfSine.square() / safeSquared);
    const auto cross = crossProductMatrices(axisAngle);
    return torch::eye(3, axisAngle.options()) + sineRatio * cross + cosineRatio * cross.matmul(cross);
}

int numbersPerRotation(const std::string& encoding) {
    if (encoding == "axis-angle") return 3;
    if (encoding == "6d" || encoding == "6d-sequential") return 6;
    throw Error("Unknown rotation encoding \"" + encoding + "\"; the network knows \"6d\", \"6d-sequential\" and \"axis-angle\".");
}

torch::Tensor decodeRotations(const torch::Tensor& poses, const std::string& encoding) {
    const auto numbers = poses.reshape({-1, kNumSmplJoints, numbersPerRotation(encoding)});
    if (encoding == "axis-angle") return rotationsFromAxisAngle(numbers);
    if (encoding == "6d") return rotationsFromSixD(numbers);
    return rotationsFromSixD(numbers.view({-1, kNumSmplJoints, 2, 3}).transpose(-1, -2).flatten(-2));
}

}  // namespace hmr
