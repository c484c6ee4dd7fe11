// SPDX-License-Identifier: MIT
#include "app/editing/rotation_gizmo.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "body/rotation.h"

namespace hmr {
namespace {

constexpr int kNumPieces = 64;

double distanceToPiece(const QPointF& p, const QPointF& a, const QPointF& b) {
    const QPointF along = b - a, to = p - a;
    const double length = QPointF::dotProduct(along, along);
    const double share = length > 0 ? std::clamp(QPointF::dotProduct(to, along) / length, 0.0, 1.0) : 0;
    const QPointF off = to - share * along;
    return std::hypot(off.x(), off.y());
}

}  // namespace

RotationGizmo::RotationGizmo(const Eigen::Vector3d& center, const Eigen::Matrix3d& axes, const Eigen::Vector3d& towardsViewer,
                             double radius, const Projection& projection)
    : axes_(axes), towardsViewer_(towardsViewer.normalized()) {
    const Eigen::Vector3d aside = towardsViewer_.unitOrthogonal();
    constexpr double kProbe = 0.05;  // metres
    const auto middle = projection(center), beside = projection(center + kProbe * aside);
    if (!middle || !beside) return;
    center_ = *middle;
    const QPointF probe = *beside - *middle;
    const double pixels = std::hypot(probe.x(), probe.y());
    if (pixels < 1e-6) return;
    const double metres = radius * kProbe / pixels;
    for (int axis = 0; axis < 3; ++axis) {
        const Eigen::Vector3d normal = axes.col(axis);
        // Begin where the ring comes nearest to the viewer's left, so that its first half is the near one.
        Eigen::Vector3d start = normal.cross(towardsViewer_);
        start = start.norm() > 1e-6 ? start.normalized() : normal.unitOrthogonal();
        Eigen::Vector3d side = normal.cross(start);
        if (side.dot(towardsViewer_) < 0) side = -side;
        for (int i = 0; i <= kNumPieces; ++i) {
            const double angle = 2 * std::numbers::pi * i / kNumPieces;
            if (const auto point = projection(center + metres * (std::cos(angle) * start + std::sin(angle) * side))) {
                rings_[static_cast<std::size_t>(axis)] << *point;
            }
        }
    }
}

std::optional<int> RotationGizmo::axisAt(const QPointF& point, double reach) const {
    std::optional<int> nearest;
    for (int axis = 0; axis < 3; ++axis) {
        const QPolygonF& ring = this->ring(axis);
        for (int i = 0; i + 1 < ring.size(); ++i) {
            const double distance = distanceToPiece(point, ring[i], ring[i + 1]);
            if (distance >= reach) continue;
            reach = distance;
            nearest = axis;
        }
    }
    return nearest;
}

double RotationGizmo::angleBetween(int axis, const QPointF& from, const QPointF& to) const {
    const QPointF a = from - center_, b = to - center_;
    const double facing = axes_.col(axis).dot(towardsViewer_);
    constexpr double kEdgeOn = 0.15;
    if (std::abs(facing) < kEdgeOn) {
        // Seen from the edge a ring is a line: turning is moving along it, a radius a radian.
        const QPolygonF& ring = this->ring(axis);
        if (ring.size() < kNumPieces) return 0;
        const QPointF line = ring[kNumPieces / 2] - ring[0];
        const double length = std::hypot(line.x(), line.y());
        // The near side is what the hand holds: it moves with the axis crossed with the way to the viewer.
        return length > 0 ? -2 * QPointF::dotProduct(to - from, line) / (length * length) : 0;
    }
    double angle = std::atan2(b.y(), b.x()) - std::atan2(a.y(), a.x());
    angle = std::remainder(angle, 2 * std::numbers::pi);
    // The picture's y points down, so a turn that looks clockwise is positive about an axis that points away.
    return facing < 0 ? angle : -angle;
}

Eigen::Vector3d turnedInWorld(const Eigen::Matrix3d& worldRotation, const Eigen::Matrix3d& parentRotation, const Eigen::Matrix3d& turn) {
    return axisAngleFromRotation(parentRotation.transpose() * turn * worldRotation);
}

}  // namespace hmr
