// SPDX-License-Identifier: MIT
#include "renderer/warm_up.h"

namespace hmr {
namespace {

constexpr int kSide = 2;  ///< pixels of a scene

Scene smallScene() {
    Scene scene;
    scene.width = scene.height = kSide;
    return scene;
}

Scene withPicture(int side) {
    Scene scene = smallScene();
    scene.background = std::make_shared<const Picture>(side, side, 3);
    return scene;
}

Scene withBox() {
    Scene scene = smallScene();
    scene.boxes.push_back({{0, 0, kSide, kSide}});
    return scene;
}

/// One triangle with what a body's mesh has.
Scene withSurface(SurfaceStyle style, float opacity, bool wireframe = false) {
    static const auto positions = std::make_shared<const Points3f>((Points3f(3, 3) << 0, 0, 1, 1, 0, 1, 0, 1, 1).finished());
    static const auto triangles = std::make_shared<const Triangles>((Triangles(1, 3) << 0, 1, 2).finished());
    static const auto labels = std::make_shared<const std::vector<std::uint8_t>>(3, std::uint8_t{1});
    SceneMesh mesh;
    mesh.positions = positions;
    mesh.triangles = triangles;
    mesh.partLabels = labels;
    mesh.style = style;
    mesh.opacity = opacity;
    mesh.wireframe = wireframe;
    mesh.pickId = 1;
    Scene scene = smallScene();
    scene.figures.push_back({{1, {0, 0}}, {mesh}, std::nullopt});
    return scene;
}

}  // namespace

std::vector<WarmUpStep> warmUpSteps() {
    constexpr float kLayer = 0.5f;  // any opacity that needs the layer's two passes
    std::vector<WarmUpStep> steps;
    const auto addProgram = [&](const Scene& scene) {
        steps.push_back({scene, false});
        steps.push_back({scene});
    };
    addProgram(withPicture(kSide));
    steps.push_back({withPicture(4 * kSide)});
    addProgram(withBox());
    addProgram(withSurface(SurfaceStyle::Flat, 1));
    steps.push_back({withSurface(SurfaceStyle::Flat, kLayer)});
    for (const SurfaceStyle style : {SurfaceStyle::Lit, SurfaceStyle::Normals, SurfaceStyle::PartColors}) {
        addProgram(withSurface(style, 1));
        steps.push_back({withSurface(style, kLayer)});
    }
    steps.push_back({withSurface(SurfaceStyle::Lit, 1, true)});
    return steps;
}

}  // namespace hmr
