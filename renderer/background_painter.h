// SPDX-License-Identifier: MIT
#pragma once
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
    GlProgram program_{"background.vert", "background.frag"};
    GlVertexArray vertexArray_ = makeVertexArray();
};

}  // namespace hmr
