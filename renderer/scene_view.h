// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Geometry>
#include <optional>
#include <vector>

#include "renderer/scene.h"
#include "renderer/scene_renderer.h"

namespace hmr {

/// How one figure is seen: where its points land in the target, and how deep they are.
struct FigureView {
    Eigen::Isometry3d viewFromModel = Eigen::Isometry3d::Identity();  ///< view axes: x right, y down, z forward
    double focalLength = 1;                                           ///< pixels of the scene's picture
    Eigen::Vector2d principalPoint = Eigen::Vector2d::Zero();         ///< pixels of the scene's picture
    double nearest = 0.1, farthest = 100;  ///< of what shares its depth buffer, view z with a margin
    double centerDepth = 1;                ///< view z of the middle of the figure

    /// Pixel of the scene's picture; nothing for points behind the eye.
    std::optional<Eigen::Vector2d> pixel(const Eigen::Vector3d& pointInModel) const;
    /// Maps into OpenGL's clip coordinates of the whole target such that a point lands on the viewport's picture.
    Eigen::Matrix4f clipFromModel(const Scene& scene, const Viewport& viewport) const;
};

/// The camera that all figures share in a free view: the figures' own when they agree, else the picture's usual focal
/// length with every figure moved along its ray to the depth at which it looks as large as before.
struct FreeView {
    PinholeCamera camera;                              ///< translation zero
    std::vector<Eigen::Vector3d> figureTranslations;   ///< of each figure in that camera
    Eigen::Vector3d center = Eigen::Vector3d::Zero();  ///< what the view turns about
    double floorHeight = 0;                            ///< y (down) of the lowest point
};

FreeView freeView(const Scene& scene);

/// One for each figure, with the scene's viewFromCamera applied.
std::vector<FigureView> figureViews(const Scene& scene);

/// Indices of the figures, those that look farthest away first.
std::vector<int> farToNear(const std::vector<FigureView>& views);

/// Target pixel of a pixel of the scene's picture.
inline Eigen::Vector2d targetPixel(const Scene& scene, const Viewport& viewport, const Eigen::Vector2d& pixel) {
    return {viewport.x + pixel.x() * viewport.width / scene.width,
            viewport.y + pixel.y() * viewport.height / scene.height};
}

}  // namespace hmr
