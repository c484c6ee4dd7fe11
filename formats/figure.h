// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Geometry>
#include <string>
#include <vector>

#include "body/posing.h"

namespace hmr {

/// A skinned body ready for an animator's program: metres, y up, the figure upright, rest pose plus one pose.
/// Made by figureFrom; the exporters only write it down.
struct Figure {
    std::string name;                       ///< unique in an export
    Points3f restVertices;                  ///< [V,3] shaped body in its bind pose
    Points3f restNormals;                   ///< [V,3]
    Triangles triangles;                    ///< [F,3]
    Eigen::Matrix<float, Eigen::Dynamic, 2, Eigen::RowMajor> textureCoordinates;  ///< [T,2], v up; may be empty
    Triangles textureTriangles;             ///< [F,3] into textureCoordinates; may be empty
    Eigen::SparseMatrix<float, Eigen::RowMajor> skinWeights;  ///< [V,J]
    std::vector<std::string> jointNames;    ///< [J]
    std::vector<int> parents;               ///< [J]
    Points3d restJoints;                    ///< [J,3] of the bind pose
    std::vector<Eigen::Quaterniond> localRotations;  ///< [J] of the pose, joint to parent; root to world (y up)
    Eigen::Vector3d rootTranslation = Eigen::Vector3d::Zero();  ///< world position offset of the root joint from its rest place
    Points3f posedVertices;                 ///< [V,3] the pose itself, pose blend shapes included
    Points3f posedNormals;                  ///< [V,3]
};

/// How the pose blend shapes, which a skin cannot carry, enter the bind shape.
enum class PoseCorrectives {
    Ignore,     ///< bind shape is the plain shaped body: right for re-posing
    BakePose    ///< bind shape carries this pose's corrections: skinning it gives posedVertices exactly
};

/// The figure of parameters in camera axes (x right, y down, z forward): turned by 180° about x into y up.
/// `translationInCamera` (metres, camera axes) places several people; feet are put on y = 0 when `onFloor`.
Figure figureFrom(const BodyModel& model, const BodyParameters& parameters, const std::string& name,
                  const Eigen::Vector3d& translationInCamera, bool onFloor,
                  PoseCorrectives correctives = PoseCorrectives::BakePose);

}  // namespace hmr
