// SPDX-License-Identifier: MIT
#include "renderer/overlay_painter.h"

#include "renderer/orbit_view.h"
#include "renderer/scene_figure.h"
#include "renderer/scene_renderer.h"
#include "renderer/windowless_context.h"

namespace hmr {

struct OverlayPainter::Implementation {
    std::shared_ptr<const BodyModel> body;
    WindowlessContext context;
    SceneRenderer renderer;

    Scene sceneOf(int width, int height, const std::vector<PersonEstimate>& people) const {
        Scene scene;
        scene.width = width;
        scene.height = height;
        for (const PersonEstimate& person : people) {
            FigureStyle style;
            style.color = figureColor(person.id);
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

Picture OverlayPainter::paint(const Picture& picture, const std::vector<PersonEstimate>& people) {
    Scene scene = implementation_->sceneOf(picture.width, picture.height, people);
    scene.background = std::make_shared<const Picture>(picture);
    return implementation_->draw(scene);
}

Picture OverlayPainter::paintSide(int width, int height, const std::vector<PersonEstimate>& people) {
    Scene scene = implementation_->sceneOf(width, height, people);
    scene.viewFromCamera = OrbitView::side().viewFromCamera(scene);
    scene.clearColor = {0.93f, 0.94f, 0.95f, 1};
    scene.fillsWithClearColor = true;
    return implementation_->draw(scene);
}

Picture OverlayPainter::paintAlone(int width, int height, const std::vector<PersonEstimate>& people) {
    return implementation_->renderer.drawPicture(implementation_->sceneOf(width, height, people));
}

std::function<Picture(const Picture&, int, int, const std::vector<PersonEstimate>&)> peoplePainter(std::shared_ptr<const BodyModel> body) {
    auto painter = std::make_shared<OverlayPainter>(std::move(body));
    return [painter](const Picture& picture, int width, int height, const std::vector<PersonEstimate>& people) {
        return picture.empty() ? painter->paintAlone(width, height, people) : painter->paint(picture, people);
    };
}

}  // namespace hmr
