// SPDX-License-Identifier: MIT
#include "scenes.h"

#include <limits>
#include <numbers>

#include "body/rotation.h"
#include "support/small_body.h"

namespace hmr::test {

SceneMesh rectangle(const Eigen::Vector3f& center, float width, float height, const Eigen::Vector3f& color) {
    Points3f corners(4, 3);
    corners << -width, -height, 0, width, -height, 0, width, height, 0, -width, height, 0;
    corners = ((corners / 2).rowwise() + center.transpose()).eval();
    Triangles triangles(2, 3);
    triangles << 0, 3, 2, 0, 2, 1;
    SceneMesh mesh;
    mesh.positions = std::make_shared<const Points3f>(corners);
    mesh.triangles = std::make_shared<const Triangles>(triangles);
    mesh.color = color;
    mesh.style = SurfaceStyle::Flat;
    return mesh;
}

Scene emptyScene(int width, int height) {
    Scene scene;
    scene.width = width;
    scene.height = height;
    scene.samples = 0;
    return scene;
}

PinholeCamera unitCamera(double side) {
    PinholeCamera camera;
    camera.focalLength = side / 2;
    camera.principalPoint = Eigen::Vector2d(side, side) / 2;
    return camera;
}

Scene sceneOf(int side, std::vector<SceneMesh> meshes) {
    Scene scene = emptyScene(side, side);
    SceneFigure& figure = scene.figures.emplace_back();
    figure.camera = unitCamera(side);
    figure.meshes = std::move(meshes);
    return scene;
}

std::shared_ptr<Picture> plainPicture(int width, int height, std::uint8_t r, std::uint8_t g, std::uint8_t b) {
    auto picture = std::make_shared<Picture>(width, height, 3);
    for (std::size_t i = 0; i < picture->pixels.size(); i += 3) {
        picture->pixels[i] = r;
        picture->pixels[i + 1] = g;
        picture->pixels[i + 2] = b;
    }
    return picture;
}

Person smallPerson(double yaw) {
    static const std::shared_ptr<const BodyModel> model = SmallBody::model();
    BodyParameters parameters;
    const Eigen::Matrix3d cameraFromBody =
        Eigen::AngleAxisd(std::numbers::pi, Eigen::Vector3d::UnitX()).toRotationMatrix() *
        Eigen::AngleAxisd(yaw, Eigen::Vector3d::UnitY()).toRotationMatrix();
    parameters.pose.row(0) = axisAngleFromRotation(cameraFromBody).transpose();
    parameters.pose.row(1) << -0.5, 0, 0.1;  // left hip
    parameters.pose.row(4) << 0.7, 0, 0;     // left knee
    parameters.pose.row(16) << 0, 0, -0.9;   // left shoulder
    parameters.pose.row(17) << 0, 0, 0.8;    // right shoulder
    parameters.pose.row(19) << 0, 0.9, 0;    // right elbow
    Person person{model, poseBody(*model, parameters), {}};
    person.camera.scale = 0.95;
    person.camera.translation << 0, -0.9;  // its origin is at its feet, and the root turned it about the pelvis
    return person;
}

Eigen::Vector4i pixelOf(const Picture& picture, int x, int y) {
    Eigen::Vector4i value(0, 0, 0, 255);
    for (int c = 0; c < picture.channels; ++c) value[c] = picture.at(x, y)[c];
    return value;
}

Eigen::Vector2d centroidOfAlpha(const Picture& picture) {
    Eigen::Vector2d sum = Eigen::Vector2d::Zero();
    double weight = 0;
    for (int y = 0; y < picture.height; ++y)
        for (int x = 0; x < picture.width; ++x) {
            const double alpha = picture.at(x, y)[3];
            sum += alpha * Eigen::Vector2d(x + 0.5, y + 0.5);
            weight += alpha;
        }
    return weight > 0 ? Eigen::Vector2d(sum / weight)
                      : Eigen::Vector2d::Constant(std::numeric_limits<double>::quiet_NaN());
}

int numDrawnPixels(const Picture& picture) {
    int count = 0;
    for (std::size_t i = 3; i < picture.pixels.size(); i += 4) count += picture.pixels[i] > 0;
    return count;
}

}  // namespace hmr::test
