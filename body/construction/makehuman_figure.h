// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "body/types.h"

namespace hmr {

/// One of MakeHuman's macro shapes: sparse offsets (metres) from the base mesh, named by the words it stands for
/// ("universal-female-old-maxmuscle-minweight").
struct MacroTarget {
    std::string name;
    std::vector<std::uint32_t> vertices;
    Points3f offsets;
};

/// MakeHuman's figure as its files hold it: metres, y up, face toward +z, the body's left toward +x.
/// Of the N vertices the first numSkinVertices are the skin, the rest are its guides (joint cubes, clothes, eyes, …).
struct MakeHumanFigure {
    using Quads = std::vector<std::array<std::uint32_t, 4>>;

    Points3d vertices;          ///< [N,3]
    int numSkinVertices = 0;    ///< V
    Quads quads, textureQuads;  ///< of the skin; the latter into textureCoordinates
    Eigen::Matrix<float, Eigen::Dynamic, 2, Eigen::RowMajor> textureCoordinates;
    std::map<std::string, std::vector<std::uint32_t>> jointCubes;  ///< "l-knee": a joint lies at the mean of its cube
    std::map<std::string, std::vector<std::pair<std::uint32_t, double>>> boneWeights;  ///< of the default rig
    std::vector<std::uint32_t> mirrorVertices;  ///< [N] the vertex on the other side
    std::vector<MacroTarget> targets;           ///< sorted by name
};

}  // namespace hmr
