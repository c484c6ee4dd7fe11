// SPDX-License-Identifier: MIT
#include <chrono>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "body/error.h"
#include "network/weights_file.h"
#include "training/picture_file.h"
#include "training/trainer.h"

namespace hmr {
namespace {

constexpr int kSheetPictures = 24, kSheetColumns = 8;

std::string fixed(double value, int decimals) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

std::string accuracyText(const std::vector<std::pair<std::string, Accuracy>>& accuracies) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    for (const auto& [set, accuracy] : accuracies) {
        nlohmann::ordered_json figures = {{"pictures", accuracy.pictures}, {"PCK@0.1", fixed(accuracy.pck10, 3)}, {"PCK@0.05", fixed(accuracy.pck05, 3)}};
        if (accuracy.seenPck10 >= 0) figures["PCK@0.1 of the joint maps"] = fixed(accuracy.seenPck10, 3);
        if (accuracy.mpjpe >= 0) figures["MPJPE mm"] = fixed(accuracy.mpjpe, 1), figures["reconstruction error mm"] = fixed(accuracy.reconstructionError, 1);
        json["held-out " + set] = figures;
    }
    return json.dump();
}

/// The configuration as weights carry it out into the world: files by name, not by where they lay.
std::string publicConfigText(TrainingConfig config) {
    std::vector<std::filesystem::path*> paths = {&config.body, &config.initialWeights, &config.prior};
    for (SourceConfig& source : config.sources) paths.insert(paths.end(), {&source.file, &source.body, &source.backgrounds});
    for (std::filesystem::path* path : paths) *path = path->filename();
    return trainingConfigText(config);
}

std::string today() {
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d", std::gmtime(&now));
    return text;
}

/// One figure to compare checkpoints by: the mean PCK@0.1 of the sets.
double scoreOf(const std::vector<std::pair<std::string, Accuracy>>& accuracies) {
    double sum = 0;
    for (const auto& [set, accuracy] : accuracies) sum += accuracy.pck10;
    return accuracies.empty() ? 0 : sum / static_cast<double>(accuracies.size());
}

}  // namespace

void Trainer::validate() {
    if (data_.validation.empty() || config_.validationPictures == 0) return;
    if (inputSize_ == 0) inputSize_ = inputSizeAt(config_, counters_.pictures, progress());
    lastAccuracy_.clear();
    for (ValidationSet& set : data_.validation) {
        const auto& samples = set.samples(inputSize_);
        const auto predicted = predictJoints(learner_, samples, config_.batch);
        const Accuracy accuracy = accuracyOf(predicted, samples, set.personShare());
        const Accuracy meanPose = accuracyOf(meanPoseJoints(learner_, samples.size()), samples, set.personShare());
        log_->validation(counters_, set.name(), accuracy, meanPose);
        lastAccuracy_.emplace_back(set.name(), accuracy);
        const std::string name = set.name() + "-" + checkpointName(counters_.step).stem().string() + ".jpg";
        write("the overlay", [&] {
            writePicture(folder_.overlays() / name, overlaySheet(predicted, samples, kSheetPictures, kSheetColumns));
        });
    }
    // figures of different crop sizes do not compare: the best is sought among those of the final size
    if (inputSize_ != config_.inputSizes.back().size || scoreOf(lastAccuracy_) <= counters_.bestScore) return;
    if (write("the best weights", [this] { exportWeights(folder_.bestWeights()); })) counters_.bestScore = scoreOf(lastAccuracy_);
}

void Trainer::exportWeights(const std::filesystem::path& file) {
    NetworkRecipe recipe = learner_.recipe();
    recipe.inputSize = inputSize_ > 0 ? inputSize_ : recipe.inputSize;
    Metadata metadata = {{"training", publicConfigText(config_)},
                         {"data", config_.dataStatement},
                         {"pictures_seen", std::to_string(counters_.pictures)},
                         {"steps", std::to_string(counters_.step)},
                         {"hours", fixed(counters_.minutes / 60, 2)},
                         {"accuracy", accuracyText(lastAccuracy_)},
                         {"licence", config_.licence},
                         {"created", today()}};
    learner_.swapAveraged();
    try {
        saveWeights(file, *learner_.model(), recipe, std::move(metadata));
    } catch (...) {
        learner_.swapAveraged();
        throw;
    }
    learner_.swapAveraged();
}

}  // namespace hmr
