// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <Eigen/Geometry>

namespace hmr {

/// Rotation matrix of an axis-angle vector (radians); Rodrigues' formula, exact to rounding at and near zero.
Eigen::Matrix3d rotationFromAxisAngle(const Eigen::Vector3d& axisAngle);

/// Axis-angle vector (radians, length in [0, π]) of a rotation matrix; well conditioned near 0 and π.
Eigen::Vector3d axisAngleFromRotation(const Eigen::Matrix3d& rotation);

/// [v]× with [v]× w = v × w.
Eigen::Matrix3d crossProductMatrix(const Eigen::Vector3d& v);

/// How the exponential map turns: exp(v + d) = exp(v) · exp(rightJacobian(v) · d) to first order.
Eigen::Matrix3d rightJacobian(const Eigen::Vector3d& axisAngle);

/// And the logarithm: log(R · exp(w)) = log R + inverseRightJacobian(log R) · w to first order; at angles below 2π.
Eigen::Matrix3d inverseRightJacobian(const Eigen::Vector3d& axisAngle);

/// How six numbers become a rotation (Zhou et al., CVPR 2019): Gram-Schmidt of two vectors that are the first two columns.
enum class SixDOrder {
    Interleaved,  ///< SPIN: view(3, 2), the vectors are elements 0,2,4 and 1,3,5
    Sequential    ///< 4D-Humans: the vectors are elements 0,1,2 and 3,4,5
};
using Vector6d = Eigen::Matrix<double, 6, 1>;
Eigen::Matrix3d rotationFromSixD(const Vector6d& sixD, SixDOrder order);
Vector6d sixDFromRotation(const Eigen::Matrix3d& rotation, SixDOrder order);

/// The rotation nearest to any 3x3 matrix in the Frobenius norm (SVD, determinant kept at +1).
Eigen::Matrix3d nearestRotation(const Eigen::Matrix3d& matrix);

/// Angle (radians) between two rotations.
double angleBetween(const Eigen::Matrix3d& a, const Eigen::Matrix3d& b);

/// Shortest-path interpolation, t in [0, 1].
Eigen::Matrix3d interpolate(const Eigen::Matrix3d& a, const Eigen::Matrix3d& b, double t);

}  // namespace hmr
