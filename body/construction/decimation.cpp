// SPDX-License-Identifier: MIT
#include "body/construction/decimation.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <optional>
#include <queue>

#include "body/error.h"

namespace hmr {
namespace {

using Eigen::Vector3d;
using Id = std::uint32_t;

/// A triangle of the left half with its texture corners and those of its mirror image.
struct Face {
    std::array<Id, 3> corners, texture, mirrorTexture;
    bool isAlive = true;

    int cornerOf(Id vertex) const {
        for (int k = 0; k < 3; ++k)
            if (corners[k] == vertex) return k;
        return -1;
    }
};

struct Candidate {
    double cost;
    Id from, to;
    int versionFrom, versionTo;
    bool operator<(const Candidate& other) const {  // the cheapest on top, ties by vertex id
        if (cost != other.cost) return cost > other.cost;
        return from != other.from ? from > other.from : to > other.to;
    }
};

/// The left half of the surface: a disk whose border is the middle of the body.
class HalfSurface {
public:
    HalfSurface(const Points3d& vertices, const SkinTriangles& skin, const Symmetry& symmetry,
                const std::vector<bool>& isLocked, const Eigen::VectorXd& importance)
        : vertices_(vertices),
          symmetry_(symmetry),
          isLocked_(isLocked),
          facesOf_(isLocked.size()),
          quadrics_(isLocked.size(), Eigen::Matrix4d::Zero()),
          versions_(isLocked.size(), 0),
          isGone_(isLocked.size(), false),
          numAlive_(static_cast<int>(isLocked.size())) {
        const Eigen::Index count = skin.triangles.rows() / 2;
        for (Eigen::Index t = 0; t < count; ++t) {
            Face face;
            for (int k = 0; k < 3; ++k) {
                const int turned = k == 0 ? 0 : 3 - k;
                face.corners[k] = skin.triangles(t, k);
                face.texture[k] = skin.textureTriangles(t, k);
                face.mirrorTexture[k] = skin.textureTriangles(t + count, turned);
                facesOf_[face.corners[k]].push_back(static_cast<int>(t));
            }
            addQuadric(face, importance);
            faces_.push_back(face);
        }
        for (Id v = 0; v < isLocked.size(); ++v)
            if (!symmetry.isRight(v))
                for (const Id other : neighbours(v)) push(v, other);
    }

    int numAlive() const { return numAlive_; }
    const std::vector<Face>& faces() const { return faces_; }
    bool isGone(Id v) const { return isGone_[v]; }

    /// Carries out the cheapest collapse that is allowed; only one of the middle when `onlyMiddle`. False if none is
    /// left.
    bool collapseCheapest(bool onlyMiddle) {
        std::vector<Candidate> putOff;
        bool isDone = false;
        while (!isDone && !queue_.empty()) {
            const Candidate next = queue_.top();
            queue_.pop();
            if (isGone_[next.from] || isGone_[next.to] || versions_[next.from] != next.versionFrom ||
                versions_[next.to] != next.versionTo)
                continue;
            if (onlyMiddle && !symmetry_.isMiddle(next.from)) {
                putOff.push_back(next);
                continue;
            }
            isDone = tryCollapse(next.from, next.to);
        }
        for (const Candidate& candidate : putOff) queue_.push(candidate);
        return isDone;
    }

private:
    Vector3d at(Id v) const { return vertices_.row(v).transpose(); }

    void addQuadric(const Face& face, const Eigen::VectorXd& importance) {
        const Vector3d a = at(face.corners[0]);
        Vector3d normal = (at(face.corners[1]) - a).cross(at(face.corners[2]) - a);
        const double area = normal.norm();
        normal /= std::max(area, 1e-15);
        Eigen::Vector4d plane;
        plane << normal, -normal.dot(a);
        double weight = 0;
        for (const Id v : face.corners) weight += importance[v] / 3;
        for (const Id v : face.corners) quadrics_[v] += weight * area * plane * plane.transpose();
    }

    std::vector<Id> neighbours(Id v) const {
        std::vector<Id> result;
        for (const int f : facesOf_[v])
            for (const Id other : faces_[f].corners)
                if (other != v) result.push_back(other);
        std::sort(result.begin(), result.end());
        result.erase(std::unique(result.begin(), result.end()), result.end());
        return result;
    }

    void push(Id from, Id to) {
        if (isLocked_[from]) return;
        if (symmetry_.isMiddle(from) && !symmetry_.isMiddle(to)) return;  // would open the border
        Eigen::Vector4d point;
        point << at(to), 1;
        double cost = point.dot((quadrics_[from] + quadrics_[to]) * point) + 1e-9 * (at(from) - at(to)).squaredNorm();
        if (symmetry_.isMiddle(from)) cost *= 2;  // the other half's error, for one vertex less instead of two
        queue_.push({cost, from, to, versions_[from], versions_[to]});
    }

    /// No edge twice, no fold: the vertices that both ends know are just those opposite their edge.
    bool keepsTopology(Id from, Id to, const std::vector<Id>& around, int numShared) const {
        const std::vector<Id> aroundTo = neighbours(to);
        std::vector<Id> common;
        std::set_intersection(around.begin(), around.end(), aroundTo.begin(), aroundTo.end(),
                              std::back_inserter(common));
        const bool isAlongMiddle = symmetry_.isMiddle(from);
        if (numShared != (isAlongMiddle ? 1 : 2) || static_cast<int>(common.size()) != numShared) return false;
        if (isAlongMiddle || !symmetry_.isMiddle(to)) return true;
        // an edge between two vertices of the middle would meet its own mirror image
        return std::none_of(around.begin(), around.end(), [&](Id v) {
            return v != to && symmetry_.isMiddle(v) && !std::binary_search(common.begin(), common.end(), v);
        });
    }

