// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <Eigen/SparseCore>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "body/types.h"

namespace hmr {

class PackedPoseDirections;

/// The arrays of a body in SMPL's layout, as a file holds them. V vertices, J joints, B shape directions.
/// Rest frame: metres, y up, face toward +z, the body's left toward +x.
struct BodyModelData {
    std::string modelId;      ///< "openbody-1.0", "smpl-neutral", …; empty if the file says none
    std::string contentHash;  ///< hash of the file's arrays (hexadecimal), which weights refer to
    Points3f templateVertices;                                                          ///< [V,3]
    Eigen::MatrixXf shapeDirections;  ///< [3V,B], row 3v+c
    Eigen::MatrixXf poseDirections;   ///< [3V,9(J-1)], row 3v+c; features are row-major R_j − I, j = 1…J-1
    Eigen::SparseMatrix<float, Eigen::RowMajor> jointRegressor;     ///< [J,V]
    Eigen::SparseMatrix<float, Eigen::RowMajor> skinWeights;        ///< [V,J], rows sum to 1
    Eigen::SparseMatrix<float, Eigen::RowMajor> cocoPlusRegressor;  ///< [19,V] or empty
    std::vector<int> parents;                                       ///< [J], −1 for the root
    Triangles triangles;                                            ///< [F,3]

    // What the open body adds; empty where a file lacks it.
    std::vector<std::string> jointNames;                          ///< [J]
    std::vector<std::string> betaNames;                           ///< [B]
    std::map<std::string, std::vector<std::uint32_t>> landmarks;  ///< named points: the mean of these vertices
    std::vector<std::uint8_t> partLabels24, partLabels14, partLabels6;  ///< [V]; 6: 1 head 2 torso 3 R arm 4 L arm 5 R leg 6 L leg
    std::vector<std::uint32_t> mirrorVertices;                    ///< [V] vertex on the other side
    Eigen::Matrix<float, Eigen::Dynamic, 2, Eigen::RowMajor> textureCoordinates;  ///< [T,2], v up
    Triangles textureTriangles;                                   ///< [F,3] into textureCoordinates
};

/// A body that was checked and made ready for posing. Immutable; share it by shared_ptr<const BodyModel>.
class BodyModel {
public:
    /// Throws Error when shapes disagree, the tree is no tree, an index is out of range or a number is not finite.
    /// A body of SMPL's mesh without coco-plus joints gets approximate ones (body/smpl_coco_plus.h).
    explicit BodyModel(BodyModelData data);

    const BodyModelData& data() const { return data_; }
    int numVertices() const { return static_cast<int>(data_.templateVertices.rows()); }
    int numJoints() const { return static_cast<int>(data_.parents.size()); }
    int numBetas() const { return static_cast<int>(data_.shapeDirections.cols()); }
    const Triangles& triangles() const { return data_.triangles; }

    // Precomputed for posing (body/posing.cpp).
    const Points3d& templateJoints() const { return templateJoints_; }       ///< [J,3] J_regressor · template
    const Eigen::MatrixXd& jointShapeDirections() const { return jointShapeDirections_; }  ///< [3J,B]

    const PackedPoseDirections& packedPoseDirections() const { return *packedPoseDirections_; }

private:
    BodyModelData data_;
    Points3d templateJoints_;
    Eigen::MatrixXd jointShapeDirections_;
    std::shared_ptr<const PackedPoseDirections> packedPoseDirections_;
};

}  // namespace hmr
