// SPDX-License-Identifier: MIT
#include "formats/body_identity.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "body/shared_joints.h"
#include "body/skeleton.h"

namespace hmr {
namespace {

struct Family {
    const char* name;
    Eigen::Index numVertices;
    std::size_t numJoints;
};
constexpr std::array kFamilies = {Family{"SMPL", 6890, 24}, Family{"SMPL-H", 6890, 52}, Family{"SMPL-X", 10475, 55},
                                  Family{"MANO", 778, 16}, Family{"FLAME", 5023, 5}};

constexpr std::array kFingers = {"index", "middle", "pinky", "ring", "thumb"};

/// smplx's vertices of the face, by the names that the open body uses.
struct FacePoint {
    const char* name;
    std::uint32_t smpl, smplX;
};
constexpr std::array kFacePoints = {FacePoint{"nose", 332, 9120}, FacePoint{"left_eye", 2800, 9448}, FacePoint{"right_eye", 6260, 9929},
                                    FacePoint{"left_ear", 583, 6}, FacePoint{"right_ear", 4071, 616}};

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

std::string genderIn(const std::string& name) {
    if (name.find("female") != std::string::npos || name.find("model_f_") != std::string::npos) return "female";
    if (name.find("neutral") != std::string::npos) return "neutral";
    if (name.find("male") != std::string::npos || name.find("model_m_") != std::string::npos) return "male";
    return {};
}

std::vector<std::string> jointNames(const std::string& family) {
    std::vector<std::string> names(kSmplJointNames.begin(), kSmplJointNames.end());
    if (family == "SMPL") return names;
    names.resize(kNumSharedJoints);
    if (family == "SMPL-X") names.insert(names.end(), {"jaw", "left_eye", "right_eye"});
    for (const char* side : {"left_", "right_"})
        for (const char* finger : kFingers)
            for (const char* part : {"1", "2", "3"}) names.push_back(std::string(side) + finger + part);
    return names;
}

/// SMPL-X keeps the directions of facial expressions behind those of shape: 300 + 100, in older files 10 + 10.
void dropExpressions(BodyModelData& data) {
    const auto numDirections = data.shapeDirections.cols();
    const Eigen::Index numShapes = numDirections == 400 ? 300 : numDirections == 20 ? 10 : numDirections;
    data.shapeDirections.conservativeResize(Eigen::NoChange, numShapes);
}

}  // namespace

BodyIdentity identifyBody(const BodyModelData& data, const std::filesystem::path& file) {
    BodyIdentity identity;
    if (data.modelId.starts_with("openbody")) return {"open body", {}, {}};
    const auto family = std::find_if(kFamilies.begin(), kFamilies.end(), [&](const Family& f) {
        return f.numVertices == data.templateVertices.rows() && f.numJoints == data.parents.size();
    });
    if (family != kFamilies.end()) identity.family = family->name;
    identity.gender = genderIn(lower(data.modelId));
    const std::string name = lower(file.filename().string());
    if (identity.gender.empty()) identity.gender = genderIn(name);
    if (identity.gender.empty() && identity.family == "SMPL-H") identity.gender = genderIn(lower(file.parent_path().filename().string()));
    if (identity.family == "SMPL") {
        for (const char* version : {"1.0.0", "1.1.0"})
            if (name.find(version) != std::string::npos || data.modelId.ends_with(version)) identity.version = version;
        if (identity.version.empty() && data.shapeDirections.cols() == 300) identity.version = "1.1.0";
        // Version 1.0.0 is published as pickles alone; an .npz of ten shapes may be a shortened 1.1.0.
        if (identity.version.empty() && data.shapeDirections.cols() == 10 && file.extension() == ".pkl")
            identity.version = "1.0.0";
    }
    return identity;
}

void completeBody(BodyModelData& data, const std::filesystem::path& file) {
    const BodyIdentity identity = identifyBody(data, file);
    const bool isBody = identity.family.starts_with("SMPL");
    if (data.modelId.empty() && !identity.family.empty())
        data.modelId = lower(identity.family) + (identity.gender.empty() ? "" : "-" + identity.gender);
    if (!isBody) return;
    if (identity.family == "SMPL-X") dropExpressions(data);
    if (data.jointNames.empty()) data.jointNames = jointNames(identity.family);
    if (data.landmarks.empty())
        for (const FacePoint& point : kFacePoints) data.landmarks[point.name] = {identity.family == "SMPL-X" ? point.smplX : point.smpl};
}

std::optional<std::string> whyHmrCannotDrive(const BodyModel& body) {
    if (!sharesSmplJoints(body.data().parents))
        return "The body has " + std::to_string(body.numJoints()) +
               " joints in a tree of its own; HMR networks drive bodies with SMPL's joints (SMPL, SMPL-H, SMPL-X, the open body).";
    if (body.data().cocoPlusRegressor.rows() == 0)
        return "The body has no regressor of the 19 coco-plus joints (key cocoplus_regressor), which is known for SMPL's meshes only.";
    return std::nullopt;
}

}  // namespace hmr
