// SPDX-License-Identifier: MIT
#pragma once
#include "body/construction/mesh.h"

namespace hmr {

/// A coarser mesh whose vertices are some of the finer one's.
struct CoarserSkin {
    std::vector<std::uint32_t> kept;  ///< vertex ids of the finer mesh, ascending
    SkinTriangles skin;               ///< triangles into `kept`, texture triangles into the same coordinates as before
};

/// Removes vertices in mirrored pairs (and single ones of the middle) until `numVertices` are left, by half-edge
/// collapses in the order of the quadric error (Garland & Heckbert 1997). The surface stays closed, of its genus and
/// symmetric, texture seams stay whole, `isLocked` [V] vertices stay; `importance` [V] weighs the error.
/// Throws Error when so few vertices cannot be reached.
CoarserSkin decimate(const Points3d& vertices, const SkinTriangles& skin, const Symmetry& symmetry,
                     const std::vector<bool>& isLocked, const Eigen::VectorXd& importance, int numVertices);

}  // namespace hmr
