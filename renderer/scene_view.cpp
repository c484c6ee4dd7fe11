// SPDX-License-Identifier: MIT
#include "renderer/scene_view.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace hmr {
namespace {

constexpr double kNearestDepth = 0.01;  ///< metres; what is nearer to the eye is cut off

/// Bounds of a figure's meshes and joints before the camera's translation.
Eigen::AlignedBox3d boundsOf(const SceneFigure& figure) {
    Eigen::AlignedBox3d bounds;
    for (const SceneMesh& mesh : figure.meshes) {
        if (!mesh.positions || mesh.positions->rows() == 0) continue;
        bounds.extend(mesh.positions->colwise().minCoeff().transpose().cast<double>().eval());
        bounds.extend(mesh.positions->colwise().maxCoeff().transpose().cast<double>().eval());
    }
    if (figure.skeleton)
        for (Eigen::Index j = 0; j < figure.skeleton->joints.rows(); ++j)
            bounds.extend(figure.skeleton->joints.row(j).transpose().cast<double>().eval());
    if (bounds.isEmpty()) bounds.extend(Eigen::Vector3d::Zero().eval());
    return bounds;
}

void fitDepths(const Eigen::AlignedBox3d& bounds, FigureView& view) {
    const Eigen::Vector3d center = view.viewFromModel * bounds.center();
    const double radius = (view.viewFromModel.linear().row(2).cwiseAbs() * bounds.sizes() / 2).value();
    view.centerDepth = center.z();
    const double margin = 0.02 + 0.01 * radius;
    view.nearest = std::max(center.z() - radius - margin, kNearestDepth);
    view.farthest = std::max(center.z() + radius + margin, 2 * view.nearest);
}

/// One range for all, so that figures of a free view hide each other point by point.
void shareDepths(std::vector<FigureView>& views) {
    if (views.empty()) return;
    double nearest = views[0].nearest, farthest = views[0].farthest;
    for (const FigureView& view : views) {
        nearest = std::min(nearest, view.nearest);
        farthest = std::max(farthest, view.farthest);
    }
    for (FigureView& view : views) {
        view.nearest = nearest;
        view.farthest = farthest;
    }
}

bool sameIntrinsics(const PinholeCamera& a, const PinholeCamera& b) {
    return std::abs(a.focalLength - b.focalLength) <= 1e-9 * std::abs(a.focalLength) &&
           (a.principalPoint - b.principalPoint).norm() <= 1e-9 * (1 + a.principalPoint.norm());
}

/// Where a point of one camera lies in another camera so that it keeps its pixel and its apparent size.
Eigen::Vector3d inCamera(const PinholeCamera& to, const PinholeCamera& from, const Eigen::Vector3d& point) {
    if (point.z() <= 0) return point;
    const double depth = point.z() * to.focalLength / from.focalLength;
    const Eigen::Vector2d pixel = point.head<2>() * (from.focalLength / point.z()) + from.principalPoint;
    const Eigen::Vector2d xy = (pixel - to.principalPoint) * (depth / to.focalLength);
    return {xy.x(), xy.y(), depth};
}

/// The mean of the nearest figure and those at most half as far behind it as the picture is wide there: somebody farther away does not
/// take the others out of view. `extentPerDepth`: metres of the picture's shorter side in a metre's distance.
Eigen::Vector3d middleOfNearest(const std::vector<Eigen::Vector3d>& centers, double extentPerDepth) {
    double nearest = std::numeric_limits<double>::infinity();
    for (const Eigen::Vector3d& center : centers) nearest = std::min(nearest, center.z());
    Eigen::Vector3d sum = Eigen::Vector3d::Zero();
    int count = 0;
    for (const Eigen::Vector3d& center : centers)
        if (center.z() - nearest <= 0.5 * extentPerDepth * std::abs(nearest)) sum += center, ++count;
    return sum / count;
}

FreeView freeView(const Scene& scene, const std::vector<Eigen::AlignedBox3d>& bounds) {
    FreeView free;
    free.camera.focalLength = defaultFocalLength(scene.width, scene.height);
    free.camera.principalPoint = Eigen::Vector2d(scene.width, scene.height) / 2;
    if (scene.figures.empty()) return free;
    const PinholeCamera& first = scene.figures.front().camera;
    const bool allAgree = std::all_of(scene.figures.begin(), scene.figures.end(),
                                      [&](const SceneFigure& figure) { return sameIntrinsics(figure.camera, first); });
    if (allAgree) {
        free.camera = first;
        free.camera.translation.setZero();
    }
    free.floorHeight = -std::numeric_limits<double>::infinity();
    std::vector<Eigen::Vector3d> centers;
    for (std::size_t i = 0; i < scene.figures.size(); ++i) {
        const PinholeCamera& camera = scene.figures[i].camera;
        const Eigen::Vector3d translation =
            allAgree ? camera.translation : inCamera(free.camera, camera, camera.translation);
        free.figureTranslations.push_back(translation);
        centers.push_back(bounds[i].center() + translation);
        free.floorHeight = std::max(free.floorHeight, bounds[i].max().y() + translation.y());
    }
    free.center = middleOfNearest(centers, std::min(scene.width, scene.height) / free.camera.focalLength);
    return free;
}

std::vector<Eigen::AlignedBox3d> boundsOf(const Scene& scene) {
    std::vector<Eigen::AlignedBox3d> bounds;
    for (const SceneFigure& figure : scene.figures) bounds.push_back(boundsOf(figure));
    return bounds;
}

}  // namespace

