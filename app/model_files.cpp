// SPDX-License-Identifier: MIT
#include "app/model_files.h"

#include <QCoreApplication>
#include <QStringList>

#include "body/error.h"
#include "formats/body_file.h"
#include "formats/body_identity.h"
#include "formats/tensors/tensor_bundle.h"
#include "network/published_weights.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

QString tr(const char* text) { return QCoreApplication::translate("ModelFiles", text); }

/// Bodies are archives of .npy or pickles with a template; all else is taken for weights, whose reader says what it is not.
bool isBody(const fs::path& path) {
    const std::string extension = path.extension().string();
    return !tensorBundleIndex(path) && (extension == ".npz" || extension == ".pkl");
}

QString bodySummary(const BodyModel& body, const fs::path& path) {
    const BodyIdentity identity = identifyBody(body.data(), path);
    QStringList words;
    words << (identity.family.empty() ? tr("Body in SMPL's layout") : QString::fromStdString(identity.family));
    if (!identity.version.empty()) words << QString::fromStdString(identity.version);
    if (!identity.gender.empty()) words << QString::fromStdString(identity.gender);
    return words.join(" ") + tr(": %1 vertices, %2 joints, %3 shapes").arg(body.numVertices()).arg(body.numJoints()).arg(body.numBetas());
}

QString cropRuleText(const NetworkRecipe& recipe) {
    const std::string& rule = recipe.cropRule;
    if (recipe.stretchContrast) return tr("sampled as SPIN does, contrast stretched");
    if (rule == "hmr") return tr("sampled as HMR does");
    if (rule == "spin") return tr("sampled as SPIN does, contrast as it is");
    if (rule == "hmr2") return tr("sampled as HMR 2.0 does");
    return tr("averaged");
}

QString cropText(const NetworkRecipe& recipe) {
    return tr("crop of %1 pixels, %2, %3, %4 rotations, focal length %5 crops")
        .arg(recipe.inputSize)
        .arg(cropRuleText(recipe), recipe.padWithEdge ? tr("border repeated") : tr("black beyond the picture"),
             QString::fromStdString(recipe.rotationEncoding))
        .arg(recipe.relativeFocalLength, 0, 'f', 1);
}

ModelFile inspectBody(const fs::path& path) {
    const auto body = loadBodyModel(path);
    if (const auto obstacle = whyHmrCannotDrive(*body)) throw Error(path.string() + ": " + *obstacle);
    ModelFile file;
    file.path = path;
    file.summary = bodySummary(*body, path);
    file.bodyHash = QString::fromStdString(body->data().contentHash);
    file.numVertices = body->numVertices();
    for (const char* name : kFacePointNames)
        if (const auto found = body->data().landmarks.find(name); found != body->data().landmarks.end() && found->second.size() == 1)
            file.facePoints[name] = found->second[0];
    return file;
}

ModelFile inspectWeights(const fs::path& path) {
    const auto tensors = openTensorFile(path);
    ModelFile file;
    file.kind = ModelFile::Kind::Weights;
    file.path = path;
    file.ownRecipe = ownRecipe(*tensors);
    file.recipe = withOverrides(file.ownRecipe, path);
    const auto metadata = tensors->metadata();
    const auto said = [&](const char* key) {
        const auto found = metadata.find(key);
        return found == metadata.end() ? QString() : QString::fromStdString(found->second);
    };
    if (const auto network = recognizePublished(*tensors)) file.description = QString::fromStdString(describe(*network));
    if (metadata.contains("recipe")) {
        file.description = said(metadata.contains("origin") ? "origin" : "architecture");
        file.wantedBodyHash = said("body_model_hash");
    }
    if (file.description.isEmpty()) file.description = tr("TorchScript module");
    return file;
}

}  // namespace

ModelFile inspectModelFile(const fs::path& path) { return isBody(path) ? inspectBody(path) : inspectWeights(path); }

QString weightsSummary(const ModelFile& weights) {
    const QString text = weights.description + "\n" + cropText(weights.recipe);
    return weights.recipe == weights.ownRecipe ? text : text + tr(" (changed by hand)");
}

std::optional<QString> remarkOnPair(const ModelFile& body, const ModelFile& weights) {
    if (weights.wantedBodyHash.isEmpty() || weights.wantedBodyHash == body.bodyHash) return std::nullopt;
    return tr("These weights were trained with another body: poses fit, shape numbers mean something else.");
}

}  // namespace hmr
