// SPDX-License-Identifier: MIT
#include "training/evaluation/synthetic_set.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "body/error.h"
#include "body/rotation.h"
#include "formats/atomic_file.h"
#include "formats/resources.h"
#include "training/scenes/synthetic_scene.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr int kCheckedPeople = 8, kCheckedSize = 224;
constexpr double kCheckedPixels = 0.5;
constexpr const char* kBenchmark = "benchmark/synthetic.json";

SyntheticSettings heldOut(std::uint64_t seed, int size, double personShare) {
    SyntheticSettings settings;
    settings.size = size;
    settings.personShare = personShare;
    settings.split = DataSplit::Validation;
    settings.seed = seed;
    settings.wantsParts = true;
    return settings;
}

/// Clips of the prior that no training picture takes poses from.
std::vector<std::string> heldOutClips(const PosePrior& prior) {
    std::set<std::string> names;
    for (const std::string& name : prior.clipNames)
        if (splitOf(name) == DataSplit::Validation) names.insert(name);
    return {names.begin(), names.end()};
}

/// Boxes of the first people at a fixed size: what shows that the pictures are still the same.
std::vector<PixelBox> firstBoxes(const SyntheticAssets& assets, std::uint64_t seed, double personShare) {
    SyntheticScenes scenes(assets, heldOut(seed, kCheckedSize, personShare));
    std::vector<PixelBox> boxes;
    for (int i = 0; i < kCheckedPeople; ++i) boxes.push_back(scenes.drawCrop(static_cast<std::uint64_t>(i)).people.front().box);
    return boxes;
}

BodyParameters parametersOf(const TrainingSample& sample) {
    BodyParameters parameters;
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        const Eigen::Map<const Eigen::Matrix<float, 3, 3, Eigen::RowMajor>> rotation(&sample.rotations[static_cast<std::size_t>(9 * joint)]);
        parameters.pose.row(joint) = axisAngleFromRotation(nearestRotation(rotation.cast<double>())).transpose();
    }
    parameters.betas = Eigen::Map<const Eigen::Matrix<float, kNumBetas, 1>>(sample.betas.data()).cast<double>();
    return parameters;
}

/// Longer side of the box of all joints, seen or not, in crop coordinates.
double jointBoxSide(const TrainingSample& sample) {
    const Eigen::Map<const Eigen::Matrix<float, kNumCocoPlusJoints, 3, Eigen::RowMajor>> joints(sample.keypoints.data());
    const Eigen::RowVector2f extent = joints.leftCols<2>().colwise().maxCoeff() - joints.leftCols<2>().colwise().minCoeff();
    return kJointBoxMargin * extent.maxCoeff();
}

class SyntheticSet : public EvaluationSet {
public:
    SyntheticSet(SyntheticAssets assets, const SyntheticSettings& settings, int count)
        : scenes_(std::move(assets), settings), count_(count), size_(settings.size) {}

    int size() const override { return count_; }

    EvaluationPerson person(int index) override {
        EvaluationPerson person;
        person.id = std::to_string(index);
        scenes_.draw(static_cast<std::uint64_t>(index), person.sample);
        person.boxSide = jointBoxSide(person.sample);
        person.window = {Eigen::Vector2d::Constant(size_ / 2.0), static_cast<double>(size_)};
        person.joints3d = Eigen::Map<const Eigen::Matrix<float, kNumCocoPlusJoints, 3, Eigen::RowMajor>>(person.sample.joints3d.data()).cast<double>();
        person.parameters = parametersOf(person.sample);
        person.parts = {size_, size_, person.sample.parts};
        person.silhouette = person.parts;
        for (std::uint8_t& label : person.silhouette.labels) label = std::min<std::uint8_t>(label, 1);
        return person;
    }

private:
    SyntheticScenes scenes_;
    int count_, size_;
};

/// What was asked for, if it is synthetic at all.
struct SeedFile {
    fs::path file;
    Json json;
    int count = 0;  ///< 0: as the file says
};

