// SPDX-License-Identifier: MIT
#include "body/construction/symmetry.h"

#include "body/error.h"
#include "body/skeleton.h"

namespace hmr {

Symmetry::Symmetry(std::vector<std::uint32_t> mirror, const Points3d& vertices) : mirror_(std::move(mirror)) {
    const auto count = mirror_.size();
    if (static_cast<std::size_t>(vertices.rows()) != count)
        throw Error("The mirror table has " + std::to_string(count) + " entries for " +
                    std::to_string(vertices.rows()) + " vertices.");
    halfRow_.assign(count, -1);
    for (std::uint32_t v = 0; v < count; ++v) {
        const std::uint32_t other = mirror_[v];
        if (other >= count || mirror_[other] != v)
            throw Error("The mirror table is not its own inverse at vertex " + std::to_string(v) + ".");
        if (other != v && vertices(v, 0) <= vertices(other, 0)) continue;
        halfRow_[v] = halfRow_[other] = static_cast<int>(half_.size());
        half_.push_back(v);
    }
    for (std::uint32_t v = 0; v < count; ++v)
        if (halfRow_[v] < 0)
            throw Error("Vertices " + std::to_string(v) + " and " + std::to_string(mirror_[v]) +
                        " are a mirrored pair but neither lies on the left.");
}

Points3d Symmetry::symmetricHalf(const Points3d& whole) const {
    const Eigen::RowVector3d flip(-1, 1, 1);
    Points3d result(numHalf(), 3);
    for (int h = 0; h < numHalf(); ++h) {
        const std::uint32_t v = half_[h];
        result.row(h) = 0.5 * (whole.row(v) + whole.row(mirror_[v]).cwiseProduct(flip));
    }
    return result;
}

Points3d Symmetry::whole(const Points3d& half) const {
    Points3d result(numVertices(), 3);
    for (std::uint32_t v = 0; v < mirror_.size(); ++v) {
        result.row(v) = half.row(halfRow_[v]);
        if (isRight(v)) result(v, 0) = -result(v, 0);
    }
    return result;
}

Points3d symmetricJoints(const Points3d& joints) {
    const Eigen::RowVector3d flip(-1, 1, 1);
    Points3d result(joints.rows(), 3);
    for (int j = 0; j < joints.rows(); ++j)
        result.row(j) = 0.5 * (joints.row(j) + joints.row(kSmplFlip[j]).cwiseProduct(flip));
    return result;
}

}  // namespace hmr
