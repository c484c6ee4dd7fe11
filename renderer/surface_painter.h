// SPDX-License-Identifier: MIT
#pragma once
#include <map>

#include "renderer/gl_objects.h"
#include "renderer/gpu_cache.h"
#include "renderer/scene.h"
#include "renderer/scene_view.h"

namespace hmr {

/// Draws the meshes of one figure into a depth buffer that holds nothing nearer than the figure's own surfaces.
class SurfacePainter {
public:
    /// What a pass writes; the first four are SurfaceStyle's.
    enum class Output { Lit, Normals, PartColors, Flat, PartLabels, Pick, Wireframe };

    /// Opaque meshes first, then translucent ones as one layer through which only what lies behind the figure shines.
    void paint(GpuCache& cache, const Scene& scene, const SceneFigure& figure, const FigureView& view,
               const Viewport& viewport);

    /// Integer labels of the parts into an R8UI target.
    void paintPartLabels(GpuCache& cache, const Scene& scene, const SceneFigure& figure, const FigureView& view,
                         const Viewport& viewport);

    /// (pickId, triangle, bits of the depth in metres, index of the mesh) of pickable meshes into an RGBA32UI target.
    void paintPicks(GpuCache& cache, const Scene& scene, const SceneFigure& figure, const FigureView& view,
                    const Viewport& viewport);

private:
    struct Pass {
        const Scene& scene;
        const FigureView& view;
        const Viewport& viewport;
        Eigen::Matrix4f clipFromModel;
    };
    GlProgram& program(Output output, bool isTextured);
    void bindAttributes(GpuCache& cache, const SceneMesh& mesh, Output output);
    GlProgram& prepare(GpuCache& cache, const Pass& pass, const SceneMesh& mesh, Output output);
    void drawTriangles(GpuCache& cache, const Pass& pass, const SceneMesh& mesh, Output output);
    void drawWireframe(GpuCache& cache, const Pass& pass, const SceneMesh& mesh);

    std::map<std::pair<Output, bool>, GlProgram> programs_;
    GlVertexArray vertexArray_ = makeVertexArray();
};

}  // namespace hmr
