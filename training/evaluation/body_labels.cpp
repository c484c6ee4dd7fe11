// SPDX-License-Identifier: MIT
#include "training/evaluation/body_labels.h"

#include <array>

#include "body/skeleton.h"

namespace hmr {
namespace {

/// Part that SMPL's joints move: 1 head, 2 torso, 3 right arm, 4 left arm, 5 right leg, 6 left leg.
constexpr std::array<std::uint8_t, kNumSmplJoints> kPartOfJoint = {2, 6, 5, 2, 6, 5, 2, 6, 5, 2, 6, 5, 2, 2, 2, 1, 4, 3, 4, 3, 4, 3, 4, 3};

std::vector<std::uint8_t> partsOfVertices(const BodyModelData& data) {
    if (!data.partLabels6.empty()) return data.partLabels6;
    std::vector<std::uint8_t> parts(static_cast<std::size_t>(data.skinWeights.rows()), 2);
    for (Eigen::Index vertex = 0; vertex < data.skinWeights.rows(); ++vertex) {
        float most = 0;
        for (Eigen::SparseMatrix<float, Eigen::RowMajor>::InnerIterator weight(data.skinWeights, vertex); weight; ++weight) {
            if (weight.value() <= most || weight.col() >= kNumSmplJoints) continue;
            most = weight.value();
            parts[static_cast<std::size_t>(vertex)] = kPartOfJoint[static_cast<std::size_t>(weight.col())];
        }
    }
    return parts;
}

}  // namespace

BodyLabelPainter::BodyLabelPainter(const BodyModel& body) : triangles_(body.triangles()) {
    const std::vector<std::uint8_t> parts = partsOfVertices(body.data());
    for (Eigen::Index i = 0; i < triangles_.rows(); ++i) {
        const std::uint8_t a = parts[triangles_(i, 0)], b = parts[triangles_(i, 1)], c = parts[triangles_(i, 2)];
        partOfTriangle_.push_back(b == c ? b : a);  // what two of its corners are
    }
}

const std::vector<std::uint8_t>& BodyLabelPainter::paint(const Points3f& vertices, const PinholeCamera& camera, int width, int height) {
    buffer_.clear(width, height);
    buffer_.draw(screenPoints(camera, vertices, 1), triangles_, 0, false);
    labels_.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 0);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            if (const std::uint32_t triangle = buffer_.id(x, y); triangle != VisibilityBuffer::kNothing)
                labels_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)] = partOfTriangle_[triangle];
    return labels_;
}

}  // namespace hmr
