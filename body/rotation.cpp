// SPDX-License-Identifier: MIT
#include "body/rotation.h"

#include <Eigen/SVD>
#include <cmath>

namespace hmr {
namespace {

/// sin(x)/x
double sinc(double x) {
    return std::abs(x) < 1e-4 ? 1 - x * x / 6 : std::sin(x) / x;
}

/// The unit quaternion of the same rotation with w >= 0.
Eigen::Quaterniond positiveQuaternion(const Eigen::Matrix3d& rotation) {
    Eigen::Quaterniond quaternion(rotation);
    quaternion.normalize();
    if (quaternion.w() < 0) quaternion.coeffs() *= -1;
    return quaternion;
}

}  // namespace

Eigen::Matrix3d crossProductMatrix(const Eigen::Vector3d& v) {
    Eigen::Matrix3d matrix;
    matrix << 0, -v.z(), v.y(), v.z(), 0, -v.x(), -v.y(), v.x(), 0;
    return matrix;
}

Eigen::Matrix3d rotationFromAxisAngle(const Eigen::Vector3d& axisAngle) {
    const double angle = axisAngle.norm();
    const double halfSinc = sinc(angle / 2);
    const Eigen::Matrix3d cross = crossProductMatrix(axisAngle);
    // (1 - cos a)/a^2 as sinc^2(a/2)/2 loses no digits for small angles.
    return Eigen::Matrix3d::Identity() + sinc(angle) * cross + 0.5 * halfSinc * halfSinc * (cross * cross);
}

Eigen::Vector3d axisAngleFromRotation(const Eigen::Matrix3d& rotation) {
    const Eigen::Quaterniond quaternion = positiveQuaternion(rotation);
    const double sine = quaternion.vec().norm();
    if (sine < 1e-12) return 2 * quaternion.vec();
    return quaternion.vec() * (2 * std::atan2(sine, quaternion.w()) / sine);
}

Eigen::Matrix3d rightJacobian(const Eigen::Vector3d& axisAngle) {
    const double angle = axisAngle.norm(), halfSinc = sinc(angle / 2);
    const double cubic = angle < 1e-3 ? 1.0 / 6 - angle * angle / 120 : (angle - std::sin(angle)) / (angle * angle * angle);
    const Eigen::Matrix3d cross = crossProductMatrix(axisAngle);
    return Eigen::Matrix3d::Identity() - 0.5 * halfSinc * halfSinc * cross + cubic * (cross * cross);
}

Eigen::Matrix3d inverseRightJacobian(const Eigen::Vector3d& axisAngle) {
    const double angle = axisAngle.norm();
    const double square = angle < 1e-3 ? 1.0 / 12 + angle * angle / 720 : (1 - angle / 2 / std::tan(angle / 2)) / (angle * angle);
    const Eigen::Matrix3d cross = crossProductMatrix(axisAngle);
    return Eigen::Matrix3d::Identity() + 0.5 * cross + square * (cross * cross);
}

Eigen::Matrix3d rotationFromSixD(const Vector6d& sixD, SixDOrder order) {
    Eigen::Vector3d a1, a2;
    if (order == SixDOrder::Interleaved) {
        a1 << sixD[0], sixD[2], sixD[4];
        a2 << sixD[1], sixD[3], sixD[5];
    } else {
        a1 = sixD.head<3>();
        a2 = sixD.tail<3>();
    }
    constexpr double kDegenerate = 1e-12;
    const Eigen::Vector3d b1 = a1.norm() > kDegenerate ? Eigen::Vector3d(a1.normalized()) : Eigen::Vector3d::UnitX();
    const Eigen::Vector3d rest = a2 - b1.dot(a2) * b1;
    const Eigen::Vector3d b2 = rest.norm() > kDegenerate ? Eigen::Vector3d(rest.normalized()) : b1.unitOrthogonal();
    Eigen::Matrix3d rotation;
    rotation << b1, b2, b1.cross(b2);
    return rotation;
}

Vector6d sixDFromRotation(const Eigen::Matrix3d& rotation, SixDOrder order) {
    Vector6d sixD;
    if (order == SixDOrder::Interleaved) {
        sixD << rotation(0, 0), rotation(0, 1), rotation(1, 0), rotation(1, 1), rotation(2, 0), rotation(2, 1);
    } else {
        sixD << rotation.col(0), rotation.col(1);
    }
    return sixD;
}

Eigen::Matrix3d nearestRotation(const Eigen::Matrix3d& matrix) {
    const Eigen::JacobiSVD<Eigen::Matrix3d> svd(matrix, Eigen::ComputeFullU | Eigen::ComputeFullV);
    const double sign = (svd.matrixU() * svd.matrixV().transpose()).determinant() < 0 ? -1 : 1;
    return svd.matrixU() * Eigen::Vector3d(1, 1, sign).asDiagonal() * svd.matrixV().transpose();
}

double angleBetween(const Eigen::Matrix3d& a, const Eigen::Matrix3d& b) {
    const Eigen::Quaterniond quaternion = positiveQuaternion(a.transpose() * b);
    return 2 * std::atan2(quaternion.vec().norm(), quaternion.w());
}

Eigen::Matrix3d interpolate(const Eigen::Matrix3d& a, const Eigen::Matrix3d& b, double t) {
    return positiveQuaternion(a).slerp(t, positiveQuaternion(b)).toRotationMatrix();
}

}  // namespace hmr
