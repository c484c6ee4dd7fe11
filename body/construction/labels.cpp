// SPDX-License-Identifier: MIT
#include "body/construction/labels.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "body/error.h"
#include "body/skeleton.h"

namespace hmr {
namespace {

using Label = std::uint8_t;
using PartOfJoint = std::array<Label, kNumSmplJoints>;

constexpr PartOfJoint kPart14 = {1, 8, 9, 1, 10, 11, 1, 12, 13, 1, 12, 13, 0, 1, 1, 0, 2, 3, 4, 5, 6, 7, 6, 7};
constexpr PartOfJoint kPart6 = {2, 6, 5, 2, 6, 5, 2, 6, 5, 2, 6, 5, 2, 2, 2, 1, 4, 3, 4, 3, 4, 3, 4, 3};

PartOfJoint eachItsOwn() {
    PartOfJoint parts{};
    for (int j = 0; j < kNumSmplJoints; ++j) parts[j] = static_cast<Label>(j);
    return parts;
}

/// The part with the largest summed weight. In the middle only parts that are their own mirror image count.
Label heaviestPart(const SkinWeights& weights, int row, const PartOfJoint& parts, bool isMiddle) {
    std::array<double, kNumSmplJoints> sums{};
    for (SkinWeights::InnerIterator it(weights, row); it; ++it) {
        const auto joint = static_cast<std::size_t>(it.col());
        if (!isMiddle || parts[kSmplFlip[joint]] == parts[joint]) sums[parts[joint]] += it.value();
    }
    if (*std::max_element(sums.begin(), sums.end()) == 0) return parts[0];  // between the legs
    return static_cast<Label>(std::max_element(sums.begin(), sums.end()) - sums.begin());
}

std::vector<Label> labelsFor(const SkinWeights& halfWeights, const Symmetry& symmetry, const PartOfJoint& parts) {
    std::array<Label, kNumSmplJoints> flipped{};
    for (int j = 0; j < kNumSmplJoints; ++j) flipped[parts[j]] = parts[kSmplFlip[j]];
    std::vector<Label> labels(symmetry.mirror().size());
    for (std::uint32_t v = 0; v < labels.size(); ++v) {
        const Label label = heaviestPart(halfWeights, symmetry.halfRow(v), parts, symmetry.isMiddle(v));
        labels[v] = symmetry.isRight(v) ? flipped[label] : label;
    }
    return labels;
}

}  // namespace

PartLabels partLabels(const SkinWeights& halfWeights, const Symmetry& symmetry) {
    return {labelsFor(halfWeights, symmetry, eachItsOwn()), labelsFor(halfWeights, symmetry, kPart14),
            labelsFor(halfWeights, symmetry, kPart6)};
}

std::map<std::string, std::vector<std::uint32_t>> skinLandmarks(const Points3d& vertices, const Symmetry& symmetry) {
    constexpr std::uint32_t kLargestNamed = 13182;
    if (vertices.rows() <= kLargestNamed)
        throw Error("The named points are those of MakeHuman's mesh hm08 (13,380 skin vertices); this skin has only " +
                    std::to_string(vertices.rows()) + " vertices.");
    std::map<std::string, std::vector<std::uint32_t>> marks = {{"nose", {297}}, {"chin", {495}}, {"head_top", {881}}};
    const std::map<std::string, std::vector<std::uint32_t>> left = {{"eye", {7774, 7787}},
                                                                    {"ear", {12106, 12195}},
                                                                    {"heel", {12442}},
                                                                    {"big_toe", {11551}},
                                                                    {"small_toe", {13182}}};
    for (const auto& [name, ids] : left) {
        marks["left_" + name] = ids;
        for (const std::uint32_t v : ids) marks["right_" + name].push_back(symmetry.mirror()[v]);
    }
    Eigen::Index fingertip = 0;
    vertices.col(0).maxCoeff(&fingertip);
    marks["left_fingertip"] = {static_cast<std::uint32_t>(fingertip)};
    marks["right_fingertip"] = {symmetry.mirror()[fingertip]};
    std::uint32_t crotch = 297;
    for (std::uint32_t v = 0; v < vertices.rows(); ++v)
        if (symmetry.isMiddle(v) && vertices(v, 1) < vertices(crotch, 1)) crotch = v;
    marks["crotch"] = {crotch};
    return marks;
}

std::vector<std::string> betaNames() {
    return {"Size",          "Weight",          "Chest vs. hips", "Leg length and waist", "Age",
            "Hips and bust", "Chest vs. belly", "Low hips",       "Limbs vs. bust",       "Thighs and upper arms"};
}

}  // namespace hmr
