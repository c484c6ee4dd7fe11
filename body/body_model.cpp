// SPDX-License-Identifier: MIT
#include "body/body_model.h"

#include <algorithm>
#include <cmath>

#include "body/error.h"
#include "body/packed_pose_directions.h"
#include "body/shared_joints.h"
#include "body/skeleton.h"
#include "body/smpl_coco_plus.h"

namespace hmr {
namespace {

// Fields are called as the npz file calls them, since that is what the reader of a message can look at.

[[noreturn]] void refuse(const std::string& problem) {
    throw Error("This is not a usable body model: " + problem + ". Choose an intact file in SMPL's npz layout.");
}

std::string sizeText(Eigen::Index rows, Eigen::Index columns) {
    return std::to_string(rows) + " x " + std::to_string(columns);
}

void expectSize(const char* field, Eigen::Index rows, Eigen::Index columns, Eigen::Index expectedRows,
                Eigen::Index expectedColumns) {
    if (rows != expectedRows || columns != expectedColumns) {
        refuse(std::string(field) + " should be " + sizeText(expectedRows, expectedColumns) + " but is " +
               sizeText(rows, columns));
    }
}

template <typename Matrix>
void expectFinite(const char* field, const Matrix& values) {
    // x − x is not 0 for infinities and NaN. Eigen's allFinite goes number by number, which takes ten times as long.
    const bool isFinite = values.size() == 0 || (values - values).cwiseAbs().sum() == 0;
    if (!isFinite) refuse(std::string(field) + " holds numbers that are not finite");
}

using SparseRows = Eigen::SparseMatrix<float, Eigen::RowMajor>;

void expectFinite(const char* field, const SparseRows& matrix) {
    expectFinite(field, Eigen::VectorXf(Eigen::Map<const Eigen::VectorXf>(matrix.valuePtr(), matrix.nonZeros())));
}

template <typename Values>
void expectIndicesBelow(const char* field, const Values& indices, Eigen::Index limit) {
    for (const auto index : indices) {
        if (static_cast<Eigen::Index>(index) >= limit) {
            refuse(std::string(field) + " holds the index " + std::to_string(index) + " but only 0 to " +
                   std::to_string(limit - 1) + " exist");
        }
    }
}

void expectIndicesBelow(const char* field, const Triangles& triangles, Eigen::Index limit) {
    expectIndicesBelow(field, std::vector<std::uint32_t>(triangles.data(), triangles.data() + triangles.size()), limit);
}

template <typename Values>
void expectCountOrNone(const char* field, const Values& values, Eigen::Index expected) {
    if (!values.empty() && static_cast<Eigen::Index>(values.size()) != expected) {
        refuse(std::string(field) + " should have " + std::to_string(expected) + " entries but has " +
               std::to_string(values.size()));
    }
}

void checkTree(const std::vector<int>& parents) {
    if (parents.empty()) refuse("kintree_table names no joints");
    if (parents[0] != -1) refuse("kintree_table should start with the root, but joint 0 has a parent");
    for (std::size_t joint = 1; joint < parents.size(); ++joint) {
        if (parents[joint] < 0 || parents[joint] >= static_cast<int>(joint)) {
            refuse("kintree_table gives joint " + std::to_string(joint) + " the parent " + std::to_string(parents[joint]) +
                   ", which does not come before it");
        }
    }
}

void checkSkinWeights(const SparseRows& weights) {
    expectFinite("weights", weights);
    for (Eigen::Index vertex = 0; vertex < weights.rows(); ++vertex) {
        double sum = 0;
        for (SparseRows::InnerIterator entry(weights, vertex); entry; ++entry) {
            if (entry.value() < 0) refuse("weights is negative for vertex " + std::to_string(vertex));
            sum += entry.value();
        }
        if (std::abs(sum - 1) > 1e-3) {
            refuse("weights of vertex " + std::to_string(vertex) + " sum to " + std::to_string(sum) + " in place of 1");
        }
    }
}

void checkSurfaceAndPosing(const BodyModelData& data) {
    const Eigen::Index numVertices = data.templateVertices.rows();
    const auto numJoints = static_cast<Eigen::Index>(data.parents.size());
    if (numVertices == 0) refuse("v_template is empty");
    checkTree(data.parents);
    expectSize("shapedirs", data.shapeDirections.rows(), data.shapeDirections.cols(), 3 * numVertices,
               data.shapeDirections.cols());
    expectSize("posedirs", data.poseDirections.rows(), data.poseDirections.cols(), 3 * numVertices, 9 * (numJoints - 1));
    expectSize("J_regressor", data.jointRegressor.rows(), data.jointRegressor.cols(), numJoints, numVertices);
    expectSize("weights", data.skinWeights.rows(), data.skinWeights.cols(), numVertices, numJoints);
    expectFinite("v_template", data.templateVertices);
    expectFinite("shapedirs", data.shapeDirections);
    expectFinite("posedirs", data.poseDirections);
    expectFinite("J_regressor", data.jointRegressor);
    checkSkinWeights(data.skinWeights);
    if (data.triangles.rows() == 0) refuse("f holds no triangles");
    expectIndicesBelow("f", data.triangles, numVertices);
}

void checkMirror(const std::vector<std::uint32_t>& mirror, Eigen::Index numVertices) {
    expectIndicesBelow("mirror", mirror, numVertices);
    for (std::size_t vertex = 0; vertex < mirror.size(); ++vertex) {
        if (mirror[mirror[vertex]] != vertex) {
            refuse("mirror does not lead back from vertex " + std::to_string(mirror[vertex]) + " to vertex " +
                   std::to_string(vertex));
        }
    }
}

void checkAdditions(const BodyModelData& data) {
    const Eigen::Index numVertices = data.templateVertices.rows();
    if (data.cocoPlusRegressor.rows() != 0) {
        expectSize("cocoplus_regressor", data.cocoPlusRegressor.rows(), data.cocoPlusRegressor.cols(), kNumCocoPlusJoints,
                   numVertices);
        expectFinite("cocoplus_regressor", data.cocoPlusRegressor);
    }
    expectCountOrNone("joint_names", data.jointNames, static_cast<Eigen::Index>(data.parents.size()));
    expectCountOrNone("beta_names", data.betaNames, data.shapeDirections.cols());
    expectCountOrNone("part24", data.partLabels24, numVertices);
    expectCountOrNone("part14", data.partLabels14, numVertices);
    expectCountOrNone("part6", data.partLabels6, numVertices);
    expectCountOrNone("mirror", data.mirrorVertices, numVertices);
    checkMirror(data.mirrorVertices, numVertices);
    for (const auto& [name, vertices] : data.landmarks) {
        if (vertices.empty()) refuse("landmarks names no vertex for \"" + name + "\"");
        expectIndicesBelow("landmarks", vertices, numVertices);
    }
    if (data.textureTriangles.rows() != 0) {
        expectSize("ft", data.textureTriangles.rows(), 3, data.triangles.rows(), 3);
        expectFinite("vt", data.textureCoordinates);
        expectIndicesBelow("ft", data.textureTriangles, data.textureCoordinates.rows());
    }
}

bool isMesh(const BodyModelData& data, Eigen::Index numVertices, Eigen::Index numTriangles) {
    return data.templateVertices.rows() == numVertices && data.triangles.rows() == numTriangles && sharesSmplJoints(data.parents);
}

}  // namespace

BodyModel::BodyModel(BodyModelData data) : data_(std::move(data)) {
    checkSurfaceAndPosing(data_);
    checkAdditions(data_);
    data_.jointRegressor.makeCompressed();
    data_.skinWeights.makeCompressed();
    if (data_.cocoPlusRegressor.rows() == 0) {
        if (isMesh(data_, 6890, 13776)) data_.cocoPlusRegressor = cocoPlusRegressorOfSmpl(data_.jointRegressor);
        if (isMesh(data_, 10475, 20908)) data_.cocoPlusRegressor = cocoPlusRegressorOfSmplX(data_.jointRegressor, data_.templateVertices);
    }
    packedPoseDirections_ = std::make_shared<PackedPoseDirections>(data_.poseDirections);
    const Eigen::SparseMatrix<double, Eigen::RowMajor> regressor = data_.jointRegressor.cast<double>();
    templateJoints_ = regressor * data_.templateVertices.cast<double>();
    jointShapeDirections_.resize(3 * numJoints(), numBetas());
    for (int beta = 0; beta < numBetas(); ++beta) {
        const Points3d direction =
            Eigen::Map<const Points3f>(data_.shapeDirections.col(beta).data(), numVertices(), 3).cast<double>();
        const Points3d ofJoints = regressor * direction;
        jointShapeDirections_.col(beta) = Eigen::Map<const Eigen::VectorXd>(ofJoints.data(), ofJoints.size());
    }
}

}  // namespace hmr
