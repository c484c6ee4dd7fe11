// SPDX-License-Identifier: MIT
#include "renderer/scene_renderer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <list>
#include <string>

#include "body/error.h"
#include "renderer/annotations.h"
#include "renderer/background_painter.h"
#include "renderer/scene_view.h"
#include "renderer/shape_painter.h"
#include "renderer/surface_painter.h"
#include "renderer/warm_up.h"

namespace hmr {
namespace {

constexpr int kLargestTile = 4096;      ///< pixels a side of what is drawn at once
constexpr std::size_t kMaxTargets = 8;  ///< framebuffers kept

void requireOpenGl33() {
    if (!glGetString(GL_VERSION))
        throw Error("No OpenGL context is current; make a window's or a windowless context current first");
    if (!epoxy_is_desktop_gl() || epoxy_gl_version() < 33)
        throw Error("The graphics driver offers OpenGL " + std::to_string(epoxy_gl_version() / 10) + "." +
                    std::to_string(epoxy_gl_version() % 10) +
                    "; expected 3.3 or newer. Install libgl1-mesa-dri or a newer driver");
}

void requireSize(const Scene& scene) {
    if (scene.width <= 0 || scene.height <= 0)
        throw Error("A scene of " + std::to_string(scene.width) + "x" + std::to_string(scene.height) +
                    " pixels cannot be drawn; its width and height must be positive");
}

/// The framebuffer and the viewport that were there, put back at the end.
class BoundTarget {
public:
    BoundTarget() {
        glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &draw_);
        glGetIntegerv(GL_READ_FRAMEBUFFER_BINDING, &read_);
        glGetIntegerv(GL_VIEWPORT, viewport_);
    }
    ~BoundTarget() {
        glBindFramebuffer(GL_DRAW_FRAMEBUFFER, draw_);
        glBindFramebuffer(GL_READ_FRAMEBUFFER, read_);
        glViewport(viewport_[0], viewport_[1], viewport_[2], viewport_[3]);
    }
    BoundTarget(const BoundTarget&) = delete;
    BoundTarget& operator=(const BoundTarget&) = delete;

private:
    GLint draw_ = 0, read_ = 0, viewport_[4] = {};
};

/// The state that drawing starts from and leaves behind, whatever another painter of the window did in between.
void setPlainState(const Viewport& viewport) {
    glViewport(0, 0, viewport.targetWidth, viewport.targetHeight);
    glDisable(GL_SCISSOR_TEST);
    glDisable(GL_STENCIL_TEST);
    glDisable(GL_BLEND);
    glDisable(GL_CULL_FACE);
    glDisable(GL_DEPTH_TEST);
    glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
    glDepthMask(GL_TRUE);
    glDepthFunc(GL_LEQUAL);
    glFrontFace(GL_CCW);
    glCullFace(GL_BACK);
    glPolygonMode(GL_FRONT_AND_BACK, GL_FILL);
    glBlendEquation(GL_FUNC_ADD);
    glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
    glActiveTexture(GL_TEXTURE0);
    glBindVertexArray(0);
    glUseProgram(0);
}

/// Nothing of an overlay is drawn beside the picture.
void clipToPicture(const Viewport& viewport) {
    const int left = static_cast<int>(std::floor(viewport.x + 1e-6)),
              top = static_cast<int>(std::floor(viewport.y + 1e-6));
    const int right = static_cast<int>(std::ceil(viewport.x + viewport.width - 1e-6));
    const int bottom = static_cast<int>(std::ceil(viewport.y + viewport.height - 1e-6));
    glEnable(GL_SCISSOR_TEST);
    glScissor(left, viewport.targetHeight - bottom, std::max(right - left, 0), std::max(bottom - top, 0));
}

/// In the overlay each figure has its own pinhole, so that depths of two do not compare; in a free view they do.
void beginFigure(const Scene& scene) {
    if (!scene.viewFromCamera) glClear(GL_DEPTH_BUFFER_BIT);
}

/// Straight alpha from colours that were blended onto transparent black.
void unpremultiply(Picture& picture) {
    for (std::size_t i = 0; i < picture.pixels.size(); i += 4) {
        const int alpha = picture.pixels[i + 3];
        if (alpha == 0 || alpha == 255) continue;
        for (int c = 0; c < 3; ++c)
            picture.pixels[i + c] =
                static_cast<std::uint8_t>(std::min(255, (picture.pixels[i + c] * 255 + alpha / 2) / alpha));
    }
}

/// Calls `drawTile(viewport)` for every tile of a picture and copies what the bound framebuffer then holds, rows from
/// the top.
template <typename DrawTile>
Picture pictureOfTiles(int width, int height, int channels, GLenum format, int largestSide, DrawTile drawTile) {
    Picture picture(width, height, channels);
    std::vector<std::uint8_t> rows;
    for (int top = 0; top < height; top += largestSide)
        for (int left = 0; left < width; left += largestSide) {
            const int tileWidth = std::min(largestSide, width - left), tileHeight = std::min(largestSide, height - top);
            const std::size_t rowBytes = static_cast<std::size_t>(tileWidth) * channels;
            drawTile(Viewport{tileWidth, tileHeight, -double(left), -double(top), double(width), double(height)});
            rows.resize(rowBytes * tileHeight);
            glPixelStorei(GL_PACK_ALIGNMENT, 1);
            glReadPixels(0, 0, tileWidth, tileHeight, format, GL_UNSIGNED_BYTE, rows.data());
            for (int y = 0; y < tileHeight; ++y)
                std::copy_n(rows.data() + rowBytes * (tileHeight - 1 - y), rowBytes, picture.at(left, top + y));
        }
    return picture;
}

}  // namespace

