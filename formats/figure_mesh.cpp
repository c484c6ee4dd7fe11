// SPDX-License-Identifier: MIT
#include "formats/figure_mesh.h"

#include <algorithm>
#include <cassert>
#include <unordered_map>

#include "body/error.h"

namespace hmr {
namespace {

/// Takes points of the rest shape into the pose, joint by joint.
std::vector<Eigen::Matrix<double, 3, 4>> jointTransforms(const Figure& figure) {
    std::vector<Eigen::Affine3d> worldFromJoint;
    std::vector<Eigen::Matrix<double, 3, 4>> posedFromRest;
    for (std::size_t joint = 0; joint < figure.parents.size(); ++joint) {
        const int parent = figure.parents[joint];
        const Eigen::Vector3d place = figure.restJoints.row(static_cast<Eigen::Index>(joint)).transpose();
        if (parent < 0) {
            worldFromJoint.push_back(Eigen::Translation3d(place + figure.rootTranslation) * figure.localRotations[joint]);
        } else {
            const Eigen::Vector3d offset = place - figure.restJoints.row(parent).transpose();
            worldFromJoint.push_back(worldFromJoint[static_cast<std::size_t>(parent)] * Eigen::Translation3d(offset) *
                                     figure.localRotations[joint]);
        }
        posedFromRest.push_back((worldFromJoint.back() * Eigen::Translation3d(-place)).matrix().topRows<3>());
    }
    return posedFromRest;
}

}  // namespace

Figure withFewerInfluences(const Figure& figure, int most) {
    constexpr double kLeastVolume = 0.2;  // below, a blend of rotations squeezes too much to be undone
    using Influence = Eigen::Triplet<float>;
    const auto posedFromRest = jointTransforms(figure);
    Figure result = figure;
    std::vector<Influence> kept;
    for (Eigen::Index v = 0; v < figure.skinWeights.rows(); ++v) {
        std::vector<Influence> influences;
        for (decltype(figure.skinWeights)::InnerIterator entry(figure.skinWeights, v); entry; ++entry)
            if (entry.value() > 0) influences.emplace_back(static_cast<int>(v), static_cast<int>(entry.col()), entry.value());
        const bool isCut = influences.size() > static_cast<std::size_t>(most);
        if (isCut) {
            std::stable_sort(influences.begin(), influences.end(), [](const Influence& a, const Influence& b) { return a.value() > b.value(); });
            influences.resize(static_cast<std::size_t>(most));
        }
        float sum = 0;
        for (const Influence& influence : influences) sum += influence.value();
        Eigen::Matrix<double, 3, 4> blend = Eigen::Matrix<double, 3, 4>::Zero();
        for (const Influence& influence : influences) {
            kept.emplace_back(influence.row(), influence.col(), influence.value() / sum);
            blend += static_cast<double>(influence.value() / sum) * posedFromRest[static_cast<std::size_t>(influence.col())];
        }
        const Eigen::Matrix3d turn = blend.leftCols<3>();
        if (!isCut || turn.determinant() < kLeastVolume) continue;
        const Eigen::Vector3d posed = figure.posedVertices.row(v).transpose().cast<double>();
        result.restVertices.row(v) = (turn.inverse() * (posed - blend.col(3))).transpose().cast<float>();
    }
    result.skinWeights.setFromTriplets(kept.begin(), kept.end());
    return result;
}

SplitMesh splitAtSeams(const Figure& figure) {
    SplitMesh mesh;
    if (figure.textureTriangles.rows() != figure.triangles.rows()) {
        mesh.triangles = figure.triangles;
        for (Eigen::Index v = 0; v < figure.restVertices.rows(); ++v) mesh.bodyVertices.push_back(static_cast<std::uint32_t>(v));
        return mesh;
    }
    mesh.triangles.resizeLike(figure.triangles);
    std::unordered_map<std::uint64_t, std::uint32_t> numberOf;
    for (Eigen::Index corner = 0; corner < figure.triangles.size(); ++corner) {
        const std::uint32_t vertex = figure.triangles.data()[corner], texture = figure.textureTriangles.data()[corner];
        const auto [place, isNew] = numberOf.try_emplace(std::uint64_t{vertex} << 32 | texture,
                                                         static_cast<std::uint32_t>(mesh.bodyVertices.size()));
        if (isNew) {
            mesh.bodyVertices.push_back(vertex);
            mesh.textureVertices.push_back(texture);
        }
        mesh.triangles.data()[corner] = place->second;
    }
    return mesh;
}

std::string UniqueNames::take(const std::string& wanted) {
    std::string name = wanted;
    for (int number = 2; !taken_.insert(name).second; ++number) name = wanted + "_" + std::to_string(number);
    return name;
}

void requireExportable(std::span<const Figure> figures) {
    if (figures.empty()) throw Error("There is no person to export. Detect or draw a person box first.");
    for (const Figure& figure : figures) {
        assert(figure.restVertices.rows() == figure.posedVertices.rows());
        assert(figure.skinWeights.rows() == figure.restVertices.rows());
        assert(figure.skinWeights.cols() == figure.restJoints.rows());
        if (!figure.restVertices.allFinite() || !figure.posedVertices.allFinite())
            throw Error("\"" + figure.name + "\" cannot be exported: its surface holds numbers that are not finite. "
                        "Reset its pose and shape and try again.");
    }
}

}  // namespace hmr
