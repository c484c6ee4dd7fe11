// SPDX-License-Identifier: MIT
#pragma once
#include <utility>
#include <vector>

#include "body/construction/makehuman_figure.h"
#include "body/construction/symmetry.h"

namespace hmr {

/// Triangles of the skin with their texture corners, in pairs of mirror images: the half's triangles come first,
/// triangle t + F/2 is the mirror image of triangle t.
struct SkinTriangles {
    Triangles triangles, textureTriangles;  ///< [F,3]
};

/// Splits the skin's quads along their shorter diagonal on the left and the mirrored one on the right.
SkinTriangles splitQuads(const MakeHumanFigure& figure, const Symmetry& symmetry);

/// The triangles of the left, as rows of the half.
Triangles halfTriangles(const SkinTriangles& skin, const Symmetry& symmetry);

/// A third of the area of each vertex's triangles [V].
Eigen::VectorXd vertexAreas(const Points3d& vertices, const Triangles& triangles);

/// The edges of a mesh, each once, smaller vertex first, sorted.
std::vector<std::pair<std::uint32_t, std::uint32_t>> edgesOf(const Triangles& triangles);

/// Which vertices can be seen from somewhere outside: 72 views all around with a depth buffer. The insides of the
/// mouth and of the eye sockets cannot.
std::vector<bool> visibleFromOutside(const Points3d& vertices, const Triangles& triangles);

}  // namespace hmr