struct SceneRenderer::Implementation {
    GpuCache cache;
    BackgroundPainter background;
    SurfacePainter surfaces;
    ShapePainter shapes;
    struct KeptTarget {
        int samples;
        GLenum format;
        RenderTarget target;
    };
    std::list<KeptTarget> targets;  ///< the last used first
    GLint largestSide = 0, largestSamples = 0;
    std::size_t numStepsTaken = 0;  ///< of warmUp()

    Implementation() {
        GLint viewportSize[2] = {};
        glGetIntegerv(GL_MAX_RENDERBUFFER_SIZE, &largestSide);
        glGetIntegerv(GL_MAX_VIEWPORT_DIMS, viewportSize);
        largestSide = std::min({largestSide, viewportSize[0], viewportSize[1], kLargestTile});
        glGetIntegerv(GL_MAX_SAMPLES, &largestSamples);
    }

    RenderTarget& target(int width, int height, int samples, GLenum format) {
        const auto found = std::find_if(targets.begin(), targets.end(), [&](const KeptTarget& kept) {
            return kept.target.width() == width && kept.target.height() == height && kept.samples == samples &&
                   kept.format == format;
        });
        if (found != targets.end()) {
            targets.splice(targets.begin(), targets, found);
        } else {
            targets.push_front({samples, format, RenderTarget(width, height, samples, format)});
            if (targets.size() > kMaxTargets) targets.pop_back();
        }
        return targets.front().target;
    }

    void draw(const Scene& scene, const Viewport& viewport, const Eigen::Vector4f& clearColor, bool drawsColors = true);
    void drawFigures(const Scene& scene, const Viewport& viewport, const std::vector<FigureView>& views);
    void drawTile(const Scene& scene, const Viewport& viewport, int samples, const Eigen::Vector4f& clearColor);
    std::optional<PickResult> pickJoint(const Scene& scene, const std::vector<FigureView>& views,
                                        const Eigen::Vector2d& pixel, double radius) const;
    std::optional<PickResult> pickSurface(const Scene& scene, const std::vector<FigureView>& views,
                                          const Eigen::Vector2d& pixel);
};

void SceneRenderer::Implementation::drawFigures(const Scene& scene, const Viewport& viewport,
                                                const std::vector<FigureView>& views) {
    if (!scene.viewFromCamera) clipToPicture(viewport);
    glEnable(GL_DEPTH_TEST);
    for (const int i : farToNear(views)) {
        beginFigure(scene);
        surfaces.paint(cache, scene, scene.figures[i], views[i], viewport);
    }
    glDisable(GL_DEPTH_TEST);
    glDisable(GL_SCISSOR_TEST);
}

