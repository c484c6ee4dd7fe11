// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Geometry>

#include "renderer/scene.h"

namespace hmr {

/// A free view of a scene's figures: turned about their common centre, moved sideways, nearer or farther.
struct OrbitView {
    double yaw = 0;                                 ///< radians about the vertical; 0 is the picture's own view
    double pitch = 0;                               ///< radians; positive looks from above
    double distance = 1;                            ///< to the common centre, 1: as in the picture
    Eigen::Vector2d pan = Eigen::Vector2d::Zero();  ///< metres the figures are moved by, x right, y down

    bool operator==(const OrbitView&) const = default;

    /// The person's left side is seen at +π/2.
    static OrbitView side() { return {.yaw = 1.5707963267948966}; }

    /// Turns as if the hand dragged the near side of the figures, in pixels of the window.
    void drag(const Eigen::Vector2d& pixels);
    /// Moves the figures with the hand, in pixels of the scene's picture.
    void shift(const Scene& scene, const Eigen::Vector2d& pixels);
    /// Steps of the mouse wheel: positive comes nearer.
    void zoom(double steps);

    /// What goes into Scene::viewFromCamera for this scene.
    Eigen::Isometry3d viewFromCamera(const Scene& scene) const;
};

}  // namespace hmr
