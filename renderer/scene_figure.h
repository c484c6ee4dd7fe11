// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "body/body_model.h"
#include "body/camera.h"
#include "body/posing.h"
#include "renderer/scene.h"

namespace hmr {

/// Which of a body's part sets PartColors shows.
enum class PartSet { Parts24, Parts14, Parts6 };

/// How a person is shown.
struct FigureStyle {
    Eigen::Vector3f color = SceneMesh{}.color;
    float opacity = 1;
    float specular = SceneMesh{}.specular;
    SurfaceStyle style = SurfaceStyle::Lit;
    PartSet parts = PartSet::Parts24;
    bool surface = true;
    bool wireframe = false;
    bool skeleton = false;
    bool cullBackfaces = true;
    int selectedJoint = -1;
    std::uint32_t pickId = 0;  ///< of surface and skeleton
};

/// A colour for the person of this number in a picture: the soft blue first, then others that differ from their
/// neighbours.
Eigen::Vector3f figureColor(int person);

/// The figure of a posed body in its camera. What the model shares between frames stays shared (it keeps the model
/// alive).
SceneFigure sceneFigure(const std::shared_ptr<const BodyModel>& model, const PosedBody& posed,
                        const PinholeCamera& camera, const FigureStyle& style = {});

}  // namespace hmr
