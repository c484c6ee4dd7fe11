// SPDX-License-Identifier: MIT
#include "renderer/scene_figure.h"

#include <algorithm>
#include <array>

namespace hmr {
namespace {

const std::vector<std::uint8_t>& partLabels(const BodyModelData& data, PartSet parts) {
    return parts == PartSet::Parts24   ? data.partLabels24
           : parts == PartSet::Parts14 ? data.partLabels14
                                       : data.partLabels6;
}

}  // namespace

Eigen::Vector3f figureColor(int person) {
    static const std::array<Eigen::Vector3f, 8> colors = {SceneMesh{}.color,
                                                          Eigen::Vector3f(0.90f, 0.72f, 0.58f),
                                                          Eigen::Vector3f(0.66f, 0.84f, 0.68f),
                                                          Eigen::Vector3f(0.82f, 0.68f, 0.86f),
                                                          Eigen::Vector3f(0.92f, 0.84f, 0.56f),
                                                          Eigen::Vector3f(0.58f, 0.84f, 0.84f),
                                                          Eigen::Vector3f(0.92f, 0.66f, 0.70f),
                                                          Eigen::Vector3f(0.76f, 0.78f, 0.80f)};
    return colors[static_cast<std::size_t>(std::max(person, 0)) % colors.size()];
}

SceneFigure sceneFigure(const std::shared_ptr<const BodyModel>& model, const PosedBody& posed,
                        const PinholeCamera& camera, const FigureStyle& style) {
    SceneFigure figure;
    figure.camera = camera;
    if (style.surface) {
        SceneMesh& mesh = figure.meshes.emplace_back();
        mesh.positions = std::make_shared<const Points3f>(posed.vertices);
        mesh.triangles = {model, &model->triangles()};
        const std::vector<std::uint8_t>& labels = partLabels(model->data(), style.parts);
        if (!labels.empty()) {
            mesh.partLabels = {model, &labels};
            mesh.partLabelOffset = *std::min_element(labels.begin(), labels.end()) == 0 ? 1 : 0;
        }
        mesh.color = style.color;
        mesh.opacity = style.opacity;
        mesh.specular = style.specular;
        mesh.style = style.style;
        mesh.wireframe = style.wireframe;
        mesh.cullBackfaces = style.cullBackfaces;
        mesh.pickId = style.pickId;
    }
    if (style.skeleton)
        figure.skeleton =
            SceneSkeleton{posed.joints.cast<float>(), model->data().parents, style.selectedJoint, style.pickId};
    return figure;
}

}  // namespace hmr
