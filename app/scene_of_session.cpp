// SPDX-License-Identifier: MIT
#include "app/scene_of_session.h"

#include "renderer/scene_figure.h"

namespace hmr {
namespace {

PinholeCamera scaled(PinholeCamera camera, double scale) {
    camera.focalLength *= scale;
    camera.principalPoint *= scale;
    return camera;
}

SceneFigure figureOf(const Session& session, int id, const ViewSettings& view, double scale) {
    const PersonEstimate& person = *session.person(id);
    FigureStyle style;
    style.color = figureColor(id);
    style.opacity = static_cast<float>(view.opacity);
    style.style = view.style;
    style.wireframe = view.wireframe;
    style.skeleton = view.skeleton;
    style.cullBackfaces = !view.backFaces;
    if (id == session.selectedPerson()) style.selectedJoint = session.selectedJoint();
    style.pickId = static_cast<std::uint32_t>(id) + 1;
    return sceneFigure(session.body(), *session.posed(id), scaled(frameCamera(person.camera, person.crop), scale), style);
}

}  // namespace

Scene sceneOf(const Session& session, const ViewSettings& view, bool fullSize) {
    Scene scene;
    const FrameResult& frame = session.frame();
    if (!frame.estimate) return scene;
    const cv::Mat& picture = frame.estimate->frame.picture;
    const bool fromScreen = !fullSize && frame.shown;
    scene.width = fromScreen ? frame.shown->width : picture.cols;
    scene.height = fromScreen ? frame.shown->height : picture.rows;
    const double scale = static_cast<double>(scene.width) / picture.cols;
    if (fromScreen && view.mode == ViewMode::Overlay) scene.background = frame.shown;
    for (const int id : session.recoveredPeople()) scene.figures.push_back(figureOf(session, id, view, scale));
    if (!view.boxes || view.mode != ViewMode::Overlay) return scene;
    for (const PersonBox& person : session.boxes()) {
        const PixelBox& box = person.box;
        scene.boxes.push_back({{box.x * scale, box.y * scale, box.width * scale, box.height * scale},
                               figureColor(person.id), person.id == session.selectedPerson()});
    }
    return scene;
}

}  // namespace hmr
