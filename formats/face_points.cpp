// SPDX-License-Identifier: MIT
#include "formats/face_points.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "body/error.h"
#include "body/skeleton.h"
#include "formats/atomic_file.h"

namespace hmr {
namespace {

constexpr const char* kKey = "face_points";
constexpr std::size_t kLargestFacePoints = 1 << 20;
constexpr int kFirstRow = 14;  ///< of the coco-plus joints
static_assert(kFirstRow + static_cast<int>(kFacePointNames.size()) == kNumCocoPlusJoints);

}  // namespace

std::filesystem::path facePointsFile(const std::filesystem::path& body) { return body.string() + ".json"; }

std::optional<FacePoints> readFacePoints(const std::filesystem::path& body, int numVertices) {
    const std::filesystem::path file = facePointsFile(body);
    std::error_code error;
    if (!std::filesystem::exists(file, error)) return std::nullopt;
    const auto fail = [&](const std::string& what) {
        return Error("Cannot use " + file.string() + ": " + what + " Write {\"face_points\": {\"nose\": 332, …}}, or remove the file.");
    };
    const auto json = nlohmann::json::parse(readWholeFile(file, kLargestFacePoints), nullptr, false);
    if (!json.is_object() || json.size() != 1 || !json.contains(kKey) || !json[kKey].is_object())
        throw fail("it is no JSON object with the one entry \"face_points\", an object.");
    FacePoints points;
    for (const auto& [name, vertex] : json[kKey].items()) {
        if (std::find(kFacePointNames.begin(), kFacePointNames.end(), name) == kFacePointNames.end())
            throw fail("\"" + name + "\" is no point of the face; nose, left_eye, right_eye, left_ear and right_ear are.");
        if (!vertex.is_number_unsigned() || vertex.get<std::uint64_t>() >= static_cast<std::uint64_t>(numVertices))
            throw fail("\"" + name + "\" is " + vertex.dump() + "; a vertex from 0 to " + std::to_string(numVertices - 1) + " was expected.");
        points[name] = vertex.get<std::uint32_t>();
    }
    return points;
}

void writeFacePoints(const std::filesystem::path& body, const FacePoints& points) {
    nlohmann::json json = nlohmann::json::object();
    json[kKey] = points;
    writeWholeFile(facePointsFile(body), json.dump(2) + "\n");
}

void replaceFacePoints(BodyModelData& data, const FacePoints& points) {
    for (const auto& [name, vertex] : points) data.landmarks[name] = {vertex};
    if (data.cocoPlusRegressor.rows() != kNumCocoPlusJoints) return;
    std::vector<Eigen::Triplet<float>> entries;
    for (int row = 0; row < kNumCocoPlusJoints; ++row) {
        const auto point = row < kFirstRow ? points.end() : points.find(kFacePointNames[static_cast<std::size_t>(row - kFirstRow)]);
        if (point != points.end()) {
            entries.emplace_back(row, static_cast<int>(point->second), 1.f);
            continue;
        }
        for (Eigen::SparseMatrix<float, Eigen::RowMajor>::InnerIterator entry(data.cocoPlusRegressor, row); entry; ++entry)
            entries.emplace_back(row, static_cast<int>(entry.col()), entry.value());
    }
    data.cocoPlusRegressor.setFromTriplets(entries.begin(), entries.end());
}

std::string describeFacePoints(const BodyModelData& data) {
    std::string text;
    for (std::string name : kFacePointNames) {
        const auto found = data.landmarks.find(name);
        if (found == data.landmarks.end()) continue;
        std::replace(name.begin(), name.end(), '_', ' ');
        text += (text.empty() ? "" : ", ") + name + " " + (found->second.size() == 1 ? std::to_string(found->second[0]) : "several vertices");
    }
    return text;
}

}  // namespace hmr
