// SPDX-License-Identifier: MIT
#include "renderer/orbit_view.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "renderer/scene_view.h"

namespace hmr {

void OrbitView::drag(const Eigen::Vector2d& pixels) {
    constexpr double kRadiansPerPixel = 0.008, kSteepest = 89 * std::numbers::pi / 180;
    yaw = std::remainder(yaw - kRadiansPerPixel * pixels.x(), 2 * std::numbers::pi);
    pitch = std::clamp(pitch + kRadiansPerPixel * pixels.y(), -kSteepest, kSteepest);
}

void OrbitView::shift(const Scene& scene, const Eigen::Vector2d& pixels) {
    const FreeView free = freeView(scene);
    pan += pixels * (distance * free.center.z() / free.camera.focalLength);
}

void OrbitView::zoom(double steps) {
    distance = std::clamp(distance * std::pow(1.15, -steps), 0.05, 20.0);
}

Eigen::Isometry3d OrbitView::viewFromCamera(const Scene& scene) const {
    Eigen::Isometry3d view = Eigen::Isometry3d::Identity();
    view.linear() =
        (Eigen::AngleAxisd(pitch, Eigen::Vector3d::UnitX()) * Eigen::AngleAxisd(yaw, Eigen::Vector3d::UnitY()))
            .toRotationMatrix();
    view.translation() << pan, freeView(scene).center.z() * (distance - 1);
    return view;
}

}  // namespace hmr