std::optional<SeedFile> seedFileOf(const fs::path& data) {
    const std::string text = data.string();
    if (text == "synthetic" || text.rfind("synthetic:", 0) == 0) {
        SeedFile seeds{resourcePath(kBenchmark), Json::parse(readWholeFile(resourcePath(kBenchmark)), nullptr, false)};
        if (text != "synthetic") {
            const auto [end, status] = std::from_chars(text.data() + 10, text.data() + text.size(), seeds.count);
            if (status != std::errc{} || end != text.data() + text.size() || seeds.count <= 0)
                throw Error("\"" + text + "\": expected synthetic or synthetic:N with N pictures");
        }
        return seeds;
    }
    if (data.extension() != ".json" || !fs::is_regular_file(data) || fs::file_size(data) > 1'000'000) return std::nullopt;
    SeedFile seeds{data, Json::parse(readWholeFile(data), nullptr, false)};
    if (seeds.json.is_discarded() || !seeds.json.is_object() || seeds.json.value("kind", "") != "synthetic") return std::nullopt;
    return seeds;
}

/// Refuses a frozen list whose pictures this prior or generator would draw differently.
void expectFrozen(const SeedFile& seeds, const SyntheticAssets& assets, std::uint64_t seed) {
    if (seeds.json.contains("clips") && seeds.json["clips"].get<std::vector<std::string>>() != heldOutClips(*assets.prior))
        throw Error(seeds.file.string() + ": its poses come from other clips than this pose prior holds; measure with the prior it was made with");
    if (!seeds.json.contains("firstBoxes")) return;
    const std::vector<PixelBox> boxes = firstBoxes(assets, seed, seeds.json.value("personShare", SyntheticSettings{}.personShare));
    for (std::size_t i = 0; i < boxes.size() && i < seeds.json["firstBoxes"].size(); ++i) {
        const auto expected = seeds.json["firstBoxes"][i].get<std::array<double, 4>>();
        const PixelBox& box = boxes[i];
        for (const auto& [value, truth] : {std::pair{box.x, expected[0]}, {box.y, expected[1]}, {box.width, expected[2]}, {box.height, expected[3]}})
            if (std::abs(value - truth) > 0.5 + kCheckedPixels)  // boxes are written as whole pixels
                throw Error(seeds.file.string() + ": person " + std::to_string(i) + " is drawn elsewhere than when the benchmark was frozen; "
                            "figures would not compare with older ones (freeze a new one: hmr synth benchmark)");
    }
}

}  // namespace

std::unique_ptr<EvaluationSet> openSyntheticSet(const EvaluationOptions& options, int size, double personShare) {
    std::optional<SeedFile> seeds = seedFileOf(options.data);
    if (!seeds) return nullptr;
    const SyntheticAssets assets = loadSyntheticAssets({}, options.prior, {});
    std::uint64_t seed = 0;
    double degradation = 1;
    int count = seeds->count;
    try {
        seed = seeds->json.at("seed").get<std::uint64_t>();
        if (count == 0) count = seeds->json.at("count").get<int>();
        degradation = seeds->json.value("degradation", degradation);
        expectFrozen(*seeds, assets, seed);
    } catch (const Json::exception& error) {
        throw Error(seeds->file.string() + ": a seed file needs whole numbers \"seed\" and \"count\": " + error.what());
    }
    if (options.limit > 0) count = std::min(count, options.limit);
    if (count <= 0) throw Error(seeds->file.string() + ": \"count\" must be positive");
    SyntheticSettings settings = heldOut(seed, size, personShare);
    settings.degradationStrength = degradation;
    auto set = std::make_unique<SyntheticSet>(assets, settings, count);
    set->name = options.data.string();
    set->boxRule = "1.1 times the extent of all joints, seen or not";
    set->notes = "synthetic pictures of held-out clips, seed " + std::to_string(seed);
    return set;
}

void writeBenchmark(const fs::path& file, std::uint64_t seed, int count) {
    const SyntheticAssets assets = loadSyntheticAssets();
    const double share = SyntheticSettings{}.personShare;
    nlohmann::ordered_json boxes = nlohmann::ordered_json::array();
    for (const PixelBox& box : firstBoxes(assets, seed, share)) boxes.push_back({std::round(box.x), std::round(box.y), std::round(box.width), std::round(box.height)});
    const nlohmann::ordered_json json = {{"kind", "synthetic"}, {"seed", seed}, {"count", count}, {"personShare", share}, {"firstBoxes", boxes},
                                         {"clips", heldOutClips(*assets.prior)}};
    writeWholeFile(file, json.dump(1) + "\n");
}

}  // namespace hmr
