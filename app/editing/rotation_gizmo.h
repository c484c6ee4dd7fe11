// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Geometry>
#include <QPolygonF>
#include <array>
#include <functional>
#include <optional>

namespace hmr {

class Session;

/// Three rings round a joint, one an axis; dragging along a ring turns the joint about it.
class RotationGizmo {
public:
    /// Where a point in camera axes (before the camera's translation) lies in the widget; nothing behind the eye.
    using Projection = std::function<std::optional<QPointF>(const Eigen::Vector3d&)>;

    /// Rings of about `radius` logical pixels. `axes`: columns, in camera axes. `towardsViewer`: from the joint to the eye.
    RotationGizmo(const Eigen::Vector3d& center, const Eigen::Matrix3d& axes, const Eigen::Vector3d& towardsViewer, double radius,
                  const Projection& projection);

    /// The ring of an axis: closed, in the widget; the half that faces the viewer comes first.
    const QPolygonF& ring(int axis) const { return rings_[static_cast<std::size_t>(axis)]; }
    /// The axis whose ring lies under the point.
    std::optional<int> axisAt(const QPointF& point, double reach) const;
    /// Radians that a drag between two points of the widget turns about the axis.
    double angleBetween(int axis, const QPointF& from, const QPointF& to) const;
    const Eigen::Matrix3d& axes() const { return axes_; }

private:
    Eigen::Matrix3d axes_;
    Eigen::Vector3d towardsViewer_;
    QPointF center_;
    std::array<QPolygonF, 3> rings_;
};

/// The rotation to its parent (axis-angle) of a joint that was turned in camera axes: `turn` · its world rotation.
Eigen::Vector3d turnedInWorld(const Eigen::Matrix3d& worldRotation, const Eigen::Matrix3d& parentRotation, const Eigen::Matrix3d& turn);

}  // namespace hmr
