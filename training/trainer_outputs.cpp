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

std::string fixed(double value, int decimals) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

std::string accuracyText(const std::vector<std::pair<std::string, Figures>>& accuracies) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    for (const auto& [set, figures] : accuracies)
        for (const auto& [name, value] : figures) json["held-out " + set][name] = fixed(value, value < 10 ? 3 : 1);
    return json.dump();
}

std::string today() {
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d", std::gmtime(&now));
    return text;
}

}  // namespace

void Trainer::validate() {
    if (data_.validation.empty() || config_.validationPictures == 0) return;
    if (inputSize_ == 0) inputSize_ = inputSizeAt(config_, counters_.pictures, progress());
    lastAccuracy_.clear();
    double score = 0;
    for (ValidationSet& set : data_.validation) {
        const auto& samples = set.samples(inputSize_);
        const Verdict verdict = learner_->judge(samples, set.personShare());
        log_->validation(counters_, set.name(), static_cast<int>(samples.size()), verdict);
        lastAccuracy_.emplace_back(set.name(), verdict.network);
        score += verdict.score / static_cast<double>(data_.validation.size());
        const std::string name = set.name() + "-" + checkpointName(counters_.step).stem().string() + ".jpg";
        write("the overlay", [&] { writePicture(folder_.overlays() / name, verdict.sheet); });
    }
    // figures of different crop sizes do not compare: the best is sought among those of the final size
    if (inputSize_ != config_.inputSizes.back().size || score <= counters_.bestScore) return;
    if (write("the best weights", [this] { exportWeights(folder_.bestWeights()); })) counters_.bestScore = score;
}

void Trainer::exportWeights(const std::filesystem::path& file) {
    const int inputSize = inputSize_ > 0 ? inputSize_ : config_.inputSizes.back().size;
    std::map<std::string, std::string> metadata = {{"training", publicConfigText(config_)},
                                                   {"data", config_.dataStatement},
                                                   {"pictures_seen", std::to_string(counters_.pictures)},
                                                   {"steps", std::to_string(counters_.step)},
                                                   {"hours", fixed(counters_.minutes / 60, 2)},
                                                   {"accuracy", accuracyText(lastAccuracy_)},
                                                   {"licence", config_.licence},
                                                   {"created", today()}};
    if (!startedFrom_.empty()) metadata["started_from"] = startedFrom_;
    learner_->exportWeights(file, inputSize, std::move(metadata));
}

}  // namespace hmr
