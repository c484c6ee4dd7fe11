// SPDX-License-Identifier: MIT
#pragma once
#include <QString>
#include <filesystem>
#include <optional>

#include "formats/face_points.h"
#include "network/network_recipe.h"

namespace hmr {

/// What a model file is, found out by opening it.
struct ModelFile {
    enum class Kind { Body, Weights };
    Kind kind = Kind::Body;
    std::filesystem::path path;
    QString summary;        ///< of a body: a line for people
    QString description;    ///< of weights: what they are, without the recipe
    NetworkRecipe ownRecipe, recipe;  ///< of weights: what the file says, and what is used
    QString wantedBodyHash; ///< of weights that were trained with one body
    QString bodyHash;       ///< of a body
    int numVertices = 0;    ///< of a body
    FacePoints facePoints;  ///< of a body; those that are one vertex
};

/// Throws Error when it is neither body nor weights, or cannot be used here (with the reason).
ModelFile inspectModelFile(const std::filesystem::path& path);

/// What weights are and how they are used, for people.
QString weightsSummary(const ModelFile& weights);

/// Why the two cannot or had better not work together; nothing when they fit.
std::optional<QString> remarkOnPair(const ModelFile& body, const ModelFile& weights);

}  // namespace hmr
