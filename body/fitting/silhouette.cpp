// SPDX-License-Identifier: MIT
#include "body/fitting/silhouette.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "body/error.h"

namespace hmr {
namespace {

constexpr std::size_t kMostPoints = 3000;
constexpr int kNormalReach = 3;  // pixels: the mask's slope is taken over a square of twice that and one

/// Whether each pixel is the person's.
class Mask {
public:
    explicit Mask(const Picture& picture) : picture_(picture), channel_(picture.channels == 4 ? 3 : 0) {
        if (picture.channels != 1 && picture.channels != 4)
            throw Error("A silhouette is a grey picture or one with transparency; this one has " + std::to_string(picture.channels) + " channels.");
    }
    bool contains(int x, int y) const { return x >= 0 && y >= 0 && x < picture_.width && y < picture_.height; }
    bool isPerson(int x, int y) const { return contains(x, y) && picture_.at(x, y)[channel_] > 127; }

    /// Out of the person, by where the person's pixels around lie; zero where they lie evenly.
    Eigen::Vector2d normalAt(int x, int y) const {
        Eigen::Vector2d inward = Eigen::Vector2d::Zero();
        for (int dy = -kNormalReach; dy <= kNormalReach; ++dy)
            for (int dx = -kNormalReach; dx <= kNormalReach; ++dx)
                if (isPerson(x + dx, y + dy)) inward += Eigen::Vector2d(dx, dy);
        return inward.norm() > 1 ? Eigen::Vector2d(-inward.normalized()) : Eigen::Vector2d::Zero();
    }

private:
    const Picture& picture_;
    int channel_;
};

}  // namespace

Silhouette silhouetteOf(const Picture& picture, const CropWindow& crop) {
    const Mask mask(picture);
    struct Edge {
        Eigen::Vector2d place, normal;
    };
    std::vector<Edge> edges;
    bool hasPerson = false;
    for (int y = 0; y < picture.height; ++y) {
        for (int x = 0; x < picture.width; ++x) {
            if (!mask.isPerson(x, y)) continue;
            hasPerson = true;
            Eigen::Vector2d outside = Eigen::Vector2d::Zero();
            int count = 0;
            for (const auto& [dx, dy] : {std::pair{1, 0}, {-1, 0}, {0, 1}, {0, -1}}) {
                if (!mask.contains(x + dx, y + dy) || mask.isPerson(x + dx, y + dy)) continue;
                outside += Eigen::Vector2d(dx, dy);
                ++count;
            }
            if (count == 0) continue;
            const Eigen::Vector2d normal = mask.normalAt(x, y);
            // The edge runs between this pixel's middle and those outside.
            if (normal.norm() > 0) edges.push_back({Eigen::Vector2d(x + 0.5, y + 0.5) + 0.5 * outside / count, normal});
        }
    }
    if (edges.empty())
        throw Error(hasPerson ? "The silhouette fills its whole picture, so it has no outline. Choose a mask of one person."
                              : "There is nobody in the silhouette: no pixel is bright (or, in a picture with transparency, opaque). Choose a mask of one person.");
    const std::size_t step = std::max<std::size_t>(1, edges.size() / kMostPoints);
    Silhouette silhouette;
    const auto count = static_cast<Eigen::Index>((edges.size() + step - 1) / step);
    silhouette.points.resize(count, 2);
    silhouette.normals.resize(count, 2);
    for (Eigen::Index i = 0; i < count; ++i) {
        const Edge& edge = edges[static_cast<std::size_t>(i) * step];
        silhouette.points.row(i) = ((edge.place - crop.center) * (2 / crop.side)).transpose();
        silhouette.normals.row(i) = edge.normal.transpose();
    }
    return silhouette;
}

}  // namespace hmr
