// SPDX-License-Identifier: MIT
#include "body/camera.h"

#include <cmath>

namespace hmr {

PinholeCamera frameCamera(const WeakPerspectiveCamera& camera, const CropWindow& crop) {
    PinholeCamera pinhole;
    pinhole.focalLength = crop.relativeFocalLength * crop.side;
    pinhole.principalPoint = crop.center;
    pinhole.translation << camera.translation, 2 * crop.relativeFocalLength / camera.scale;
    return pinhole;
}

WeakPerspectiveCamera cropCamera(const PinholeCamera& camera, const CropWindow& crop) {
    const double pixelsPerMetre = camera.focalLength / camera.translation.z();
    const Eigen::Vector2d rootPixel = pixelsPerMetre * camera.translation.head<2>() + camera.principalPoint;
    return {2 * pixelsPerMetre / crop.side, (rootPixel - crop.center) / pixelsPerMetre};
}

Points2d project(const PinholeCamera& camera, const Points3d& points) {
    const Points3d inCamera = points.rowwise() + camera.translation.transpose();
    const Eigen::ArrayXd pixelsPerMetre = camera.focalLength / inCamera.col(2).array();
    const Points2d fromPrincipalPoint = inCamera.leftCols<2>().array().colwise() * pixelsPerMetre;
    return fromPrincipalPoint.rowwise() + camera.principalPoint.transpose();
}

Points2d project(const WeakPerspectiveCamera& camera, const Points3d& points) {
    return camera.scale * (points.leftCols<2>().rowwise() + camera.translation.transpose());
}

Points2d framePixels(const CropWindow& crop, const Points2d& cropCoordinates) {
    return (crop.side / 2 * cropCoordinates).rowwise() + crop.center.transpose();
}

Eigen::Vector3d frameTranslation(const WeakPerspectiveCamera& camera, const CropWindow& crop, int frameWidth,
                                 int frameHeight, double focalLength) {
    const double pixelsPerMetre = crop.side * camera.scale / 2;
    const Eigen::Vector2d fromCentre = crop.center - Eigen::Vector2d(frameWidth, frameHeight) / 2;
    Eigen::Vector3d translation;
    translation << camera.translation + fromCentre / pixelsPerMetre, focalLength / pixelsPerMetre;
    return translation;
}

double defaultFocalLength(int frameWidth, int frameHeight) {
    return std::hypot(frameWidth, frameHeight);
}

}  // namespace hmr
