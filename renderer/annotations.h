// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "renderer/scene.h"
#include "renderer/scene_renderer.h"
#include "renderer/scene_view.h"
#include "renderer/shape_painter.h"

namespace hmr {

/// Bones, then joints, far to near.
void appendSkeleton(const Scene& scene, const Viewport& viewport, const SceneSkeleton& skeleton, const FigureView& view,
                    std::vector<Shape>& shapes);

/// A frame with handles at corners and edge middles when selected.
void appendBox(const Scene& scene, const Viewport& viewport, const SceneBox& box, std::vector<Shape>& shapes);

/// Lines half a metre apart under the feet of a free view's figures, fading out with distance.
void appendFloorGrid(const Scene& scene, const Viewport& viewport, std::vector<Shape>& shapes);

}  // namespace hmr
