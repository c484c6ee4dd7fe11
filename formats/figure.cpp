// SPDX-License-Identifier: MIT
#include "formats/figure.h"

#include "body/rotation.h"
#include "body/shared_joints.h"

namespace hmr {
namespace {

/// Camera axes (x right, y down, z forward) into y up: 180° about x.
Eigen::Matrix3d yUpFromCamera() { return Eigen::Vector3d(1, -1, -1).asDiagonal(); }

std::vector<std::string> namesOf(const BodyModel& model) {
    if (!model.data().jointNames.empty()) return model.data().jointNames;
    if (model.numJoints() == kNumSmplJoints) return {kSmplJointNames.begin(), kSmplJointNames.end()};
    std::vector<std::string> names;
    for (int joint = 0; joint < model.numJoints(); ++joint) names.push_back("joint_" + std::to_string(joint));
    return names;
}

/// Offsets [V,3] that the pose blend shapes add to the shaped body.
Points3f poseCorrections(const BodyModel& model, const std::vector<Eigen::Matrix3d>& localRotations) {
    Eigen::VectorXf features(9 * (model.numJoints() - 1));
    for (int joint = 1; joint < model.numJoints(); ++joint) {
        const Eigen::Matrix<float, 3, 3, Eigen::RowMajor> change =
            (localRotations[static_cast<std::size_t>(joint)] - Eigen::Matrix3d::Identity()).cast<float>();
        features.segment<9>(9 * (joint - 1)) = Eigen::Map<const Eigen::Matrix<float, 9, 1>>(change.data());
    }
    const Eigen::VectorXf offsets = model.data().poseDirections * features;
    return Eigen::Map<const Points3f>(offsets.data(), model.numVertices(), 3);
}

}  // namespace

Figure figureFrom(const BodyModel& model, const BodyParameters& parameters, const std::string& name,
                  const Eigen::Vector3d& translationInCamera, bool onFloor, PoseCorrectives correctives) {
    const PosedBody posed = poseBody(model, parameters);
    std::vector<Eigen::Matrix3d> localRotations;
    const Points3d pose = poseForModel(model, parameters.pose);
    for (Eigen::Index joint = 0; joint < pose.rows(); ++joint)
        localRotations.push_back(rotationFromAxisAngle(pose.row(joint).transpose()));

    Figure figure;
    figure.name = name;
    figure.triangles = model.triangles();
    figure.textureCoordinates = model.data().textureCoordinates;
    figure.textureTriangles = model.data().textureTriangles;
    figure.skinWeights = model.data().skinWeights;
    figure.jointNames = namesOf(model);
    figure.parents = model.data().parents;
    figure.restJoints = shapedJoints(model, parameters.betas);
    figure.restVertices = shapeBody(model, parameters.betas);
    if (correctives == PoseCorrectives::BakePose) figure.restVertices += poseCorrections(model, localRotations);
    figure.restNormals = vertexNormals(figure.restVertices, figure.triangles);

    const Eigen::Matrix3d turn = yUpFromCamera();
    const auto inWorld = [&](const Eigen::Vector3d& point) -> Eigen::Vector3d { return turn * (point + translationInCamera); };
    figure.posedVertices.resizeLike(posed.vertices);
    for (Eigen::Index v = 0; v < posed.vertices.rows(); ++v)
        figure.posedVertices.row(v) = inWorld(posed.vertices.row(v).transpose().cast<double>()).transpose().cast<float>();
    Eigen::Vector3d root = inWorld(posed.joints.row(0).transpose());
    if (onFloor) {
        const float lowest = figure.posedVertices.col(1).minCoeff();
        figure.posedVertices.col(1).array() -= lowest;
        root.y() -= static_cast<double>(lowest);
    }
    figure.posedNormals = vertexNormals(figure.posedVertices, figure.triangles);
    figure.rootTranslation = root - figure.restJoints.row(0).transpose();
    localRotations[0] = turn * localRotations[0];
    for (const Eigen::Matrix3d& rotation : localRotations) figure.localRotations.emplace_back(rotation);
    return figure;
}

}  // namespace hmr
