// SPDX-License-Identifier: MIT
#include "cli/overlay.h"

#include <array>

#include "inference/picture.h"
#include "renderer/scene_figure.h"
#include "renderer/scene_renderer.h"
#include "renderer/windowless_context.h"

namespace hmr {

struct OverlayPainter::Implementation {
    std::shared_ptr<const BodyModel> body;
    WindowlessContext context;
    SceneRenderer renderer;
};

OverlayPainter::OverlayPainter(std::shared_ptr<const BodyModel> body) : implementation_(std::make_unique<Implementation>()) {
    implementation_->body = std::move(body);
}

OverlayPainter::~OverlayPainter() = default;

namespace {

/// The people of a frame as a scene without a background.
Scene sceneOf(const std::shared_ptr<const BodyModel>& body, const FrameEstimate& estimate) {
    static const std::array<Eigen::Vector3f, 5> kColors = {Eigen::Vector3f{0.65f, 0.74f, 0.86f}, {0.90f, 0.72f, 0.62f}, {0.70f, 0.84f, 0.68f},
                                                           {0.87f, 0.80f, 0.58f}, {0.78f, 0.70f, 0.86f}};
    Scene scene;
    scene.width = estimate.frame.picture.cols;
    scene.height = estimate.frame.picture.rows;
    for (const PersonEstimate& person : estimate.people) {
        FigureStyle style;
        style.color = kColors[static_cast<std::size_t>(person.id) % kColors.size()];
        const PosedBody posed = poseBody(*body, person.parameters);
        scene.figures.push_back(sceneFigure(body, posed, frameCamera(person.camera, person.crop), style));
    }
    return scene;
}

}  // namespace

Picture OverlayPainter::paintAlone(const FrameEstimate& estimate) {
    return implementation_->renderer.drawPicture(sceneOf(implementation_->body, estimate));
}

Picture OverlayPainter::paint(const FrameEstimate& estimate) {
    Scene scene = sceneOf(implementation_->body, estimate);
    scene.background = std::make_shared<const Picture>(rgbPicture(estimate.frame.picture));
    const Picture drawn = implementation_->renderer.drawPicture(scene);
    Picture overlay(drawn.width, drawn.height, 3);
    for (std::size_t i = 0, o = 0; i < drawn.pixels.size(); ++i) {
        if (i % 4 != 3) overlay.pixels[o++] = drawn.pixels[i];
    }
    return overlay;
}

}  // namespace hmr
