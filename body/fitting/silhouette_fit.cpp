// SPDX-License-Identifier: MIT
#include "body/fitting/silhouette_fit.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "body/error.h"
#include "body/fitting/articulation.h"
#include "body/fitting/silhouette_objective.h"
#include "body/posing.h"

namespace hmr {
namespace {

constexpr int kGrid = 192;              // cells a side of the picture in which the body's own outline is looked for
constexpr double kGridReach = 1.3;      // crop coordinates from its middle to its border
constexpr double kSameWay = 0.7;        // cosine between normals that face the same way
constexpr double kSpacing = 0.03;       // crop coordinates between the points that are matched
constexpr double kIndependent = 60;     // neighbours on an outline are off together: they count as so many points in all
constexpr int kJointIterations = 12;
constexpr double kFirstReach = 0.2, kLastReach = 0.1;  // crop coordinates

double gridPlace(double x) { return (x / kGridReach + 1) * kGrid / 2; }

/// Which cells a body covers.
class Cover {
public:
    Cover(const Points2d& places, const Triangles& triangles) : cells_(kGrid * kGrid, 0) {
        for (Eigen::Index i = 0; i < triangles.rows(); ++i) fill(places.row(triangles(i, 0)), places.row(triangles(i, 1)), places.row(triangles(i, 2)));
    }
    bool isBesideBackground(const Eigen::Vector2d& place) const {
        const int x = static_cast<int>(std::floor(gridPlace(place.x()))), y = static_cast<int>(std::floor(gridPlace(place.y())));
        for (int dy = -1; dy <= 1; ++dy)
            for (int dx = -1; dx <= 1; ++dx)
                if (x + dx < 0 || y + dy < 0 || x + dx >= kGrid || y + dy >= kGrid || !cells_[static_cast<std::size_t>((y + dy) * kGrid + x + dx)]) return true;
        return false;
    }

private:
    void fill(const Eigen::Vector2d& p, const Eigen::Vector2d& q, const Eigen::Vector2d& r) {
        const Eigen::Vector2d a(gridPlace(p.x()), gridPlace(p.y())), b(gridPlace(q.x()), gridPlace(q.y())), c(gridPlace(r.x()), gridPlace(r.y()));
        const auto cross = [](const Eigen::Vector2d& u, const Eigen::Vector2d& v) { return u.x() * v.y() - u.y() * v.x(); };
        const double area = cross(b - a, c - a);
        const auto cellOf = [](double x) { return static_cast<int>(std::clamp(std::floor(x), 0.0, kGrid - 1.0)); };
        const int left = cellOf(std::min({a.x(), b.x(), c.x()}) - 0.5), right = cellOf(std::max({a.x(), b.x(), c.x()}) + 0.5);
        const int top = cellOf(std::min({a.y(), b.y(), c.y()}) - 0.5), bottom = cellOf(std::max({a.y(), b.y(), c.y()}) + 0.5);
        for (int y = top; y <= bottom; ++y) {
            for (int x = left; x <= right; ++x) {
                const Eigen::Vector2d middle(x + 0.5, y + 0.5);
                const double u = cross(b - a, middle - a), v = cross(c - b, middle - b), w = cross(a - c, middle - c);
                const bool isInside = area > 0 ? (u >= 0 && v >= 0 && w >= 0) : (u <= 0 && v <= 0 && w <= 0);
                if (isInside) cells_[static_cast<std::size_t>(y * kGrid + x)] = 1;
            }
        }
    }
    std::vector<char> cells_;
};

Eigen::Index nearestThatFaces(const Points2d& places, const Points2d& normals, const Eigen::RowVector2d& place, const Eigen::RowVector2d& normal, double reach) {
    Eigen::Index nearest = -1;
    double best = reach * reach;
    for (Eigen::Index i = 0; i < places.rows(); ++i) {
        const double square = (places.row(i) - place).squaredNorm();
        if (square >= best || normals.row(i).dot(normal) < kSameWay) continue;
        best = square;
        nearest = i;
    }
    return nearest;
}

/// One of the points in each cell of a grid, and for each of four ways to face.
std::vector<Eigen::Index> evenlySpread(const Points2d& places, const Points2d& normals) {
    std::set<std::tuple<int, int, int>> cells;
    std::vector<Eigen::Index> spread;
    for (Eigen::Index i = 0; i < places.rows(); ++i) {
        const int way = (normals(i, 0) > 0 ? 1 : 0) + (normals(i, 1) > 0 ? 2 : 0);
        const auto cell = [&](int axis) { return static_cast<int>(std::floor(places(i, axis) / kSpacing)); };
        if (cells.emplace(cell(0), cell(1), way).second) spread.push_back(i);
    }
    return spread;
}

}  // namespace

BodyOutline outlineOf(const BodyModel& model, const Points3f& vertices, const WeakPerspectiveCamera& camera, double focalLength) {
    Points2d places(vertices.rows(), 2);
    for (Eigen::Index v = 0; v < vertices.rows(); ++v)
        places.row(v) = projectedToCrop(vertices.row(v).transpose().cast<double>(), camera, focalLength).position.transpose();
    // On the outline triangles that face the camera meet such as do not.
    std::vector<int> facings(static_cast<std::size_t>(vertices.rows()), 0);
    const Triangles& triangles = model.triangles();
    for (Eigen::Index i = 0; i < triangles.rows(); ++i) {
        const Eigen::RowVector2d a = places.row(triangles(i, 0)), u = places.row(triangles(i, 1)) - a, v = places.row(triangles(i, 2)) - a;
        const int facing = u.x() * v.y() - u.y() * v.x() > 0 ? 1 : 2;
        for (int corner = 0; corner < 3; ++corner) facings[triangles(i, corner)] |= facing;
    }
    const Cover cover(places, triangles);
    const Points3f normals = vertexNormals(vertices, triangles);
    std::vector<int> found;
    for (Eigen::Index v = 0; v < vertices.rows(); ++v) {
        if (facings[static_cast<std::size_t>(v)] == 3 && normals.row(v).head<2>().norm() > 1e-3F && cover.isBesideBackground(places.row(v).transpose()))
            found.push_back(static_cast<int>(v));
    }
    BodyOutline outline;
    outline.vertices = std::move(found);
    const auto count = static_cast<Eigen::Index>(outline.vertices.size());
    outline.places.resize(count, 2);
    outline.normals.resize(count, 2);
    for (Eigen::Index i = 0; i < count; ++i) {
        const int vertex = outline.vertices[static_cast<std::size_t>(i)];
        outline.places.row(i) = places.row(vertex);
        outline.normals.row(i) = normals.row(vertex).head<2>().cast<double>().normalized();
    }
    return outline;
}

MatchedOutlines matchedOutlines(const BodyOutline& body, const Silhouette& mask, double reach) {
    MatchedOutlines result;
    std::map<int, int> pointOf;  // by vertex of the outline
    const auto add = [&](Eigen::Index vertex, Eigen::Index on) {
        const auto [known, isNew] = pointOf.try_emplace(static_cast<int>(vertex), static_cast<int>(result.vertices.size()));
        if (isNew) result.vertices.push_back(body.vertices[static_cast<std::size_t>(vertex)]);
        result.matches.push_back({known->second, mask.points.row(on).transpose(), mask.normals.row(on).transpose()});
    };
    for (const Eigen::Index vertex : evenlySpread(body.places, body.normals)) {
        const Eigen::Index on = nearestThatFaces(mask.points, mask.normals, body.places.row(vertex), body.normals.row(vertex), reach);
        if (on >= 0) add(vertex, on);
    }
    for (const Eigen::Index on : evenlySpread(mask.points, mask.normals)) {
        const Eigen::Index vertex = nearestThatFaces(body.places, body.normals, mask.points.row(on), mask.normals.row(on), reach);
        if (vertex >= 0) add(vertex, on);
    }
    return result;
}

SilhouetteObjective::SilhouetteObjective(const FitObjective& joints, const KeypointModel& surface, std::span<const OutlineMatch> matches,
                                         const FitOptions& options, const SilhouetteOptions& outline)
    : joints_(joints), surface_(surface), matches_(matches), focalLength_(options.focalLength),
      deviation_(outline.deviation * std::sqrt(std::max(1.0, static_cast<double>(matches.size()) / kIndependent))),
      robustSquare_(outline.robustScale * outline.robustScale) {}

double SilhouetteObjective::cost(const FitState& state, NormalEquations* equations) const {
    const KeypointPlaces points = surface_.evaluate(state.body, equations != nullptr);
    std::vector<CropProjection> projections;
    for (int point = 0; point < surface_.numPoints(); ++point)
        projections.push_back(projectedToCrop(points.points.row(point).transpose(), state.camera, focalLength_));
    double cost = 0;
    Eigen::MatrixXd jacobian(equations ? static_cast<Eigen::Index>(matches_.size()) : 0, numUnknowns());
    Eigen::VectorXd residuals(static_cast<Eigen::Index>(matches_.size()));
    for (std::size_t i = 0; i < matches_.size(); ++i) {
        const OutlineMatch& match = matches_[i];
        const CropProjection& projection = projections[static_cast<std::size_t>(match.point)];
        const double off = match.normal.dot(projection.position - match.place);
        const double trust = robustSquare_ / (robustSquare_ + off * off);
        cost += 0.5 * trust * off * off / (deviation_ * deviation_);
        if (!equations) continue;
        // The cost's slope by the squared distance is trust²/deviation².
        const double weight = trust / deviation_;
        const auto row = static_cast<Eigen::Index>(i);
        const Eigen::RowVector3d byPoint = match.normal.transpose() * projection.byPoint;
        jacobian.row(row).leftCols(numUnknowns() - 3) = weight * byPoint * points.jacobian.middleRows<3>(3 * match.point);
        jacobian.row(row).tail<3>() = weight * match.normal.transpose() * projection.byCamera;
        residuals[row] = weight * off;
    }
    if (equations) equations->add(0, jacobian, residuals);
    return cost + joints_.cost(state, equations);  // last: it holds what must not move
}

FitResult fitToSilhouette(const BodyModel& model, const KeypointModel& keypoints, const BodyParameters& start,
                          const WeakPerspectiveCamera& startCamera, std::span<const JointTarget> targets, const Silhouette& silhouette,
                          const FitOptions& options, const SilhouetteOptions& outline) {
    expectUsable(start, startCamera, targets);
    if (silhouette.points.rows() == 0 || !silhouette.points.allFinite() || !silhouette.normals.allFinite())
        throw Error("The silhouette has no outline to fit to. Choose a mask of one person.");
    FitState state{articulated(start), startCamera};
    FitObjective joints(keypoints, state, targets, options);
    LeastSquaresOptions steps;
    steps.stop = options.stop;
    // Outlines that lie far apart are matched wrongly, so the joints come first.
    steps.maxIterations = kJointIterations;
    joints.holdLimbs(true);
    LeastSquaresReport report = minimize(joints, state, steps);
    joints.holdLimbs(false);
    int iterations = report.iterations;
    if (!report.wasStopped) {
        report = minimize(joints, state, steps);
        iterations += report.iterations;
    }
    for (int round = 0; round < outline.rounds && !report.wasStopped; ++round) {
        const double share = static_cast<double>(round) / std::max(1, outline.rounds - 1);
        const PosedBody posed = poseBody(model, parametersOf(state.body, start));
        const BodyOutline seen = outlineOf(model, posed.vertices, state.camera, options.focalLength);
        const MatchedOutlines matched = matchedOutlines(seen, silhouette, kFirstReach + share * (kLastReach - kFirstReach));
        const KeypointModel surface(model, matched.vertices);
        const SilhouetteObjective objective(joints, surface, matched.matches, options, outline);
        steps.maxIterations = round + 1 < outline.rounds ? 4 : 10;
        if (options.onProgress) steps.onProgress = [&](double part) { options.onProgress((round + part) / outline.rounds); };
        report = minimize(objective, state, steps);
        iterations += report.iterations;
    }
    FitResult result = joints.resultFor(state, start);
    result.iterations = iterations;
    result.wasStopped = report.wasStopped;
    if (options.onProgress) options.onProgress(1);
    return result;
}

}  // namespace hmr
