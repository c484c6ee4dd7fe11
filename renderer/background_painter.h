// SPDX-License-Identifier: MIT
#pragma once
#include <optional>

#include "renderer/gl_objects.h"
#include "renderer/gpu_cache.h"
#include "renderer/scene.h"
#include "renderer/scene_renderer.h"

namespace hmr {

/// Draws the scene's picture into its viewport.
class BackgroundPainter {
public:
    void paint(GpuCache& cache, const Scene& scene, const Viewport& viewport);

private:
    std::optional<GlProgram> program_;  ///< made when first needed
    GlVertexArray vertexArray_ = makeVertexArray();
};

}  // namespace hmr
