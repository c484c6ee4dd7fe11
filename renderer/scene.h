// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Geometry>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "body/camera.h"
#include "body/picture.h"
#include "body/types.h"

namespace hmr {

/// What a surface shows.
enum class SurfaceStyle { Lit, Normals, PartColors, Flat };

/// A triangle mesh with how it is drawn. Arrays are shared, so that a scene is cheap to make every frame; the renderer
/// keeps them on the graphics card as long as somebody holds them, so what a pointer shows must not change.
struct SceneMesh {
    std::shared_ptr<const Points3f>
        positions;  ///< [V,3] metres, camera axes (x right, y down, z forward) before camera translation
    std::shared_ptr<const Points3f> normals;                      ///< [V,3] or null: computed from the faces
    std::shared_ptr<const Triangles> triangles;                   ///< [F,3]
    std::shared_ptr<const std::vector<std::uint8_t>> partLabels;  ///< [V] for PartColors and drawPartLabels, or null
    int partLabelOffset = 0;                 ///< added to each label: 1 for SMPL's 24 parts, which count from 0
    std::shared_ptr<const Points3f> colors;  ///< [V,3] RGB in [0,1] in place of `color`, or null
    std::shared_ptr<const Eigen::Matrix<float, Eigen::Dynamic, 2, Eigen::RowMajor>>
        textureCoordinates;  ///< [V,2] v up, or null
    std::shared_ptr<const Picture>
        texture;  ///< RGB or RGBA (alpha below 0.5 is cut out) in place of `color`, times `colors`; or null
    Eigen::Vector3f color = {0.65f, 0.74f, 0.86f};
    float opacity = 1;
    float specular = 0.25f;
    SurfaceStyle style = SurfaceStyle::Lit;
    bool wireframe = false;  ///< edges over the surface
    bool cullBackfaces = true;
    std::uint32_t pickId = 0;  ///< what pick() answers, 0: not pickable
};

/// Joints and bones, drawn over everything.
struct SceneSkeleton {
    Points3f joints;           ///< [J,3] camera axes before camera translation
    std::vector<int> parents;  ///< [J]
    int selectedJoint = -1;
    std::uint32_t pickId = 0;
};

/// One person: own pinhole (see frameCamera), hence exact over the picture wherever the crop was.
struct SceneFigure {
    PinholeCamera camera;  ///< in pixels of the scene's picture
    std::vector<SceneMesh> meshes;
    std::optional<SceneSkeleton> skeleton;
};

/// A light that shines along `direction` (camera axes), or everywhere for ambient.
struct DirectionalLight {
    Eigen::Vector3f direction = {0.4f, 0.6f, 0.7f};
    Eigen::Vector3f color = {0.85f, 0.85f, 0.85f};
};

/// A rectangle drawn on the picture, in its pixels.
struct SceneBox {
    PixelBox box;
    Eigen::Vector3f color = {1, 0.8f, 0.2f};
    bool selected = false;
};

/// Everything that is drawn, as plain data.
struct Scene {
    int width = 0, height = 0;                  ///< picture size that the cameras are in, pixels
    std::shared_ptr<const Picture> background;  ///< RGB of that size, or null
    Eigen::Vector4f clearColor = {0.13f, 0.14f, 0.16f, 1};
    std::vector<SceneFigure> figures;  ///< drawn far to near
    std::vector<SceneBox> boxes;
    Eigen::Vector3f ambient = {0.35f, 0.35f, 0.35f};
    std::vector<DirectionalLight> lights = {DirectionalLight{}};
    /// For side and free views (see OrbitView): turns the figures about their common centre before projection; identity
    /// is the overlay. All figures are then seen by one camera: their own when they agree, else the picture's usual
    /// focal length.
    std::optional<Eigen::Isometry3d> viewFromCamera;
    bool drawFloorGrid = false;        ///< free views: a grid under the feet
    int samples = 4;                   ///< multisampling of windowless pictures
    bool fillsWithClearColor = false;  ///< windowless pictures with no background: clearColor, not transparency
};

}  // namespace hmr