void SceneRenderer::Implementation::draw(const Scene& scene, const Viewport& viewport,
                                         const Eigen::Vector4f& clearColor, bool drawsColors) {
    setPlainState(viewport);
    glClearColor(clearColor.x(), clearColor.y(), clearColor.z(), clearColor.w());
    glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
    if (!drawsColors) glColorMask(GL_FALSE, GL_FALSE, GL_FALSE, GL_FALSE);
    if (scene.background && !scene.background->empty()) background.paint(cache, scene, viewport);
    std::vector<Shape> marks;
    if (scene.drawFloorGrid) appendFloorGrid(scene, viewport, marks);
    shapes.paint(marks, viewport.targetWidth, viewport.targetHeight);
    marks.clear();
    const std::vector<FigureView> views = figureViews(scene);
    drawFigures(scene, viewport, views);
    for (const int i : farToNear(views))
        if (scene.figures[i].skeleton) appendSkeleton(scene, viewport, *scene.figures[i].skeleton, views[i], marks);
    if (!scene.viewFromCamera)
        for (const SceneBox& box : scene.boxes) appendBox(scene, viewport, box, marks);
    shapes.paint(marks, viewport.targetWidth, viewport.targetHeight);
    cache.dropUnused();
    setPlainState(viewport);
}

/// Leaves a framebuffer without multisampling, that holds the tile, bound for reading.
void SceneRenderer::Implementation::drawTile(const Scene& scene, const Viewport& viewport, int samples,
                                             const Eigen::Vector4f& clearColor) {
    const int width = viewport.targetWidth, height = viewport.targetHeight;
    const RenderTarget& drawn = target(width, height, samples, GL_RGBA8);
    glBindFramebuffer(GL_FRAMEBUFFER, drawn.framebuffer());
    draw(scene, viewport, clearColor);
    if (samples == 0) return;
    const RenderTarget& resolved = target(width, height, 0, GL_RGBA8);
    glBindFramebuffer(GL_READ_FRAMEBUFFER, drawn.framebuffer());
    glBindFramebuffer(GL_DRAW_FRAMEBUFFER, resolved.framebuffer());
    glBlitFramebuffer(0, 0, width, height, 0, 0, width, height, GL_COLOR_BUFFER_BIT, GL_NEAREST);
    glBindFramebuffer(GL_FRAMEBUFFER, resolved.framebuffer());
}

SceneRenderer::SceneRenderer() {
    requireOpenGl33();
    implementation_ = std::make_unique<Implementation>();
}

SceneRenderer::~SceneRenderer() = default;

bool SceneRenderer::warmUp(const Eigen::Vector4f& clearColor) {
    static const std::vector<WarmUpStep> steps = warmUpSteps();
    const std::size_t index = implementation_->numStepsTaken++;
    if (index > steps.size()) return false;
    const Scene& scene = steps[std::min(index, steps.size() - 1)].scene;
    if (index == steps.size()) {
        pick(scene, {0, 0});
    } else {
        const Viewport besideTheTarget{1, 1, -2.0 * scene.width, 0, double(scene.width), double(scene.height)};
        implementation_->draw(scene, besideTheTarget, clearColor, steps[index].drawsColors);
    }
    return true;
}

void SceneRenderer::draw(const Scene& scene, const Viewport& viewport) {
    requireSize(scene);
    implementation_->draw(scene, viewport, scene.clearColor);
}

Picture SceneRenderer::drawPicture(const Scene& scene, double pixelRatio) {
    requireSize(scene);
    const BoundTarget before;
    const int width = std::max(1, static_cast<int>(std::lround(scene.width * pixelRatio)));
    const int height = std::max(1, static_cast<int>(std::lround(scene.height * pixelRatio)));
    const int samples = scene.samples > 1 ? std::min<int>(scene.samples, implementation_->largestSamples) : 0;
    const bool isTransparent = !scene.fillsWithClearColor && (!scene.background || scene.background->empty());
    const Eigen::Vector4f clearColor = isTransparent ? Eigen::Vector4f(0, 0, 0, 0) : scene.clearColor;
    Picture picture = pictureOfTiles(
        width, height, 4, GL_RGBA, implementation_->largestSide,
        [&](const Viewport& viewport) { implementation_->drawTile(scene, viewport, samples, clearColor); });
    if (isTransparent) unpremultiply(picture);
    return picture;
}

