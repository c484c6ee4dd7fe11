// SPDX-License-Identifier: MIT
#include "body/construction/mesh.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>

#include "body/error.h"

namespace hmr {
namespace {

using Quad = std::array<std::uint32_t, 4>;

Quad sorted(Quad quad) {
    std::sort(quad.begin(), quad.end());
    return quad;
}

/// One orthographic view: draws the triangles' numbers into a depth buffer and marks the vertices of those seen.
void markSeen(const Points3d& view, const Triangles& triangles, std::vector<bool>& isSeen) {
    constexpr int kSize = 1000;
    std::vector<float> depth(kSize * kSize, -1e30f);
    std::vector<int> drawn(kSize * kSize, -1);
    const Eigen::RowVector3d low = view.colwise().minCoeff(), high = view.colwise().maxCoeff();
    const double scale = (kSize - 2) / std::max(high[0] - low[0], high[1] - low[1]);
    for (int t = 0; t < triangles.rows(); ++t) {
        Eigen::Vector2d corner[3];
        for (int k = 0; k < 3; ++k)
            corner[k] = (view.row(triangles(t, k)) - low).head<2>().transpose() * scale + Eigen::Vector2d(1, 1);
        const auto cross = [](const Eigen::Vector2d& a, const Eigen::Vector2d& b) {
            return a.x() * b.y() - a.y() * b.x();
        };
        const double area = cross(corner[1] - corner[0], corner[2] - corner[0]);
        if (std::abs(area) < 1e-9) continue;
        const auto bounds = std::minmax({corner[0].x(), corner[1].x(), corner[2].x()});
        const auto rows = std::minmax({corner[0].y(), corner[1].y(), corner[2].y()});
        for (int y = static_cast<int>(rows.first); y <= static_cast<int>(rows.second) && y < kSize; ++y)
            for (int x = static_cast<int>(bounds.first); x <= static_cast<int>(bounds.second) && x < kSize; ++x) {
                const Eigen::Vector2d p(x + 0.5, y + 0.5);
                const double a = cross(corner[1] - p, corner[2] - p) / area,
                             b = cross(corner[2] - p, corner[0] - p) / area;
                if (a < 0 || b < 0 || a + b > 1) continue;
                const auto z = static_cast<float>(a * view(triangles(t, 0), 2) + b * view(triangles(t, 1), 2) +
                                                  (1 - a - b) * view(triangles(t, 2), 2));
                if (z <= depth[y * kSize + x]) continue;
                depth[y * kSize + x] = z;
                drawn[y * kSize + x] = t;
            }
    }
    for (const int t : drawn)
        for (int k = 0; t >= 0 && k < 3; ++k) isSeen[triangles(t, k)] = true;
}

}  // namespace

SkinTriangles splitQuads(const MakeHumanFigure& figure, const Symmetry& symmetry) {
    std::map<Quad, std::size_t> quadOfCorners;
    for (std::size_t q = 0; q < figure.quads.size(); ++q) quadOfCorners[sorted(figure.quads[q])] = q;
    const auto numTriangles = static_cast<Eigen::Index>(2 * figure.quads.size());
    SkinTriangles result{Triangles(numTriangles, 3), Triangles(numTriangles, 3)};
    Eigen::Index next = 0;
    for (std::size_t q = 0; q < figure.quads.size(); ++q) {
        const Quad &quad = figure.quads[q], &texture = figure.textureQuads[q];
        const bool isLeft = std::none_of(quad.begin(), quad.end(), [&](auto v) { return symmetry.isRight(v); });
        if (!isLeft) continue;
        Quad mirrored;
        std::transform(quad.begin(), quad.end(), mirrored.begin(), [&](auto v) { return symmetry.mirror()[v]; });
        const auto other = quadOfCorners.find(sorted(mirrored));
        if (other == quadOfCorners.end())
            throw Error("The skin has a face without a mirror image; a symmetric base mesh was expected.");
        const Quad &otherQuad = figure.quads[other->second], &otherTexture = figure.textureQuads[other->second];
        const auto length = [&](int a, int b) {
            return (figure.vertices.row(quad[a]) - figure.vertices.row(quad[b])).squaredNorm();
        };
        const int first = length(0, 2) <= length(1, 3) ? 0 : 1;
        for (const auto& corners :
             {std::array{first, first + 1, first + 2}, std::array{first, first + 2, (first + 3) % 4}}) {
            for (int k = 0; k < 3; ++k) {
                const int corner = corners[k];
                result.triangles(next, k) = quad[corner];
                result.textureTriangles(next, k) = texture[corner];
                // mirroring turns the order of the corners around
                const int turned = k == 0 ? 0 : 3 - k;
                const auto at = std::find(otherQuad.begin(), otherQuad.end(), mirrored[corner]) - otherQuad.begin();
                result.triangles(next + numTriangles / 2, turned) = mirrored[corner];
                result.textureTriangles(next + numTriangles / 2, turned) = otherTexture[at];
            }
            ++next;
        }
    }
    if (next != numTriangles / 2)
        throw Error("Faces of the skin cross the middle; a symmetric base mesh was expected.");
    return result;
}

Triangles halfTriangles(const SkinTriangles& skin, const Symmetry& symmetry) {
    Triangles result = skin.triangles.topRows(skin.triangles.rows() / 2);
    for (Eigen::Index i = 0; i < result.size(); ++i)
        result.data()[i] = static_cast<std::uint32_t>(symmetry.halfRow(result.data()[i]));
    return result;
}

Eigen::VectorXd vertexAreas(const Points3d& vertices, const Triangles& triangles) {
    Eigen::VectorXd areas = Eigen::VectorXd::Zero(vertices.rows());
    for (int t = 0; t < triangles.rows(); ++t) {
        const Eigen::Vector3d a = vertices.row(triangles(t, 0)), b = vertices.row(triangles(t, 1)),
                              c = vertices.row(triangles(t, 2));
        const double area = 0.5 * (b - a).cross(c - a).norm();
        for (int k = 0; k < 3; ++k) areas[triangles(t, k)] += area / 3;
    }
    return areas;
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> edgesOf(const Triangles& triangles) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
    for (int t = 0; t < triangles.rows(); ++t)
        for (int k = 0; k < 3; ++k) {
            const auto a = triangles(t, k), b = triangles(t, (k + 1) % 3);
            edges.emplace_back(std::min(a, b), std::max(a, b));
        }
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    return edges;
}

std::vector<bool> visibleFromOutside(const Points3d& vertices, const Triangles& triangles) {
    std::vector<bool> isSeen(static_cast<std::size_t>(vertices.rows()), false);
    constexpr double kDegree = std::numbers::pi / 180;
    for (int yaw = 0; yaw < 360; yaw += 30)
        for (int pitch = -75; pitch <= 75; pitch += 30) {
            const Eigen::Matrix3d turn = (Eigen::AngleAxisd(pitch * kDegree, Eigen::Vector3d::UnitX()) *
                                          Eigen::AngleAxisd(yaw * kDegree, Eigen::Vector3d::UnitY()))
                                             .toRotationMatrix();
            markSeen(vertices * turn.transpose(), triangles, isSeen);
        }
    return isSeen;
}

}  // namespace hmr
