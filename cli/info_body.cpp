// SPDX-License-Identifier: MIT
#include "cli/info_body.h"

#include "body/smpl_coco_plus.h"
#include "cli/info_lines.h"
#include "formats/body_file.h"
#include "formats/body_identity.h"
#include "formats/face_points.h"

namespace hmr {
namespace {

std::string orUnknown(const std::string& word) { return word.empty() ? "unknown" : word; }

/// Whether its file has no regressor of the 19 joints, so that opening it made the one of its mesh.
bool isCocoPlusApproximated(const BodyModelData& data) {
    const auto isOwn = [&](const auto& made) { return (data.cocoPlusRegressor - made).norm() > 0; };
    if (data.cocoPlusRegressor.rows() == 0) return false;
    if (data.templateVertices.rows() == 6890) return !isOwn(cocoPlusRegressorOfSmpl(data.jointRegressor));
    return data.templateVertices.rows() == 10475 && !isOwn(cocoPlusRegressorOfSmplX(data.jointRegressor, data.templateVertices));
}

}  // namespace

void describeBody(const std::filesystem::path& file) {
    const auto model = loadBodyModel(file);
    const BodyModelData& data = model->data();
    const Eigen::Vector3f extent = (data.templateVertices.colwise().maxCoeff() - data.templateVertices.colwise().minCoeff()).transpose();
    std::cout << file.string() << ": body model\n";
    const BodyIdentity identity = identifyBody(data, file);
    line("model", data.modelId.empty() ? "without a name" : data.modelId);
    line("kind", identity.family.empty() ? "in SMPL's layout, of no known family" : identity.family);
    if (identity.family == "SMPL") line("version", orUnknown(identity.version));
    if (identity.family.starts_with("SMPL")) line("gender", orUnknown(identity.gender));
    line("hash", data.contentHash);
    line("mesh", std::to_string(model->numVertices()) + " vertices, " + std::to_string(data.triangles.rows()) + " triangles" +
                     (data.textureTriangles.rows() > 0 ? ", texture coordinates" : ""));
    line("skeleton", std::to_string(model->numJoints()) + " joints");
    line("height", decimal(extent.y(), 3) + " m at mean shape");
    line("shape directions", std::to_string(model->numBetas()) + (data.betaNames.empty() ? "" : ": " + joined(data.betaNames)));
    if (identity.family == "SMPL-X") line("", "those of facial expressions are left out, the face is at rest");
    const double moved = (data.poseDirections.array() != 0).rowwise().any().cast<double>().mean();
    line("pose directions", std::to_string(data.poseDirections.cols()) + " for " + decimal(100 * moved, 1) + " % of the coordinates");
    line("skin", decimal(static_cast<double>(data.skinWeights.nonZeros()) / model->numVertices(), 2) + " joints a vertex");
    line("coco-plus joints", isCocoPlusApproximated(data) ? "approximated from SMPL's joints and face vertices" : data.cocoPlusRegressor.rows() > 0 ? "yes" : "no");
    if (!data.landmarks.empty()) line("named points", std::to_string(data.landmarks.size()));
    std::error_code error;
    const std::string facePoints = describeFacePoints(data);
    if (!facePoints.empty()) line("face vertices", facePoints);
    if (std::filesystem::exists(facePointsFile(file), error)) line("", "as " + facePointsFile(file).string() + " says");
    std::vector<std::string> partSets;
    if (!data.partLabels24.empty()) partSets.push_back("24");
    if (!data.partLabels14.empty()) partSets.push_back("14");
    if (!data.partLabels6.empty()) partSets.push_back("6");
    line("part labels", partSets.empty() ? "none" : joined(partSets) + " parts");
    line("mirror table", data.mirrorVertices.empty() ? "no" : "yes");
    const auto obstacle = whyHmrCannotDrive(*model);
    line("use", obstacle ? *obstacle : "HMR networks drive it; posing, editing and export");
}

}  // namespace hmr