std::optional<Eigen::Vector2d> FigureView::pixel(const Eigen::Vector3d& pointInModel) const {
    const Eigen::Vector3d point = viewFromModel * pointInModel;
    if (point.z() < kNearestDepth) return std::nullopt;
    return (point.head<2>() * (focalLength / point.z()) + principalPoint).eval();
}

Eigen::Matrix4f FigureView::clipFromModel(const Scene& scene, const Viewport& viewport) const {
    const double scaleX = viewport.width / scene.width, scaleY = viewport.height / scene.height;
    Eigen::Matrix4d clipFromView = Eigen::Matrix4d::Zero();
    clipFromView(0, 0) = 2 * scaleX * focalLength / viewport.targetWidth;
    clipFromView(0, 2) = 2 * (viewport.x + scaleX * principalPoint.x()) / viewport.targetWidth - 1;
    clipFromView(1, 1) = -2 * scaleY * focalLength / viewport.targetHeight;
    clipFromView(1, 2) = 1 - 2 * (viewport.y + scaleY * principalPoint.y()) / viewport.targetHeight;
    clipFromView(2, 2) = (farthest + nearest) / (farthest - nearest);
    clipFromView(2, 3) = -2 * farthest * nearest / (farthest - nearest);
    clipFromView(3, 2) = 1;
    return (clipFromView * viewFromModel.matrix()).cast<float>();
}

FreeView freeView(const Scene& scene) {
    return freeView(scene, boundsOf(scene));
}

std::vector<FigureView> figureViews(const Scene& scene) {
    const std::vector<Eigen::AlignedBox3d> bounds = boundsOf(scene);
    std::vector<FigureView> views(scene.figures.size());
    const std::optional<FreeView> free = scene.viewFromCamera ? std::optional(freeView(scene, bounds)) : std::nullopt;
    for (std::size_t i = 0; i < views.size(); ++i) {
        FigureView& view = views[i];
        const PinholeCamera& camera = free ? free->camera : scene.figures[i].camera;
        view.focalLength = camera.focalLength;
        view.principalPoint = camera.principalPoint;
        if (free)
            view.viewFromModel = Eigen::Translation3d(free->center) * *scene.viewFromCamera *
                                 Eigen::Translation3d(free->figureTranslations[i] - free->center);
        else
            view.viewFromModel.translation() = camera.translation;
        fitDepths(bounds[i], view);
    }
    if (free) shareDepths(views);
    return views;
}

std::vector<int> farToNear(const std::vector<FigureView>& views) {
    std::vector<int> order(views.size());
    std::iota(order.begin(), order.end(), 0);
    // Depth over focal length is what apparent size says, and so compares across cameras.
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
        const auto distance = [&](int i) { return views[i].centerDepth / views[i].focalLength; };
        return distance(a) > distance(b);
    });
    return order;
}

}  // namespace hmr
