// SPDX-License-Identifier: MIT
#include "training/evaluation_set.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "body/error.h"
#include "formats/atomic_file.h"
#include "training/annotations.h"
#include "training/crop_transform.h"
#include "training/picture_file.h"
#include "training/synthetic_scene.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

/// A seed file, if the path is one.
std::optional<nlohmann::json> seedFile(const fs::path& path) {
    if (path.extension() != ".json" || !fs::is_regular_file(path) || fs::file_size(path) > 10'000) return std::nullopt;
    auto json = nlohmann::json::parse(readWholeFile(path), nullptr, false);
    if (json.is_discarded() || !json.is_object() || json.value("kind", "") != "synthetic") return std::nullopt;
    return json;
}

EvaluationSet syntheticSet(const nlohmann::json& seeds, const EvaluationOptions& options, int size, double personShare) {
    SyntheticSettings settings;
    settings.size = size;
    settings.personShare = personShare;
    settings.split = DataSplit::Validation;
    int count = 0;
    try {
        settings.seed = seeds.at("seed").get<std::uint64_t>();
        count = seeds.at("count").get<int>();
        settings.degradationStrength = seeds.value("degradation", settings.degradationStrength);
    } catch (const nlohmann::json::exception& error) {
        throw Error(options.data.string() + ": a seed file needs whole numbers \"seed\" and \"count\": " + error.what());
    }
    if (options.limit > 0) count = std::min(count, options.limit);
    if (count <= 0) throw Error(options.data.string() + ": \"count\" must be positive");
    SyntheticScenes scenes(loadSyntheticAssets({}, options.prior, {}), settings);
    EvaluationSet set{options.data.string(), "synthetic pictures of held-out clips, 14 LSP joints about the mid-hip, box share " +
                                                 std::to_string(personShare), {}, {}};
    set.samples.resize(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) scenes.draw(static_cast<std::uint64_t>(i), set.samples[static_cast<std::size_t>(i)]);
    set.boxSides.assign(set.samples.size(), 2 * personShare);
    return set;
}

}  // namespace

EvaluationSet openEvaluationSet(const EvaluationOptions& options, int size, double personShare) {
    if (const auto seeds = seedFile(options.data)) return syntheticSet(*seeds, options, size, personShare);
    EvaluationSet set{options.data.string(), "visible annotated joints, distance over the longer side of the person's box "
                                             "(the annotated box; for LSP tables 1.1 times the joints' extent)", {}, {}};
    for (const AnnotatedPerson& person : readAnnotations(options.data)) {
        if (options.limit > 0 && static_cast<int>(set.samples.size()) >= options.limit) break;
        if (countVisible(person.keypoints) < std::max(1, options.minJoints)) continue;
        const CropTransform crop{windowOfBox(person.box, personShare)};
        TrainingSample sample;
        sample.size = size;
        cropPixels(readRgbPicture(person.picture), crop, size, sample.pixels);
        sample.keypoints = cropKeypoints(person.keypoints, crop);
        set.samples.push_back(std::move(sample));
        set.boxSides.push_back(2 * person.box.longerSide() / crop.window.side);
    }
    if (set.samples.empty()) throw Error(options.data.string() + ": nobody with at least " + std::to_string(options.minJoints) + " visible joints");
    return set;
}

}  // namespace hmr
