// SPDX-License-Identifier: MIT
#include "cli/overlay.h"

#include <array>

#include "inference/picture.h"
#include "renderer/orbit_view.h"
#include "renderer/scene_figure.h"
#include "renderer/scene_renderer.h"
#include "renderer/windowless_context.h"

namespace hmr {

struct OverlayPainter::Implementation {
    std::shared_ptr<const BodyModel> body;
    WindowlessContext context;
    SceneRenderer renderer;

    Scene sceneOf(const FrameEstimate& estimate) const {
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

    Picture draw(const Scene& scene) {
        const Picture drawn = renderer.drawPicture(scene);
        Picture rgb(drawn.width, drawn.height, 3);
        for (std::size_t i = 0, o = 0; i < drawn.pixels.size(); ++i) {
            if (i % 4 != 3) rgb.pixels[o++] = drawn.pixels[i];
        }
        return rgb;
    }
};

OverlayPainter::OverlayPainter(std::shared_ptr<const BodyModel> body) : implementation_(std::make_unique<Implementation>()) {
    implementation_->body = std::move(body);
}

OverlayPainter::~OverlayPainter() = default;

Picture OverlayPainter::paint(const FrameEstimate& estimate) {
    Scene scene = implementation_->sceneOf(estimate);
    scene.background = std::make_shared<const Picture>(rgbPicture(estimate.frame.picture));
    return implementation_->draw(scene);
}

Picture OverlayPainter::paintSide(const FrameEstimate& estimate) {
    Scene scene = implementation_->sceneOf(estimate);
    scene.viewFromCamera = OrbitView::side().viewFromCamera(scene);
    scene.clearColor = {0.93f, 0.94f, 0.95f, 1};
    scene.fillsWithClearColor = true;
    return implementation_->draw(scene);
}

Picture OverlayPainter::paintAlone(const FrameEstimate& estimate) {
    return implementation_->renderer.drawPicture(implementation_->sceneOf(estimate));
}

}  // namespace hmr
