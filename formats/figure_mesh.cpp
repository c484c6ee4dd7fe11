// SPDX-License-Identifier: MIT
#include "formats/figure_mesh.h"

#include <cassert>
#include <unordered_map>

#include "body/error.h"

namespace hmr {

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
