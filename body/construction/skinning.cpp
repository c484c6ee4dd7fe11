// SPDX-License-Identifier: MIT
#include "body/construction/skinning.h"

#include <cmath>
#include <numbers>

#include "body/error.h"
#include "body/skeleton.h"

namespace hmr {
namespace {

using Eigen::Matrix3d;
using Eigen::Quaterniond;
using Eigen::Vector3d;
using Eigen::Vector4d;

constexpr double kWeightGrid = 65536;

int jointOfBone(const std::string& bone) {
    const auto dot = bone.rfind('.');
    const std::string name = bone.substr(0, dot);
    const bool isRight = dot != std::string::npos && bone.substr(dot) == ".R";
    const auto starts = [&](std::string_view prefix) { return name.starts_with(prefix); };
    const auto side = [&](int left) { return isRight ? left + 1 : left; };
    if (name == "root" || name == "spine05" || name == "spine04" || name == "pelvis") return 0;
    if (name == "spine03") return 3;
    if (name == "spine02" || name == "breast") return 6;
    if (name == "spine01") return 9;
    if (starts("neck")) return 12;
    if (name == "clavicle" || name == "shoulder01") return side(13);
    if (starts("upperarm")) return side(16);
    if (starts("lowerarm")) return side(18);
    if (name == "wrist" || starts("metacarpal") || starts("finger1")) return side(20);
    if (starts("finger")) return side(22);
    if (starts("upperleg")) return side(1);
    if (starts("lowerleg")) return side(4);
    if (name == "foot") return side(7);
    if (starts("toe")) return side(10);
    return 15;  // head, jaw, eyes, tongue and all bones of the face
}

/// Rounds a row of weights to the grid so that it sums to exactly 1.
Eigen::RowVectorXd onGrid(Eigen::RowVectorXd row, bool isMiddle) {
    for (double& weight : row)
        if (weight < 1e-4) weight = 0;
    row /= row.sum();
    row = (row * kWeightGrid).array().round() / kWeightGrid;
    const double rest = 1 - row.sum();
    Eigen::Index largest = 0;
    if (isMiddle) {  // a joint of the middle takes the rest, or a pair of joints half of it each
        Eigen::RowVectorXd centre = row;
        for (int j = 0; j < kNumSmplJoints; ++j)
            if (kSmplFlip[j] != j) centre[j] = 0;
        if (centre.maxCoeff(&largest) == 0) {
            row.maxCoeff(&largest);
            row[largest] += rest / 2;
            row[kSmplFlip[largest]] += rest / 2;
            return row;
        }
    } else {
        row.maxCoeff(&largest);
    }
    row[largest] += rest;
    return row;
}

/// The smallest rotation from one direction to another.
Matrix3d aligning(const Vector3d& from, const Vector3d& to) {
    return Quaterniond::FromTwoVectors(from, to).toRotationMatrix();
}

/// Unit dual quaternions of the joints, neighbours on one hemisphere.
struct DualQuaternions {
    std::vector<Vector4d> real, dual;  // (w, x, y, z)
};

Vector4d product(const Vector4d& a, const Vector4d& b) {
    const Vector3d u = a.tail<3>(), v = b.tail<3>();
    Vector4d result;
    result << a[0] * b[0] - u.dot(v), a[0] * v + b[0] * u + u.cross(v);
    return result;
}

DualQuaternions dualQuaternionsOf(const JointTransforms& transforms) {
    DualQuaternions result;
    for (int j = 0; j < kNumSmplJoints; ++j) {
        const Quaterniond q(transforms.rotations[j]);
        Vector4d real(q.w(), q.x(), q.y(), q.z());
        if (kSmplParents[j] >= 0 && real.dot(result.real[kSmplParents[j]]) < 0) real = -real;
        Vector4d translation;
        translation << 0, transforms.translations.row(j).transpose();
        result.real.push_back(real);
        result.dual.push_back(0.5 * product(translation, real));
    }
    return result;
}

}  // namespace

JointTransforms chainRotations(const std::vector<Matrix3d>& localRotations, const Points3d& restJoints) {
    JointTransforms result{std::vector<Matrix3d>(kNumSmplJoints), Points3d(kNumSmplJoints, 3),
                           Points3d(kNumSmplJoints, 3)};
    for (int j = 0; j < kNumSmplJoints; ++j) {
        const int parent = kSmplParents[j];
        if (parent < 0) {
            result.rotations[j] = localRotations[j];
            result.joints.row(j) = restJoints.row(j);
        } else {
            result.rotations[j] = result.rotations[parent] * localRotations[j];
            const Vector3d bone = (restJoints.row(j) - restJoints.row(parent)).transpose();
            result.joints.row(j) = result.joints.row(parent) + (result.rotations[parent] * bone).transpose();
        }
        const Vector3d rest = restJoints.row(j).transpose();
        result.translations.row(j) = result.joints.row(j) - (result.rotations[j] * rest).transpose();
    }
    return result;
}

std::vector<Matrix3d> blendedRotations(const SkinWeights& weights, const JointTransforms& transforms) {
    std::vector<Matrix3d> result(static_cast<std::size_t>(weights.rows()), Matrix3d::Zero());
    for (int v = 0; v < weights.rows(); ++v)
        for (SkinWeights::InnerIterator it(weights, v); it; ++it)
            result[v] += it.value() * transforms.rotations[it.col()];
    return result;
}

Points3d blendLinearly(const Points3d& points, const SkinWeights& weights, const JointTransforms& transforms) {
    Points3d result(points.rows(), 3);
    for (int v = 0; v < points.rows(); ++v) {
        const Vector3d point = points.row(v).transpose();
        Vector3d sum = Vector3d::Zero();
        for (SkinWeights::InnerIterator it(weights, v); it; ++it)
            sum += it.value() *
                   (transforms.rotations[it.col()] * point + transforms.translations.row(it.col()).transpose());
        result.row(v) = sum.transpose();
    }
    return result;
}

Points3d blendDualQuaternions(const Points3d& points, const SkinWeights& weights, const JointTransforms& transforms) {
    const DualQuaternions quaternions = dualQuaternionsOf(transforms);
    Points3d result(points.rows(), 3);
    for (int v = 0; v < points.rows(); ++v) {
        int pivot = -1;
        double largest = 0;
        for (SkinWeights::InnerIterator it(weights, v); it; ++it)
            if (it.value() > largest) {
                largest = it.value();
                pivot = static_cast<int>(it.col());
            }
        Vector4d real = Vector4d::Zero(), dual = Vector4d::Zero();
        for (SkinWeights::InnerIterator it(weights, v); it; ++it) {
            const double sign = quaternions.real[it.col()].dot(quaternions.real[pivot]) < 0 ? -1 : 1;
            real += sign * it.value() * quaternions.real[it.col()];
            dual += sign * it.value() * quaternions.dual[it.col()];
        }
        const double length = real.norm();
        real /= length;
        dual /= length;
        const double w = real[0];
        const Vector3d u = real.tail<3>(), point = points.row(v).transpose();
        const Vector3d turned = point + 2 * u.cross(u.cross(point) + w * point);
        const Vector3d moved = 2 * (w * dual.tail<3>() - dual[0] * u + u.cross(dual.tail<3>()));
        result.row(v) = (turned + moved).transpose();
    }
    return result;
}

SkinWeights mergedHalfWeights(const MakeHumanFigure& figure, const Symmetry& symmetry) {
    Eigen::MatrixXd merged = Eigen::MatrixXd::Zero(figure.numSkinVertices, kNumSmplJoints);
    for (const auto& [bone, entries] : figure.boneWeights)
        for (const auto& [vertex, weight] : entries)
            if (vertex < static_cast<std::uint32_t>(figure.numSkinVertices))
                merged(vertex, jointOfBone(bone)) += weight;
    SkinWeights half(symmetry.numHalf(), kNumSmplJoints);
    std::vector<Eigen::Triplet<double>> entries;
    for (int h = 0; h < symmetry.numHalf(); ++h) {
        const std::uint32_t v = symmetry.half()[h];
        Eigen::RowVectorXd row = merged.row(v) / merged.row(v).sum();
        const Eigen::RowVectorXd other = merged.row(symmetry.mirror()[v]) / merged.row(symmetry.mirror()[v]).sum();
        if (!row.allFinite() || !other.allFinite())
            throw Error("The rig's weights leave vertex " + std::to_string(v) + " without a bone.");
        for (int j = 0; j < kNumSmplJoints; ++j) row[j] = 0.5 * (row[j] + other[kSmplFlip[j]]);
        row = onGrid(row, symmetry.isMiddle(v));
        for (int j = 0; j < kNumSmplJoints; ++j)
            if (row[j] > 0) entries.emplace_back(h, j, row[j]);
    }
    half.setFromTriplets(entries.begin(), entries.end());
    return half;
}

SkinWeights wholeWeights(const SkinWeights& half, const Symmetry& symmetry) {
    std::vector<Eigen::Triplet<double>> entries;
    for (std::uint32_t v = 0; v < symmetry.mirror().size(); ++v)
        for (SkinWeights::InnerIterator it(half, symmetry.halfRow(v)); it; ++it) {
            const int joint = static_cast<int>(it.col());
            entries.emplace_back(static_cast<int>(v), symmetry.isRight(v) ? kSmplFlip[joint] : joint, it.value());
        }
    SkinWeights whole(symmetry.numVertices(), kNumSmplJoints);
    whole.setFromTriplets(entries.begin(), entries.end());
    return whole;
}

void bringIntoTPose(Points3d& halfSkin, Points3d& joints, const SkinWeights& halfWeights) {
    constexpr double kLegAngle = 4 * std::numbers::pi / 180;
    std::vector<Matrix3d> world(kNumSmplJoints, Matrix3d::Identity());
    const auto bone = [&](int from, int to) -> Vector3d { return (joints.row(to) - joints.row(from)).transpose(); };
    for (const int side : {0, 1}) {
        const double out = side == 0 ? 1 : -1;
        const Vector3d outward(out, 0, 0);
        const int shoulder = 16 + side, elbow = 18 + side, wrist = 20 + side, hand = 22 + side;
        world[shoulder] = aligning(bone(shoulder, elbow), outward);
        world[elbow] = aligning(world[shoulder] * bone(elbow, wrist), outward) * world[shoulder];
        world[wrist] = aligning(world[elbow] * bone(wrist, hand), outward) * world[elbow];
        world[hand] = world[wrist];
        const int hip = 1 + side, knee = 4 + side, ankle = 7 + side;
        const Vector3d thigh(out * std::sin(kLegAngle), -std::cos(kLegAngle), 0);
        const Vector3d shin(0, -std::cos(kLegAngle), -std::sin(kLegAngle));
        world[hip] = aligning(bone(hip, knee), thigh);
        world[knee] = aligning(world[hip] * bone(knee, ankle), shin) * world[hip];
    }
    std::vector<Matrix3d> local = world;
    for (int j = 1; j < kNumSmplJoints; ++j) local[j] = world[kSmplParents[j]].transpose() * world[j];
    const JointTransforms transforms = chainRotations(local, joints);
    halfSkin = blendLinearly(halfSkin, halfWeights, transforms).rowwise() - transforms.joints.row(0);
    joints = transforms.joints.rowwise() - transforms.joints.row(0).eval();
}

}  // namespace hmr
