// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Geometry>
#include <span>
#include <vector>

#include "body/body_model.h"
#include "body/body_parameters.h"

namespace hmr {

/// A body in a pose, in the frame its root rotation and translation give (camera axes for a recovered body).
struct PosedBody {
    Points3f vertices;                             ///< [V,3] metres
    Points3d joints;                               ///< [J,3] metres
    std::vector<Eigen::Matrix3d> jointRotations;   ///< [J] world rotation of each joint
};

/// SMPL's function: shape and pose blend shapes, regressed joints, kinematic chain, linear blend skinning
/// (Loper et al. 2015, eq. 2-10). Missing betas count as zero; throws Error for a pose of another joint count.
PosedBody poseBody(const BodyModel& model, const BodyParameters& parameters);

/// The same into memory that is kept between calls.
void poseBody(const BodyModel& model, const BodyParameters& parameters, PosedBody& posed);

/// The shaped, unposed body: [V,3] metres, rest frame.
Points3f shapeBody(const BodyModel& model, const Eigen::VectorXd& betas);

/// Joints [J,3] of the shaped, unposed body.
Points3d shapedJoints(const BodyModel& model, const Eigen::VectorXd& betas);

/// The 19 coco-plus joints [19,3] of posed vertices; throws Error when the body has no such regressor.
Points3d cocoPlusJoints(const BodyModel& model, const Points3f& vertices);

/// Area-weighted unit vertex normals [V,3]; zero for a vertex of no triangle.
Points3f vertexNormals(const Points3f& vertices, const Triangles& triangles);

}  // namespace hmr
