// SPDX-License-Identifier: MIT
#include "body/measurements.h"

#include <Eigen/Cholesky>
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "body/error.h"
#include "body/posing.h"
#include "body/skeleton.h"

namespace hmr {
namespace {

enum Joint { kPelvis = 0, kLeftHip = 1, kRightHip = 2, kLeftKnee = 4, kNeck = 12, kHead = 15, kLeftShoulder = 16, kRightShoulder = 17, kLeftElbow = 18, kLeftWrist = 20 };
constexpr double kDensity = 985, kLargestBeta = 5;

using Joints = std::set<int>;
const Joints kTrunk = {0, 1, 2, 3, 6, 9, 12, 13, 14}, kLeftLeg = {1, 4}, kLeftArm = {13, 16, 18, 20}, kNeckAndHead = {9, 12, 13, 14, 15}, kAnywhere = {};

struct Plane {
    Eigen::Vector3d point, normal;
};

/// A line on which a plane meets the surface: one connected piece.
using Section = std::vector<SurfacePoint>;

/// The T-posed body, ready to be cut.
class Specimen {
public:
    Specimen(const BodyModel& model, const Eigen::VectorXd& betas, const std::vector<int>& bones)
        : model_(model), bones_(bones), vertices_(shapeBody(model, betas).cast<double>()), joints_(shapedJoints(model, betas)) {}

    Eigen::Vector3d joint(int index) const { return joints_.row(index).transpose(); }
    const Points3d& vertices() const { return vertices_; }
    Eigen::Vector3d place(const SurfacePoint& point) const {
        return ((1 - point.share) * vertices_.row(point.from) + point.share * vertices_.row(point.to)).transpose();
    }

    /// Connected pieces of the cut through what the joints carry; an empty set: the whole body.
    std::vector<Section> cut(const Plane& plane, const Joints& joints) const;
    Measurement girth(const Plane& plane, const Joints& joints, const char* name) const;
    Measurement length(const SurfacePoint& a, const SurfacePoint& b, double metres) const { return {metres, {a, b}}; }
    SurfacePoint extreme(const Eigen::Vector3d& direction) const;
    /// Farthest point along `direction` of the cut at the x of a joint.
    SurfacePoint extremeOfCut(int joint, const Eigen::Vector3d& direction, const char* name) const;

private:
    const BodyModel& model_;
    const std::vector<int>& bones_;
    Points3d vertices_, joints_;
};

/// The joint that carries most of each vertex.
std::vector<int> strongestBones(const BodyModel& model) {
    std::vector<int> bones(static_cast<std::size_t>(model.numVertices()), 0);
    using Sparse = Eigen::SparseMatrix<float, Eigen::RowMajor>;
    for (int vertex = 0; vertex < model.numVertices(); ++vertex) {
        float most = -1;
        for (Sparse::InnerIterator bone(model.data().skinWeights, vertex); bone; ++bone) {
            if (bone.value() > most) {
                most = bone.value();
                bones[vertex] = static_cast<int>(bone.col());
            }
        }
    }
    return bones;
}

/// Disjoint sets of numbers.
class Groups {
public:
    explicit Groups(std::size_t count) : parents_(count) { std::iota(parents_.begin(), parents_.end(), 0); }
    std::size_t of(std::size_t item) {
        while (parents_[item] != item) item = parents_[item] = parents_[parents_[item]];
        return item;
    }
    void join(std::size_t a, std::size_t b) { parents_[of(a)] = of(b); }

private:
    std::vector<std::size_t> parents_;
};

std::vector<Section> Specimen::cut(const Plane& plane, const Joints& joints) const {
    const Eigen::VectorXd heights = (vertices_.rowwise() - plane.point.transpose()) * plane.normal;
    std::map<std::pair<int, int>, std::size_t> numberOfEdge;
    std::vector<SurfacePoint> points;
    std::vector<std::array<std::size_t, 2>> segments;
    const Triangles& triangles = model_.triangles();
    const Eigen::Array<std::uint8_t, Eigen::Dynamic, 1> isBelow = (heights.array() < 0).cast<std::uint8_t>();
    for (Eigen::Index face = 0; face < triangles.rows(); ++face) {
        const int below = isBelow[triangles(face, 0)] + isBelow[triangles(face, 1)] + isBelow[triangles(face, 2)];
        if (below == 0 || below == 3) continue;  // nearly all
        std::array<std::size_t, 2> ends;
        std::size_t numEnds = 0;
        for (int side = 0; side < 3; ++side) {
            const int a = static_cast<int>(triangles(face, side)), b = static_cast<int>(triangles(face, (side + 1) % 3));
            if (isBelow[a] == isBelow[b]) continue;
            if (!joints.empty() && !joints.contains(bones_[a]) && !joints.contains(bones_[b])) continue;
            const auto [entry, isNew] = numberOfEdge.try_emplace(std::minmax(a, b), points.size());
            if (isNew) points.push_back({a, b, heights[a] / (heights[a] - heights[b])});
            if (numEnds < 2) ends[numEnds++] = entry->second;
        }
        if (numEnds == 2) segments.push_back(ends);
    }
    Groups groups(points.size());
    for (const auto& [a, b] : segments) groups.join(a, b);
    std::map<std::size_t, Section> sections;
    for (std::size_t i = 0; i < points.size(); ++i) sections[groups.of(i)].push_back(points[i]);
    std::vector<Section> pieces;
    for (auto& [group, section] : sections) pieces.push_back(std::move(section));
    return pieces;
}

/// Indices of the convex hull of points in the plane, counter-clockwise (Andrew's monotone chain).
std::vector<std::size_t> convexHull(const std::vector<Eigen::Vector2d>& points) {
    std::vector<std::size_t> order(points.size()), hull;
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::pair(points[a].x(), points[a].y()) < std::pair(points[b].x(), points[b].y());
    });
    const auto isLeftTurn = [&](std::size_t a, std::size_t b, std::size_t c) {
        const Eigen::Vector2d first = points[b] - points[a], second = points[c] - points[a];
        return first.x() * second.y() - first.y() * second.x() > 0;
    };
    const auto addSide = [&](auto begin, auto end) {
        const std::size_t base = hull.size();
        for (auto next = begin; next != end; ++next) {
            while (hull.size() >= base + 2 && !isLeftTurn(hull[hull.size() - 2], hull.back(), *next)) hull.pop_back();
            hull.push_back(*next);
        }
        hull.pop_back();  // it begins the other side
    };
    addSide(order.begin(), order.end());
    addSide(order.rbegin(), order.rend());
    return hull;
}

