// SPDX-License-Identifier: MIT
#include "body/posing.h"

#include <algorithm>

#include "body/error.h"
#include "body/packed_pose_directions.h"
#include "body/rotation.h"
#include "body/shared_joints.h"

namespace hmr {
namespace {

using RowMajorMatrix3d = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;

/// The betas a model can use; throws Error when a non-zero one has no shape direction.
Eigen::VectorXd usableBetas(const BodyModel& model, const Eigen::VectorXd& betas) {
    const Eigen::Index count = std::min<Eigen::Index>(betas.size(), model.numBetas());
    if ((betas.tail(betas.size() - count).array() != 0).any()) {
        throw Error("The shape has " + std::to_string(betas.size()) + " coefficients but the body model has only " +
                    std::to_string(model.numBetas()) + " shape directions. Use a body model with more of them.");
    }
    return betas.head(count);
}

void addShape(const BodyModel& model, const Eigen::VectorXd& betas, Points3f& vertices) {
    vertices = model.data().templateVertices;
    Eigen::Map<Eigen::VectorXf>(vertices.data(), vertices.size()).noalias() +=
        model.data().shapeDirections.leftCols(betas.size()) * betas.cast<float>();
}

Points3d jointsOfShape(const BodyModel& model, const Eigen::VectorXd& betas) {
    Points3d joints = model.templateJoints();
    Eigen::Map<Eigen::VectorXd>(joints.data(), joints.size()) +=
        model.jointShapeDirections().leftCols(betas.size()) * betas;
    return joints;
}

/// Row-major R_j − I of every joint but the root [9(J-1)].
Eigen::VectorXf poseFeature(const std::vector<Eigen::Matrix3d>& localRotations) {
    Eigen::VectorXf feature(9 * (localRotations.size() - 1));
    for (std::size_t joint = 1; joint < localRotations.size(); ++joint) {
        const RowMajorMatrix3d difference = localRotations[joint] - Eigen::Matrix3d::Identity();
        feature.segment<9>(9 * (joint - 1)) = Eigen::Map<const Eigen::Matrix<double, 9, 1>>(difference.data()).cast<float>();
    }
    return feature;
}

/// Walks the kinematic chain: joints and world rotations of `posed` from rotations of each joint to its parent.
void moveJoints(const BodyModel& model, const Points3d& restJoints, const std::vector<Eigen::Matrix3d>& localRotations,
                const Eigen::Vector3d& translation, PosedBody& posed) {
    posed.joints.resize(restJoints.rows(), 3);
    posed.jointRotations = localRotations;
    posed.joints.row(0) = restJoints.row(0) + translation.transpose();
    for (Eigen::Index joint = 1; joint < restJoints.rows(); ++joint) {
        const int parent = model.data().parents[joint];
        const Eigen::Matrix3d& parentRotation = posed.jointRotations[parent];
        posed.jointRotations[joint] = parentRotation * localRotations[joint];
        posed.joints.row(joint) = posed.joints.row(parent) + (restJoints.row(joint) - restJoints.row(parent)) * parentRotation.transpose();
    }
}

/// Linear blend skinning in place; the joints of `posed` are already moved.
void skin(const BodyModel& model, const Points3d& restJoints, PosedBody& posed) {
    // Columns of four floats (three axes and the offset) so that each fills a vector register.
    std::vector<Eigen::Matrix4f> posedFromRest(posed.jointRotations.size(), Eigen::Matrix4f::Zero());
    for (std::size_t joint = 0; joint < posedFromRest.size(); ++joint) {
        const Eigen::Matrix3d& rotation = posed.jointRotations[joint];
        posedFromRest[joint].topLeftCorner<3, 3>() = rotation.cast<float>();
        posedFromRest[joint].topRightCorner<3, 1>() =
            (posed.joints.row(joint) - restJoints.row(joint) * rotation.transpose()).transpose().cast<float>();
    }
    const auto& weights = model.data().skinWeights;
    const float* weight = weights.valuePtr();
    const int *joint = weights.innerIndexPtr(), *begins = weights.outerIndexPtr();
    float* point = posed.vertices.data();
    for (Eigen::Index vertex = 0; vertex < posed.vertices.rows(); ++vertex, point += 3) {
        Eigen::Matrix4f blended = weight[begins[vertex]] * posedFromRest[joint[begins[vertex]]];
        for (int i = begins[vertex] + 1; i < begins[vertex + 1]; ++i) blended += weight[i] * posedFromRest[joint[i]];
        const Eigen::Vector4f moved =
            blended.col(0) * point[0] + blended.col(1) * point[1] + blended.col(2) * point[2] + blended.col(3);
        std::copy_n(moved.data(), 3, point);
    }
}

}  // namespace

PosedBody poseBody(const BodyModel& model, const BodyParameters& parameters) {
    PosedBody posed;
    poseBody(model, parameters, posed);
    return posed;
}

void poseBody(const BodyModel& model, const BodyParameters& parameters, PosedBody& posed) {
    const int numJoints = model.numJoints();
    const Points3d pose = poseForModel(model, parameters.pose);
    const Eigen::VectorXd betas = usableBetas(model, parameters.betas);
    std::vector<Eigen::Matrix3d> localRotations(static_cast<std::size_t>(numJoints));
    for (int joint = 0; joint < numJoints; ++joint) {
        localRotations[joint] = rotationFromAxisAngle(pose.row(joint).transpose());
    }
    addShape(model, betas, posed.vertices);
    const std::span coordinates(posed.vertices.data(), static_cast<std::size_t>(posed.vertices.size()));
    model.packedPoseDirections().addTo(coordinates, poseFeature(localRotations));
    const Points3d restJoints = jointsOfShape(model, betas);
    moveJoints(model, restJoints, localRotations, parameters.translation, posed);
    skin(model, restJoints, posed);
}

Points3f shapeBody(const BodyModel& model, const Eigen::VectorXd& betas) {
    Points3f vertices;
    addShape(model, usableBetas(model, betas), vertices);
    return vertices;
}

Points3d shapedJoints(const BodyModel& model, const Eigen::VectorXd& betas) {
    return jointsOfShape(model, usableBetas(model, betas));
}

Points3d cocoPlusJoints(const BodyModel& model, const Points3f& vertices) {
    const auto& regressor = model.data().cocoPlusRegressor;
    if (regressor.rows() == 0) {
        throw Error("The body model has no regressor of the 19 coco-plus joints (key cocoplus_regressor). "
                    "Use the body that comes with the program or a file that has this key.");
    }
    return regressor.cast<double>() * vertices.cast<double>();
}

Points3f vertexNormals(const Points3f& vertices, const Triangles& triangles) {
    Points3f normals = Points3f::Zero(vertices.rows(), 3);
    for (Eigen::Index face = 0; face < triangles.rows(); ++face) {
        const auto a = triangles(face, 0), b = triangles(face, 1), c = triangles(face, 2);
        // The cross product's length is twice the area, hence the weighting.
        const Eigen::Vector3f ab = (vertices.row(b) - vertices.row(a)).transpose();
        const Eigen::Vector3f ac = (vertices.row(c) - vertices.row(a)).transpose();
        const Eigen::RowVector3f normal = ab.cross(ac).transpose();
        normals.row(a) += normal;
        normals.row(b) += normal;
        normals.row(c) += normal;
    }
    for (Eigen::Index vertex = 0; vertex < normals.rows(); ++vertex) normals.row(vertex).normalize();
    return normals;
}

}  // namespace hmr
