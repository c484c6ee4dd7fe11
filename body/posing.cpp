// SPDX-License-Identifier: MIT
#include "body/posing.h"

#include <algorithm>

#include "body/error.h"
#include "body/rotation.h"

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
    Eigen::Map<Eigen::VectorXf> flat(vertices.data(), vertices.size());
    for (Eigen::Index beta = 0; beta < betas.size(); ++beta) {
        if (betas[beta] != 0) flat += static_cast<float>(betas[beta]) * model.data().shapeDirections.col(beta);
    }
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

}  // namespace

PosedBody poseBody(const BodyModel& model, const BodyParameters& parameters) {
    PosedBody posed;
    poseBody(model, parameters, posed);
    return posed;
}

void poseBody(const BodyModel& model, const BodyParameters& parameters, PosedBody& posed) {
    const int numJoints = model.numJoints();
    if (parameters.pose.rows() != numJoints) {
        throw Error("The pose has " + std::to_string(parameters.pose.rows()) + " joints but the body model has " +
                    std::to_string(numJoints) + ". Use parameters made for this kind of body.");
    }
    const Eigen::VectorXd betas = usableBetas(model, parameters.betas);
    std::vector<Eigen::Matrix3d> localRotations(static_cast<std::size_t>(numJoints));
    for (int joint = 0; joint < numJoints; ++joint) {
        localRotations[joint] = rotationFromAxisAngle(parameters.pose.row(joint).transpose());
    }
    addShape(model, betas, posed.vertices);
    Eigen::Map<Eigen::VectorXf>(posed.vertices.data(), posed.vertices.size()) +=
        model.data().poseDirections * poseFeature(localRotations);

    const Points3d restJoints = jointsOfShape(model, betas);
    posed.joints.resize(numJoints, 3);
    posed.jointRotations.resize(static_cast<std::size_t>(numJoints));
    Eigen::Matrix<float, Eigen::Dynamic, 12> transforms(numJoints, 12);  // row-major 3x3 rotation, then translation
    for (int joint = 0; joint < numJoints; ++joint) {
        const int parent = model.data().parents[joint];
        Eigen::Vector3d position = restJoints.row(joint).transpose();
        Eigen::Matrix3d rotation = localRotations[joint];
        if (parent >= 0) {
            rotation = posed.jointRotations[parent] * rotation;
            position = posed.joints.row(parent).transpose() +
                       posed.jointRotations[parent] * (restJoints.row(joint) - restJoints.row(parent)).transpose();
        } else {
            position += parameters.translation;
        }
        posed.jointRotations[joint] = rotation;
        posed.joints.row(joint) = position.transpose();
        const Eigen::Vector3d offset = position - rotation * restJoints.row(joint).transpose();
        const RowMajorMatrix3d rows = rotation;
        transforms.row(joint).head<9>() = Eigen::Map<const Eigen::Matrix<double, 1, 9>>(rows.data()).cast<float>();
        transforms.row(joint).tail<3>() = offset.transpose().cast<float>();
    }
    const auto& weights = model.data().skinWeights;
    for (int vertex = 0; vertex < model.numVertices(); ++vertex) {
        Eigen::Matrix<float, 1, 12> blended = Eigen::Matrix<float, 1, 12>::Zero();
        for (Eigen::SparseMatrix<float, Eigen::RowMajor>::InnerIterator entry(weights, vertex); entry; ++entry) {
            blended += entry.value() * transforms.row(entry.col());
        }
        const Eigen::Matrix<float, 3, 3, Eigen::RowMajor> rotation(blended.data());
        const Eigen::Vector3f point = posed.vertices.row(vertex).transpose();
        posed.vertices.row(vertex) = (rotation * point + blended.tail<3>().transpose()).transpose();
    }
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
    normals.rowwise().normalize();
    return normals;
}

}  // namespace hmr
