// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "body/types.h"

namespace hmr {

/// The left-right symmetry of a mesh of V vertices. A symmetric body is known by its half: the H vertices of the
/// left and of the middle. Mirroring negates x.
class Symmetry {
public:
    /// `mirror` [V] is its own inverse; `vertices` tell which of a pair is the left one (+x). Throws Error otherwise.
    Symmetry(std::vector<std::uint32_t> mirror, const Points3d& vertices);

    const std::vector<std::uint32_t>& mirror() const { return mirror_; }
    const std::vector<std::uint32_t>& half() const { return half_; }  ///< [H] vertex ids, ascending
    int numVertices() const { return static_cast<int>(mirror_.size()); }
    int numHalf() const { return static_cast<int>(half_.size()); }
    bool isMiddle(std::uint32_t vertex) const { return mirror_[vertex] == vertex; }
    bool isRight(std::uint32_t vertex) const { return half_[halfRow_[vertex]] != vertex; }
    /// Row in half() of this vertex or of its mirror image.
    int halfRow(std::uint32_t vertex) const { return halfRow_[vertex]; }

    /// The half of the mean of a body and its mirror image: [H,3], x = 0 in the middle.
    Points3d symmetricHalf(const Points3d& whole) const;
    /// The whole body [V,3] of a half [H,3].
    Points3d whole(const Points3d& half) const;

private:
    std::vector<std::uint32_t> mirror_, half_;
    std::vector<int> halfRow_;
};

/// Joints [24,3] averaged with their mirror image.
Points3d symmetricJoints(const Points3d& joints);

}  // namespace hmr
