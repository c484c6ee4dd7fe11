// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <memory>
#include <optional>

#include "body/picture.h"
#include "renderer/scene.h"

namespace hmr {

/// Where in the target the scene's picture lands: a rectangle of device pixels, y down from the target's top.
struct Viewport {
    int targetWidth = 0, targetHeight = 0;  ///< the framebuffer, device pixels
    double x = 0, y = 0, width = 0, height = 0;
    double lineWidth = 0;  ///< device pixels of a thin line; 0: grows with the picture
};

/// What lies under a pixel.
struct PickResult {
    std::uint32_t pickId = 0;
    int vertex = -1;   ///< nearest vertex of the mesh, −1 for a joint
    int joint = -1;    ///< joint of a skeleton, −1 for a surface
    double depth = 0;  ///< metres from the figure's camera
};

/// Draws scenes with OpenGL 3.3 core. Lives and dies on the thread of the context that is current when it is made.
class SceneRenderer {
public:
    /// Throws Error when the current context cannot do OpenGL 3.3.
    SceneRenderer();
    ~SceneRenderer();
    SceneRenderer(const SceneRenderer&) = delete;
    SceneRenderer& operator=(const SceneRenderer&) = delete;

    /// Takes one of the steps after which the driver has compiled what scenes of people need, so that no picture has to wait for
    /// all of it; a step is some milliseconds, and draw() does without them. For targets like the one that is bound, which it
    /// clears to `clearColor`. False: no step was left. Throws Error when a shader does not compile.
    bool warmUp(const Eigen::Vector4f& clearColor);

    /// Clears and draws into the framebuffer that is bound now, which has a depth buffer. Leaves plain state behind: no
    /// blending, culling, depth test, program or vertex array. Throws Error for arrays of a mesh that do not fit
    /// together.
    void draw(const Scene& scene, const Viewport& viewport);

    /// Draws into a framebuffer of its own of the scene's size (scaled by `pixelRatio`) and reads it back: RGBA, alpha
    /// 0 where nothing was drawn and there is no background (colours are not premultiplied).
    Picture drawPicture(const Scene& scene, double pixelRatio = 1);

    /// Label of the part each pixel shows (one channel, 0 where no mesh is), no multisampling.
    Picture drawPartLabels(const Scene& scene);

    /// The nearest joint within `radius` pixels, else the surface, under a point of the scene's picture.
    std::optional<PickResult> pick(const Scene& scene, const Eigen::Vector2d& pixel, double radius = 8);

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace hmr
