// SPDX-License-Identifier: MIT
#include "renderer/annotations.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "body/skeleton.h"

namespace hmr {
namespace {

constexpr float kRimAlpha = 0.75f;
constexpr double kBoneRadius = 0.013, kJointRadius = 0.02;  ///< metres
const Eigen::Vector3f kInk(0.10f, 0.11f, 0.14f), kSelection(1.0f, 0.62f, 0.16f);

/// A line's natural width in target pixels: grows with the picture, so that a large screenshot looks like a small one.
double lineUnit(const Viewport& viewport) {
    return viewport.lineWidth > 0 ? viewport.lineWidth
                                  : std::clamp(std::min(viewport.width, viewport.height) / 600, 1.0, 8.0);
}

Eigen::Vector4f withAlpha(const Eigen::Vector3f& color, float alpha) {
    return {color.x(), color.y(), color.z(), alpha};
}

/// Left and right of SMPL's skeleton get their own colour, as do joints of other skeletons none.
Eigen::Vector3f jointColor(const SceneSkeleton& skeleton, int joint) {
    const Eigen::Vector3f middle(0.93f, 0.94f, 0.96f), left(0.98f, 0.72f, 0.45f), right(0.50f, 0.78f, 0.98f);
    if (skeleton.parents.size() != kSmplJointNames.size()) return middle;
    if (kSmplFlip[joint] == joint) return middle;
    return kSmplJointNames[joint].substr(0, 4) == "left" ? left : right;
}

struct ProjectedJoint {
    bool isVisible = false;
    Eigen::Vector2d pixel = Eigen::Vector2d::Zero();  ///< of the target
    double depth = 0;
    double pixelsPerMetre = 0;
};

std::vector<ProjectedJoint> projectedJoints(const Scene& scene, const Viewport& viewport, const SceneSkeleton& skeleton,
                                            const FigureView& view) {
    std::vector<ProjectedJoint> joints(skeleton.joints.rows());
    for (std::size_t j = 0; j < joints.size(); ++j) {
        const Eigen::Vector3d point = skeleton.joints.row(j).transpose().cast<double>();
        const auto pixel = view.pixel(point);
        if (!pixel) continue;
        joints[j].isVisible = true;
        joints[j].pixel = targetPixel(scene, viewport, *pixel);
        joints[j].depth = (view.viewFromModel * point).z();
        joints[j].pixelsPerMetre = view.focalLength / joints[j].depth * viewport.width / scene.width;
    }
    return joints;
}

}  // namespace

void appendSkeleton(const Scene& scene, const Viewport& viewport, const SceneSkeleton& skeleton, const FigureView& view,
                    std::vector<Shape>& shapes) {
    const std::vector<ProjectedJoint> joints = projectedJoints(scene, viewport, skeleton, view);
    std::vector<int> order(joints.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return joints[a].depth > joints[b].depth; });
    const double unit = lineUnit(viewport);
    const auto radius = [&](const ProjectedJoint& joint, double metres, double smallest) {
        return std::clamp(metres * joint.pixelsPerMetre, smallest * unit, 4 * smallest * unit);
    };
    for (const int j : order) {
        const int parent = j < static_cast<int>(skeleton.parents.size()) ? skeleton.parents[j] : -1;
        if (parent < 0 || parent >= static_cast<int>(joints.size())) continue;
        const ProjectedJoint &from = joints[parent], &to = joints[j];
        if (!from.isVisible || !to.isVisible) continue;
        shapes.push_back({.from = from.pixel,
                          .to = to.pixel,
                          .fromRadius = radius(from, kBoneRadius, 1.8),
                          .toRadius = 0.55 * radius(to, kBoneRadius, 1.8),
                          .rimWidth = 0.7 * unit,
                          .fill = withAlpha(0.92f * jointColor(skeleton, j), 0.9f),
                          .rim = withAlpha(kInk, kRimAlpha)});
    }
    for (const int j : order) {
        if (!joints[j].isVisible) continue;
        const bool isSelected = j == skeleton.selectedJoint;
        const double jointRadius = radius(joints[j], kJointRadius, 2.6) * (isSelected ? 1.45 : 1);
        shapes.push_back({.from = joints[j].pixel,
                          .to = joints[j].pixel,
                          .fromRadius = jointRadius,
                          .toRadius = jointRadius,
                          .rimWidth = unit,
                          .fill = withAlpha(isSelected ? kSelection : jointColor(skeleton, j), 1),
                          .rim = isSelected ? Eigen::Vector4f(1, 1, 1, 1) : withAlpha(kInk, kRimAlpha)});
    }
}