Picture SceneRenderer::drawPartLabels(const Scene& scene) {
    requireSize(scene);
    const BoundTarget before;
    const std::vector<FigureView> views = figureViews(scene);
    Implementation& gl = *implementation_;
    Picture labels =
        pictureOfTiles(scene.width, scene.height, 1, GL_RED_INTEGER, gl.largestSide, [&](const Viewport& viewport) {
            glBindFramebuffer(GL_FRAMEBUFFER,
                              gl.target(viewport.targetWidth, viewport.targetHeight, 0, GL_R8UI).framebuffer());
            setPlainState(viewport);
            const GLuint nothing[4] = {};
            glClearBufferuiv(GL_COLOR, 0, nothing);
            glClear(GL_DEPTH_BUFFER_BIT);
            glEnable(GL_DEPTH_TEST);
            for (const int i : farToNear(views)) {
                beginFigure(scene);
                gl.surfaces.paintPartLabels(gl.cache, scene, scene.figures[i], views[i], viewport);
            }
        });
    gl.cache.dropUnused();
    setPlainState(Viewport{scene.width, scene.height});
    return labels;
}

std::optional<PickResult> SceneRenderer::Implementation::pickJoint(const Scene& scene,
                                                                   const std::vector<FigureView>& views,
                                                                   const Eigen::Vector2d& pixel, double radius) const {
    std::optional<PickResult> nearest;
    double nearestDistance = radius;
    for (std::size_t i = 0; i < views.size(); ++i) {
        const auto& skeleton = scene.figures[i].skeleton;
        if (!skeleton || skeleton->pickId == 0) continue;
        for (Eigen::Index j = 0; j < skeleton->joints.rows(); ++j) {
            const Eigen::Vector3d joint = skeleton->joints.row(j).transpose().cast<double>();
            const auto projected = views[i].pixel(joint);
            if (!projected || (*projected - pixel).norm() > nearestDistance) continue;
            nearestDistance = (*projected - pixel).norm();
            nearest = PickResult{skeleton->pickId, -1, static_cast<int>(j), (views[i].viewFromModel * joint).z()};
        }
    }
    return nearest;
}

std::optional<PickResult> SceneRenderer::Implementation::pickSurface(const Scene& scene,
                                                                     const std::vector<FigureView>& views,
                                                                     const Eigen::Vector2d& pixel) {
    // A target of one pixel whose centre is the point: the viewport shifts the picture under it.
    const Viewport viewport{1, 1, 0.5 - pixel.x(), 0.5 - pixel.y(), double(scene.width), double(scene.height)};
    glBindFramebuffer(GL_FRAMEBUFFER, target(1, 1, 0, GL_RGBA32UI).framebuffer());
    std::optional<PickResult> result;
    setPlainState(viewport);
    glClear(GL_DEPTH_BUFFER_BIT);
    glEnable(GL_DEPTH_TEST);
    for (const int i : farToNear(views)) {
        const GLuint nothing[4] = {};
        glClearBufferuiv(GL_COLOR, 0, nothing);
        beginFigure(scene);
        surfaces.paintPicks(cache, scene, scene.figures[i], views[i], viewport);
        GLuint hit[4] = {};
        glReadPixels(0, 0, 1, 1, GL_RGBA_INTEGER, GL_UNSIGNED_INT, hit);
        if (hit[0] == 0) continue;
        const SceneMesh& mesh = scene.figures[i].meshes[hit[3]];
        result = PickResult{hit[0], -1, -1, std::bit_cast<float>(hit[2])};
        double nearestDistance = std::numeric_limits<double>::infinity();
        for (int corner = 0; corner < 3; ++corner) {
            const std::uint32_t vertex = (*mesh.triangles)(hit[1], corner);
            const auto projected = views[i].pixel(mesh.positions->row(vertex).transpose().cast<double>());
            if (!projected || (*projected - pixel).norm() >= nearestDistance) continue;
            nearestDistance = (*projected - pixel).norm();
            result->vertex = static_cast<int>(vertex);
        }
    }
    setPlainState(viewport);
    return result;
}

std::optional<PickResult> SceneRenderer::pick(const Scene& scene, const Eigen::Vector2d& pixel, double radius) {
    requireSize(scene);
    const std::vector<FigureView> views = figureViews(scene);
    if (const auto joint = implementation_->pickJoint(scene, views, pixel, radius)) return joint;
    const BoundTarget before;
    return implementation_->pickSurface(scene, views, pixel);
}

}  // namespace hmr
