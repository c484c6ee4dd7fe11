// SPDX-License-Identifier: MIT
#include "app/editing/box_editing.h"

#include <algorithm>
#include <cmath>

namespace hmr {
namespace {

/// An interval of at least the smallest box's length inside [0, limit].
void fitInside(double& low, double& high, double limit) {
    if (low > high) std::swap(low, high);
    low = std::clamp(low, 0.0, limit);
    high = std::clamp(high, 0.0, limit);
    const double shortest = std::min(kSmallestBox, limit);
    if (high - low < shortest) {
        low = std::min(low, limit - shortest);
        high = low + shortest;
    }
}

}  // namespace

BoxGrip gripAt(const PixelBox& box, const Eigen::Vector2d& point, double reach) {
    const double right = box.x + box.width, bottom = box.y + box.height;
    const bool isNear = point.x() > box.x - reach && point.x() < right + reach && point.y() > box.y - reach && point.y() < bottom + reach;
    BoxGrip grip;
    if (!isNear) return grip;
    grip.left = std::abs(point.x() - box.x) <= reach;
    grip.right = !grip.left && std::abs(point.x() - right) <= reach;
    grip.top = std::abs(point.y() - box.y) <= reach;
    grip.bottom = !grip.top && std::abs(point.y() - bottom) <= reach;
    grip.inside = grip.isNone();
    return grip;
}

PixelBox dragged(const PixelBox& box, const BoxGrip& grip, const Eigen::Vector2d& step, double pictureWidth, double pictureHeight) {
    if (grip.inside) {
        const double x = std::clamp(box.x + step.x(), std::min(0.0, pictureWidth - box.width), std::max(0.0, pictureWidth - box.width));
        const double y = std::clamp(box.y + step.y(), std::min(0.0, pictureHeight - box.height), std::max(0.0, pictureHeight - box.height));
        return {x, y, box.width, box.height};
    }
    double left = box.x, right = box.x + box.width, top = box.y, bottom = box.y + box.height;
    if (grip.left) left += step.x();
    if (grip.right) right += step.x();
    if (grip.top) top += step.y();
    if (grip.bottom) bottom += step.y();
    if (grip.left || grip.right) fitInside(left, right, pictureWidth);
    if (grip.top || grip.bottom) fitInside(top, bottom, pictureHeight);
    return {left, top, right - left, bottom - top};
}

PixelBox boxBetween(const Eigen::Vector2d& a, const Eigen::Vector2d& b, double pictureWidth, double pictureHeight) {
    double left = a.x(), right = b.x(), top = a.y(), bottom = b.y();
    fitInside(left, right, pictureWidth);
    fitInside(top, bottom, pictureHeight);
    return {left, top, right - left, bottom - top};
}

}  // namespace hmr
