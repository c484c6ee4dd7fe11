// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Geometry>
#include <array>
#include <map>

#include "body/construction/mesh.h"

namespace hmr::test {

/// A finely divided octahedron blown up to a sphere: closed, genus 0, symmetric, and with a texture seam around the
/// middle.
struct Octahedron {
    Points3d vertices;
    std::vector<std::uint32_t> mirror;
    SkinTriangles skin;

    explicit Octahedron(int divisions) {
        std::vector<Eigen::Vector3i> grid;
        std::map<std::array<int, 3>, std::uint32_t> ids;
        const auto idOf = [&](const Eigen::Vector3i& p) {
            const auto [place, isNew] = ids.try_emplace({p.x(), p.y(), p.z()}, static_cast<std::uint32_t>(grid.size()));
            if (isNew) grid.push_back(p);
            return place->second;
        };
        std::vector<std::array<std::uint32_t, 3>> left, right;
        for (const int sy : {1, -1})
            for (const int sz : {1, -1}) {
                const auto at = [&](int i, int j) { return Eigen::Vector3i(divisions - i - j, sy * i, sz * j); };
                const auto add = [&](Eigen::Vector3i a, Eigen::Vector3i b, Eigen::Vector3i c) {
                    if (sy * sz < 0) std::swap(b, c);
                    left.push_back({idOf(a), idOf(b), idOf(c)});
                    for (auto* p : {&a, &b, &c}) p->x() = -p->x();
                    right.push_back({idOf(a), idOf(c), idOf(b)});
                };
                for (int i = 0; i < divisions; ++i)
                    for (int j = 0; i + j < divisions; ++j) {
                        add(at(i, j), at(i + 1, j), at(i, j + 1));
                        if (i + j + 1 < divisions) add(at(i + 1, j), at(i + 1, j + 1), at(i, j + 1));
                    }
            }
        vertices.resize(static_cast<Eigen::Index>(grid.size()), 3);
        for (std::size_t v = 0; v < grid.size(); ++v) {
            vertices.row(static_cast<Eigen::Index>(v)) = grid[v].cast<double>().normalized().transpose();
            mirror.push_back(ids.at({-grid[v].x(), grid[v].y(), grid[v].z()}));
        }
        const auto count = static_cast<Eigen::Index>(left.size());
        skin = {Triangles(2 * count, 3), Triangles(2 * count, 3)};
        for (Eigen::Index t = 0; t < count; ++t)
            for (int k = 0; k < 3; ++k) {
                skin.triangles(t, k) = skin.textureTriangles(t, k) = left[t][k];
                skin.triangles(t + count, k) = right[t][k];
                skin.textureTriangles(t + count, k) = right[t][k] + static_cast<std::uint32_t>(grid.size());
            }
    }
};

}  // namespace hmr::test