/// A taut tape round the largest piece of the section.
Measurement Specimen::girth(const Plane& plane, const Joints& joints, const char* name) const {
    const Eigen::Vector3d normal = plane.normal.normalized(), u = normal.unitOrthogonal(), v = normal.cross(u);
    Measurement longest;
    for (const Section& section : cut({plane.point, normal}, joints)) {
        if (section.size() < 3) continue;
        std::vector<Eigen::Vector2d> flat;
        for (const SurfacePoint& point : section) flat.emplace_back(u.dot(place(point)), v.dot(place(point)));
        const std::vector<std::size_t> hull = convexHull(flat);
        Measurement tape;
        for (std::size_t i = 0; i < hull.size(); ++i) {
            tape.metres += (flat[hull[i]] - flat[hull[(i + 1) % hull.size()]]).norm();
            tape.curve.push_back(section[hull[i]]);
        }
        if (tape.metres > longest.metres) longest = tape;
    }
    if (longest.curve.empty()) throw Error(std::string("The body cannot be measured: no surface where its ") + name + " should be.");
    return longest;
}

SurfacePoint Specimen::extreme(const Eigen::Vector3d& direction) const {
    Eigen::Index farthest;
    (vertices_ * direction).maxCoeff(&farthest);
    return {static_cast<int>(farthest), static_cast<int>(farthest), 0};
}

SurfacePoint Specimen::extremeOfCut(int joint, const Eigen::Vector3d& direction, const char* name) const {
    const SurfacePoint* farthest = nullptr;
    const auto pieces = cut({this->joint(joint), Eigen::Vector3d::UnitX()}, kAnywhere);
    for (const Section& section : pieces) {
        for (const SurfacePoint& point : section) {
            if (!farthest || direction.dot(place(point)) > direction.dot(place(*farthest))) farthest = &point;
        }
    }
    if (!farthest) throw Error(std::string("The body cannot be measured: no surface where its ") + name + " should be.");
    return *farthest;
}

class Tape {
public:
    explicit Tape(const Specimen& body) : body_(body) {}

    Measurement measure(Measure measure) const {
        switch (measure) {
            case Measure::Height: return between(body_.extreme(-kUp), body_.extreme(kUp), kUp);
            case Measure::ArmSpan: return between(body_.extreme(-kLeft), body_.extreme(kLeft), kLeft);
            case Measure::Inseam: return between(body_.extreme(-kUp), crotch(), kUp);
            case Measure::ShoulderBreadth: return shoulderBreadth();
            case Measure::Neck: return body_.girth(across(kNeck, kHead, 0.5), kNeckAndHead, "neck");
            case Measure::Chest: return body_.girth(level(trunkHeight(0.68)), kTrunk, "chest");
            case Measure::Waist: return body_.girth(level(trunkHeight(0.40)), kTrunk, "waist");
            case Measure::Hip: return body_.girth(level((body_.place(crotch()).y() + trunkHeight(0)) / 2), kTrunk, "hip");
            case Measure::Thigh: return body_.girth(across(kLeftHip, kLeftKnee, 1.0 / 3), kLeftLeg, "thigh");
            case Measure::UpperArm: return body_.girth(across(kLeftShoulder, kLeftElbow, 0.5), kLeftArm, "upper arm");
            case Measure::Wrist: return body_.girth(across(kLeftElbow, kLeftWrist, 0.95), kLeftArm, "wrist");
        }
        return {};
    }

private:
    SurfacePoint crotch() const { return body_.extremeOfCut(kPelvis, -kUp, "crotch"); }