    bool keepsShape(const Face& face, Id from, Id to) const {
        std::array<Vector3d, 3> before, after;
        for (int k = 0; k < 3; ++k) {
            before[k] = at(face.corners[k]);
            after[k] = at(face.corners[k] == from ? to : face.corners[k]);
        }
        const Vector3d was = (before[1] - before[0]).cross(before[2] - before[0]);
        const Vector3d becomes = (after[1] - after[0]).cross(after[2] - after[0]);
        double longest = 0;
        for (int k = 0; k < 3; ++k) longest = std::max(longest, (after[k] - after[(k + 1) % 3]).squaredNorm());
        return becomes.norm() > 1e-12 && was.dot(becomes) >= 0.3 * was.norm() * becomes.norm() &&
               becomes.norm() >= 0.06 * longest;
    }

    /// What texture corner of `to` replaces a texture corner of `from`, learnt from the faces that vanish.
    std::optional<Id> replacement(Id texture, std::array<Id, 3> Face::*layer, Id from, Id to) const {
        for (const int f : facesOf_[from]) {
            const int a = faces_[f].cornerOf(from), b = faces_[f].cornerOf(to);
            if (b >= 0 && (faces_[f].*layer)[a] == texture) return (faces_[f].*layer)[b];
        }
        return std::nullopt;
    }

    bool tryCollapse(Id from, Id to) {
        const std::vector<Id> around = neighbours(from);
        const int numShared = static_cast<int>(std::count_if(facesOf_[from].begin(), facesOf_[from].end(),
                                                             [&](int f) { return faces_[f].cornerOf(to) >= 0; }));
        if (!keepsTopology(from, to, around, numShared)) return false;
        std::vector<std::pair<int, Face>> changed;
        for (const int f : facesOf_[from]) {
            Face face = faces_[f];
            if (face.cornerOf(to) >= 0) continue;
            const int corner = face.cornerOf(from);
            const auto texture = replacement(face.texture[corner], &Face::texture, from, to);
            const auto mirrorTexture = replacement(face.mirrorTexture[corner], &Face::mirrorTexture, from, to);
            if (!texture || !mirrorTexture || !keepsShape(face, from, to)) return false;
            face.corners[corner] = to;
            face.texture[corner] = *texture;
            face.mirrorTexture[corner] = *mirrorTexture;
            changed.emplace_back(f, face);
        }
        for (const int f : facesOf_[from])
            if (faces_[f].cornerOf(to) >= 0) {
                faces_[f].isAlive = false;
                for (const Id v : faces_[f].corners)
                    if (v != from) std::erase(facesOf_[v], f);
            }
        for (const auto& [f, face] : changed) {
            faces_[f] = face;
            facesOf_[to].push_back(f);
        }
        facesOf_[from].clear();
        isGone_[from] = true;
        numAlive_ -= symmetry_.isMiddle(from) ? 1 : 2;
        quadrics_[to] += quadrics_[from];
        ++versions_[to];
        // The faces around have changed: collapses refused before may be possible now.
        for (const Id v : neighbours(to)) {
            push(to, v);
            push(v, to);
        }
        return true;
    }

    const Points3d& vertices_;
    const Symmetry& symmetry_;
    const std::vector<bool>& isLocked_;
    std::vector<Face> faces_;
    std::vector<std::vector<int>> facesOf_;
    std::vector<Eigen::Matrix4d> quadrics_;
    std::vector<int> versions_;
    std::vector<bool> isGone_;
    std::priority_queue<Candidate> queue_;
    int numAlive_;
};

}  // namespace

CoarserSkin decimate(const Points3d& vertices, const SkinTriangles& skin, const Symmetry& symmetry,
                     const std::vector<bool>& isLocked, const Eigen::VectorXd& importance, int numVertices) {
    HalfSurface surface(vertices, skin, symmetry, isLocked, importance);
    while (surface.numAlive() > numVertices)
        if (!surface.collapseCheapest(surface.numAlive() == numVertices + 1))
            throw Error("The mesh cannot be reduced to " + std::to_string(numVertices) + " vertices; " +
                        std::to_string(surface.numAlive()) + " are the fewest.");
    CoarserSkin result;
    std::vector<Id> row(isLocked.size(), 0);
    for (Id v = 0; v < isLocked.size(); ++v) {
        if (surface.isGone(v) || surface.isGone(symmetry.mirror()[v])) continue;
        row[v] = static_cast<Id>(result.kept.size());
        result.kept.push_back(v);
    }
    const auto count =
        std::count_if(surface.faces().begin(), surface.faces().end(), [](const Face& f) { return f.isAlive; });
    result.skin = {Triangles(2 * count, 3), Triangles(2 * count, 3)};
    Eigen::Index t = 0;
    for (const Face& face : surface.faces()) {
        if (!face.isAlive) continue;
        for (int k = 0; k < 3; ++k) {
            const int turned = k == 0 ? 0 : 3 - k;
            result.skin.triangles(t, k) = row[face.corners[k]];
            result.skin.textureTriangles(t, k) = face.texture[k];
            result.skin.triangles(t + count, turned) = row[symmetry.mirror()[face.corners[k]]];
            result.skin.textureTriangles(t + count, turned) = face.mirrorTexture[k];
        }
        ++t;
    }
    return result;
}

}  // namespace hmr
