// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "body/body_model.h"

namespace hmr {

/// The points of the face in the order of coco-plus joints 14 to 18, by the names that BodyModelData::landmarks has for them.
inline constexpr std::array kFacePointNames = {"nose", "left_eye", "right_eye", "left_ear", "right_ear"};

/// The vertex that stands for each point; counted from 0, as smplx counts (some notes on the web count from 1).
using FacePoints = std::map<std::string, std::uint32_t>;

/// Where a person says which vertices they are: "<body>.json" beside the body, {"face_points": {"nose": 332, …}}.
std::filesystem::path facePointsFile(const std::filesystem::path& body);

/// What that file says; nothing when there is none. Throws Error: no such JSON, a point of another name, no vertex of the body.
std::optional<FacePoints> readFacePoints(const std::filesystem::path& body, int numVertices);

/// Writes that file, whole or not at all. Throws Error.
void writeFacePoints(const std::filesystem::path& body, const FacePoints& points);

/// Puts the vertices in place of the body's own points and of the rows of its coco-plus regressor. The others stay.
void replaceFacePoints(BodyModelData& data, const FacePoints& points);

/// "nose 332, left eye 2800, …" of the body's points, "several vertices" where a point is the mean of some; empty when it has none.
std::string describeFacePoints(const BodyModelData& data);

}  // namespace hmr
