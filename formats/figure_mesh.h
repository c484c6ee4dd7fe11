// SPDX-License-Identifier: MIT
#pragma once
#include <set>
#include <span>
#include <string>
#include <vector>

#include "formats/figure.h"

namespace hmr {

/// A figure's surface with one vertex for each pair of position and texture coordinate, as GPU formats want it.
struct SplitMesh {
    std::vector<std::uint32_t> bodyVertices;     ///< [N] vertex of the figure
    std::vector<std::uint32_t> textureVertices;  ///< [N] row of textureCoordinates; empty without them
    Triangles triangles;                         ///< [F,3] into these
};
SplitMesh splitAtSeams(const Figure& figure);

/// The figure with at most `most` joints on a vertex, as GPU formats hold: the strongest ones, their weights scaled to sum to 1.
/// Its rest vertices move a little, so that skinning them still gives posedVertices.
Figure withFewerInfluences(const Figure& figure, int most);

/// Gives out every name once: "person", then "person_2" and so on.
class UniqueNames {
public:
    std::string take(const std::string& wanted);

private:
    std::set<std::string> taken_;
};

/// Throws Error when there is nothing to export or a figure's parts do not fit each other.
void requireExportable(std::span<const Figure> figures);

}  // namespace hmr
