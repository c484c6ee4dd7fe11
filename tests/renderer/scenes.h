// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <memory>
#include <vector>

#include "body/posing.h"
#include "renderer/scene.h"

namespace hmr::test {

inline constexpr double kPi = 3.14159265358979323846;

using TextureCoordinates = Eigen::Matrix<float, Eigen::Dynamic, 2, Eigen::RowMajor>;

/// A rectangle that faces the camera, its corners in the order top left, top right, bottom right, bottom left.
SceneMesh rectangle(const Eigen::Vector3f& center, float width, float height, const Eigen::Vector3f& color);

/// An empty scene with no multisampling.
Scene emptyScene(int width, int height);

/// A pinhole at the origin that sees x, y in [-1, 1] at depth 1 across a square picture of this side.
PinholeCamera unitCamera(double side);

/// A scene of one square picture with these meshes in one figure before unitCamera.
Scene sceneOf(int side, std::vector<SceneMesh> meshes);

/// RGB of one colour.
std::shared_ptr<Picture> plainPicture(int width, int height, std::uint8_t r, std::uint8_t g, std::uint8_t b);

/// The small test body, in a pose with bent knees and elbows, upright before a camera.
struct Person {
    std::shared_ptr<const BodyModel> model;
    PosedBody posed;
    WeakPerspectiveCamera camera;
};
Person smallPerson(double yaw = 0.6);

/// RGBA or label at a pixel.
Eigen::Vector4i pixelOf(const Picture& picture, int x, int y);

/// Mean position of what is drawn, weighted by alpha, in pixel coordinates (the picture spans [0,width]); NaN when
/// empty.
Eigen::Vector2d centroidOfAlpha(const Picture& picture);

int numDrawnPixels(const Picture& picture);

}  // namespace hmr::test