void appendBox(const Scene& scene, const Viewport& viewport, const SceneBox& box, std::vector<Shape>& shapes) {
    const PixelBox& b = box.box;
    const auto corner = [&](double x, double y) {
        return targetPixel(scene, viewport, {b.x + x * b.width, b.y + y * b.height});
    };
    const double unit = lineUnit(viewport);
    const auto frame = [&](double radius, const Eigen::Vector4f& color) {
        const Eigen::Vector2d corners[] = {corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)};
        for (int i = 0; i < 4; ++i)
            shapes.push_back({.from = corners[i],
                              .to = corners[(i + 1) % 4],
                              .fromRadius = radius,
                              .toRadius = radius,
                              .fill = color});
    };
    frame((box.selected ? 1.9 : 1.5) * unit, withAlpha(kInk, 0.45f));
    frame((box.selected ? 1.2 : 0.8) * unit, withAlpha(box.color, 1));
    if (!box.selected) return;
    for (const double y : {0.0, 0.5, 1.0})
        for (const double x : {0.0, 0.5, 1.0}) {
            if (x == 0.5 && y == 0.5) continue;
            shapes.push_back({.from = corner(x, y),
                              .to = corner(x, y),
                              .fromRadius = 4.5 * unit,
                              .toRadius = 4.5 * unit,
                              .rimWidth = 1.4 * unit,
                              .fill = {1, 1, 1, 1},
                              .rim = withAlpha(box.color, 1)});
        }
}

void appendFloorGrid(const Scene& scene, const Viewport& viewport, std::vector<Shape>& shapes) {
    if (!scene.viewFromCamera || scene.figures.empty()) return;
    const FreeView free = freeView(scene);
    FigureView view;
    view.focalLength = free.camera.focalLength;
    view.principalPoint = free.camera.principalPoint;
    view.viewFromModel = Eigen::Translation3d(free.center) * *scene.viewFromCamera * Eigen::Translation3d(-free.center);
    constexpr double kSpacing = 0.5, kReach = 4;
    constexpr int kPieces = 16;
    const double unit = lineUnit(viewport);
    const auto piece = [&](const Eigen::Vector2d& a, const Eigen::Vector2d& b, bool isMain) {
        const auto onFloor = [&](const Eigen::Vector2d& p) {
            return view.pixel({free.center.x() + p.x(), free.floorHeight, free.center.z() + p.y()});
        };
        const auto from = onFloor(a), to = onFloor(b);
        const double fade = 1 - ((a + b) / 2).norm() / kReach;
        if (!from || !to || fade <= 0) return;
        const double radius = (isMain ? 0.8 : 0.5) * unit;
        shapes.push_back({.from = targetPixel(scene, viewport, *from),
                          .to = targetPixel(scene, viewport, *to),
                          .fromRadius = radius,
                          .toRadius = radius,
                          .fill = {0.72f, 0.75f, 0.80f, static_cast<float>((isMain ? 0.75 : 0.45) * fade)}});
    };
    const int numLines = static_cast<int>(kReach / kSpacing);
    for (int line = -numLines; line <= numLines; ++line)
        for (int i = 0; i < kPieces; ++i) {
            const double offset = line * kSpacing, a = -kReach + 2 * kReach * i / kPieces, b = a + 2 * kReach / kPieces;
            piece({offset, a}, {offset, b}, line % 2 == 0);
            piece({a, offset}, {b, offset}, line % 2 == 0);
        }
}

}  // namespace hmr