    double trunkHeight(double share) const {
        const double hips = (body_.joint(kLeftHip).y() + body_.joint(kRightHip).y()) / 2;
        const double shoulders = (body_.joint(kLeftShoulder).y() + body_.joint(kRightShoulder).y()) / 2;
        return hips + share * (shoulders - hips);
    }

    static Plane level(double height) { return {{0, height, 0}, kUp}; }

    Plane across(int from, int to, double share) const {
        const Eigen::Vector3d a = body_.joint(from), b = body_.joint(to);
        return {a + share * (b - a), (b - a).normalized()};
    }

    Measurement between(const SurfacePoint& a, const SurfacePoint& b, const Eigen::Vector3d& axis) const {
        return {std::abs(axis.dot(body_.place(b) - body_.place(a))), {a, b}};
    }

    Measurement shoulderBreadth() const {
        const SurfacePoint left = body_.extremeOfCut(kLeftShoulder, kUp, "shoulder");
        const SurfacePoint right = body_.extremeOfCut(kRightShoulder, kUp, "shoulder");
        return {(body_.place(left) - body_.place(right)).norm(), {left, right}};
    }

    static inline const Eigen::Vector3d kUp = Eigen::Vector3d::UnitY(), kLeft = Eigen::Vector3d::UnitX();
    const Specimen& body_;
};

double volumeOf(const Points3d& vertices, const Triangles& triangles) {
    double sixfold = 0;
    for (Eigen::Index face = 0; face < triangles.rows(); ++face) {
        const Eigen::Vector3d a = vertices.row(triangles(face, 0)), b = vertices.row(triangles(face, 1)), c = vertices.row(triangles(face, 2));
        sixfold += a.dot(b.cross(c));
    }
    return std::abs(sixfold) / 6;
}

void expectSmplSkeleton(const BodyModel& model) {
    if (model.numJoints() == kNumSmplJoints) return;
    throw Error("Measures are known for bodies of SMPL's 24 joints; this one has " + std::to_string(model.numJoints()) + ".");
}

}  // namespace

BodyMeasurements measureBody(const BodyModel& model, const Eigen::VectorXd& betas) {
    expectSmplSkeleton(model);
    const std::vector<int> bones = strongestBones(model);
    const Specimen body(model, betas, bones);
    const Tape tape(body);
    BodyMeasurements measurements;
    for (int i = 0; i < kNumMeasures; ++i) measurements.measures[i] = tape.measure(static_cast<Measure>(i));
    measurements.volume = volumeOf(body.vertices(), model.triangles());
    measurements.mass = kDensity * measurements.volume;
    return measurements;
}

Eigen::VectorXd betasForMeasures(const BodyModel& model, const Eigen::VectorXd& start, const std::map<Measure, double>& wanted) {
    expectSmplSkeleton(model);
    for (const auto& [measure, metres] : wanted) {
        if (std::isfinite(metres) && metres > 0) continue;
        throw Error("A measure must be a length above zero; check the " + std::string(kMeasureNames[static_cast<std::size_t>(measure)]) + ".");
    }
    const std::vector<int> bones = strongestBones(model);
    const auto numFree = static_cast<Eigen::Index>(std::min({model.numBetas(), kNumBetas}));
    Eigen::VectorXd betas = start;
    betas.conservativeResizeLike(Eigen::VectorXd::Zero(std::max(start.size(), numFree)));
    const Eigen::VectorXd begin = betas.head(numFree);
    const auto missing = [&](const Eigen::VectorXd& shape) {
        const Specimen body(model, shape, bones);
        const Tape tape(body);
        Eigen::VectorXd metres(static_cast<Eigen::Index>(wanted.size()));
        Eigen::Index row = 0;
        for (const auto& [measure, target] : wanted) metres[row++] = tape.measure(measure).metres - target;
        return metres;
    };
    // Measures to a tenth of a millimetre, betas as near to the start as that allows. Gauss-Newton; nearly linear, so that a few
    // steps do.
    constexpr double kDeviation = 1e-4, kStep = 0.01;
    for (int iteration = 0; iteration < 8; ++iteration) {
        const Eigen::VectorXd residual = missing(betas) / kDeviation;
        Eigen::MatrixXd jacobian(residual.size(), numFree);
        for (Eigen::Index beta = 0; beta < numFree; ++beta) {
            Eigen::VectorXd other = betas;
            other[beta] += kStep;
            jacobian.col(beta) = (missing(other) / kDeviation - residual) / kStep;
        }
        Eigen::MatrixXd curvature = jacobian.transpose() * jacobian;
        curvature.diagonal().array() += 1;
        const Eigen::VectorXd step = curvature.ldlt().solve(-jacobian.transpose() * residual - (betas.head(numFree) - begin));
        betas.head(numFree) = (betas.head(numFree) + step).cwiseMax(-kLargestBeta).cwiseMin(kLargestBeta);
        if (step.norm() < 1e-4) break;
    }
    return betas;
}

}  // namespace hmr
