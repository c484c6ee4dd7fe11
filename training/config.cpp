// SPDX-License-Identifier: MIT
#include "training/config.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <set>

#include "body/error.h"
#include "formats/atomic_file.h"

namespace hmr {
namespace {

using OrderedJson = nlohmann::ordered_json;
namespace fs = std::filesystem;

/// Takes fields out of a JSON object and knows which keys were asked for.
class ObjectReader {
public:
    ObjectReader(const OrderedJson& object, std::string where, const fs::path& dataFolder)
        : object_(object), where_(std::move(where)), dataFolder_(dataFolder) {
        if (!object.is_object()) throw Error("training config: " + label("") + " must be an object, found " + object.type_name());
    }

    template <typename T>
    void field(const char* name, T& value) {
        known_.insert(name);
        const auto found = object_.find(name);
        if (found != object_.end()) read(*found, label(name), value);
    }

    void finish() const {
        for (const auto& [key, value] : object_.items())
            if (!known_.contains(key)) {
                std::string list;
                for (const std::string& name : known_) list += (list.empty() ? "" : ", ") + name;
                throw Error("training config: unknown key \"" + label(key) + "\". Known here: " + list);
            }
    }

private:
    std::string label(const std::string& name) const {
        return where_.empty() ? name : name.empty() ? where_ : where_ + "." + name;
    }
    [[noreturn]] static void wrong(const std::string& key, const char* expected, const OrderedJson& found) {
        throw Error("training config: \"" + key + "\" must be " + expected + ", found " + found.dump());
    }
    void read(const OrderedJson& json, const std::string& key, std::string& value) const {
        if (!json.is_string()) wrong(key, "text", json);
        value = json.get<std::string>();
    }
    void read(const OrderedJson& json, const std::string& key, fs::path& value) const {
        if (!json.is_string()) wrong(key, "a path", json);
        value = json.get<std::string>();
        if (!value.empty() && value.is_relative() && !dataFolder_.empty()) value = dataFolder_ / value;
    }
    void read(const OrderedJson& json, const std::string& key, bool& value) const {
        if (!json.is_boolean()) wrong(key, "true or false", json);
        value = json.get<bool>();
    }
    void read(const OrderedJson& json, const std::string& key, double& value) const {
        if (!json.is_number() || !std::isfinite(json.get<double>())) wrong(key, "a number", json);
        value = json.get<double>();
    }
    template <std::integral T>
    void read(const OrderedJson& json, const std::string& key, T& value) const {
        if (!json.is_number_integer()) wrong(key, "a whole number", json);
        const auto number = json.get<std::int64_t>();
        if (!std::in_range<T>(number)) wrong(key, "a whole number in range", json);
        value = static_cast<T>(number);
    }
    template <typename T>
        requires requires(T& item, ObjectReader& reader) { visitFields(item, reader); }
    void read(const OrderedJson& json, const std::string& key, T& value) const {
        ObjectReader reader(json, key, dataFolder_);
        visitFields(value, reader);
        reader.finish();
    }
    template <typename T>
    void read(const OrderedJson& json, const std::string& key, std::vector<T>& values) const {
        if (!json.is_array()) wrong(key, "a list", json);
        values.clear();
        for (std::size_t i = 0; i < json.size(); ++i)
            read(json[i], key + "[" + std::to_string(i) + "]", values.emplace_back());
    }

    const OrderedJson& object_;
    std::string where_;
    const fs::path& dataFolder_;
    std::set<std::string> known_;
};

/// Writes the same fields.
class ObjectWriter {
public:
    template <typename T>
    void field(const char* name, const T& value) { object_[name] = write(value); }
    OrderedJson object_ = OrderedJson::object();

private:
    template <typename T>
    static OrderedJson write(const T& value) {
        if constexpr (std::is_same_v<T, fs::path>) {
            return value.generic_string();
        } else if constexpr (requires(T& item, ObjectWriter& writer) { visitFields(item, writer); }) {
            ObjectWriter writer;
            visitFields(const_cast<T&>(value), writer);
            return writer.object_;
        } else {
            return value;
        }
    }
    template <typename T>
    static OrderedJson write(const std::vector<T>& values) {
        OrderedJson list = OrderedJson::array();
        for (const T& value : values) list.push_back(write(value));
        return list;
    }
};

template <typename Visitor>
void visitFields(InputSizeStage& stage, Visitor& visitor) {
    visitor.field("fromProgress", stage.fromProgress);
    visitor.field("fromPictures", stage.fromPictures);
    visitor.field("size", stage.size);
}

template <typename Visitor>
void visitFields(SourceConfig& source, Visitor& visitor) {
    visitor.field("kind", source.kind);
    visitor.field("share", source.share);
    visitor.field("file", source.file);
    visitor.field("body", source.body);
    visitor.field("backgrounds", source.backgrounds);
    visitor.field("degradation", source.degradation);
    visitor.field("closeUpShare", source.closeUpShare);
    visitor.field("farShare", source.farShare);
}

template <typename Visitor>
void visitFields(LossWeights& weights, Visitor& visitor) {
    visitor.field("reprojection", weights.reprojection);
    visitor.field("joints3d", weights.joints3d);
    visitor.field("rotations", weights.rotations);
    visitor.field("betas", weights.betas);
    visitor.field("betaPrior", weights.betaPrior);
    visitor.field("scalePrior", weights.scalePrior);
    visitor.field("adversarial", weights.adversarial);
    visitor.field("earlierIterations", weights.earlierIterations);
    visitor.field("jointMaps", weights.jointMaps);
    visitor.field("seenJoints", weights.seenJoints);
    visitor.field("seenDepths", weights.seenDepths);
    visitor.field("lifted", weights.lifted);
    visitor.field("boxes", weights.boxes);
}

template <typename Visitor>
void visitFields(AugmentationConfig& augmentation, Visitor& visitor) {
    visitor.field("scaleJitter", augmentation.scaleJitter);
    visitor.field("translationJitter", augmentation.translationJitter);
    visitor.field("rotationDegrees", augmentation.rotationDegrees);
    visitor.field("flip", augmentation.flip);
    visitor.field("color", augmentation.color);
    visitor.field("occlusion", augmentation.occlusion);
    visitor.field("closeUp", augmentation.closeUp);
}

template <typename Visitor>
void visitFields(TrainingConfig& config, Visitor& visitor) {
    visitor.field("name", config.name);
    visitor.field("seed", config.seed);
    visitor.field("task", config.task);
    visitor.field("architecture", config.architecture);
    visitor.field("rotationEncoding", config.rotationEncoding);
    visitor.field("iterations", config.iterations);
    visitor.field("baseChannels", config.baseChannels);
    visitor.field("hiddenSize", config.hiddenSize);
    visitor.field("dropout", config.dropout);
    visitor.field("jointMaps", config.jointMaps);
    visitor.field("liftedBodies", config.liftedBodies);
    visitor.field("appearanceDropout", config.appearanceDropout);
    visitor.field("body", config.body);
    visitor.field("initialWeights", config.initialWeights);
    visitor.field("sources", config.sources);
    visitor.field("prior", config.prior);
    visitor.field("inputSizes", config.inputSizes);
    visitor.field("personShare", config.personShare);
    visitor.field("augmentation", config.augmentation);
    visitor.field("paired", config.paired);
    visitor.field("adversarialPrior", config.adversarialPrior);
    visitor.field("losses", config.losses);
    visitor.field("batch", config.batch);
    visitor.field("accumulate", config.accumulate);
    visitor.field("learningRate", config.learningRate);
    visitor.field("finalLearningRateShare", config.finalLearningRateShare);
    visitor.field("discriminatorLearningRate", config.discriminatorLearningRate);
    visitor.field("weightDecay", config.weightDecay);
    visitor.field("warmupPictures", config.warmupPictures);
    visitor.field("gradientClip", config.gradientClip);
    visitor.field("emaDecay", config.emaDecay);
    visitor.field("totalPictures", config.totalPictures);
    visitor.field("minutes", config.minutes);
    visitor.field("device", config.device);
    visitor.field("precision", config.precision);
    visitor.field("channelsLast", config.channelsLast);
    visitor.field("threads", config.threads);
    visitor.field("sampleThreads", config.sampleThreads);
    visitor.field("queuedBatches", config.queuedBatches);
    visitor.field("logEverySteps", config.logEverySteps);
    visitor.field("validateEveryMinutes", config.validateEveryMinutes);
    visitor.field("checkpointEveryMinutes", config.checkpointEveryMinutes);
    visitor.field("validateEverySteps", config.validateEverySteps);
    visitor.field("checkpointEverySteps", config.checkpointEverySteps);
    visitor.field("keepCheckpoints", config.keepCheckpoints);
    visitor.field("validationPictures", config.validationPictures);
    visitor.field("dataStatement", config.dataStatement);
    visitor.field("licence", config.licence);
}

void require(bool holds, const std::string& what) {
    if (!holds) throw Error("training config: " + what);
}

void requireOneOf(const std::string& key, const std::string& value, std::initializer_list<const char*> choices) {
    std::string list;
    for (const char* choice : choices) {
        if (value == choice) return;
        list += (list.empty() ? "" : ", ") + std::string(choice);
    }
    throw Error("training config: \"" + key + "\" must be one of " + list + ", found \"" + value + "\"");
}

void checkSources(const TrainingConfig& config) {
    require(!config.sources.empty(), "\"sources\" is empty; give at least one source of pictures");
    double shares = 0;
    for (const SourceConfig& source : config.sources) {
        requireOneOf("sources.kind", source.kind, {"synthetic", "packed"});
        require(source.share >= 0, "\"sources.share\" must not be negative");
        require(source.kind != "packed" || !source.file.empty(), "a packed source needs \"file\" (hmr dataset pack writes it)");
        shares += source.share;
    }
    require(shares > 0, "the shares of all sources are zero");
}

void checkInputSizes(const TrainingConfig& config) {
    require(!config.inputSizes.empty(), "\"inputSizes\" is empty");
    for (const InputSizeStage& stage : config.inputSizes)
        require(stage.size >= 32 && stage.size <= 512 && stage.size % 32 == 0,
                "\"inputSizes.size\" must be a multiple of 32 from 32 to 512, found " + std::to_string(stage.size));
}

void check(const TrainingConfig& config) {
    requireOneOf("task", config.task, {"recovery", "detector"});
    if (config.task == "detector") requireOneOf("architecture", config.architecture, {"hmr-resnet18", kSmallDetector});
    else requireOneOf("architecture", config.architecture, {"hmr-resnet18", "hmr-resnet34", "hmr-resnet50"});
    requireOneOf("rotationEncoding", config.rotationEncoding, {"6d", "axis-angle"});
    requireOneOf("device", config.device, {"auto", "cpu", "cuda"});
    requireOneOf("precision", config.precision, {"float32", "bfloat16"});
    require(config.iterations >= 1 && config.iterations <= 8, "\"iterations\" must be 1 to 8");
    require(config.baseChannels >= 8 && config.baseChannels <= 256, "\"baseChannels\" must be 8 to 256");
    require(config.hiddenSize >= 1 && config.hiddenSize <= 8192, "\"hiddenSize\" must be 1 to 8192");
    require(config.appearanceDropout >= 0 && config.appearanceDropout < 1, "\"appearanceDropout\" must be in [0, 1)");
    require(config.liftedBodies >= 0 && config.liftedBodies <= config.iterations && (config.liftedBodies == 0 || (config.jointMaps && config.adversarialPrior)),
            "\"liftedBodies\" must be 0 to the number of iterations, and needs \"jointMaps\" and \"adversarialPrior\"");
    require(config.dropout >= 0 && config.dropout < 1, "\"dropout\" must be in [0, 1)");
    require(config.personShare > 0.1 && config.personShare <= 1, "\"personShare\" must be in (0.1, 1]");
    require(config.batch >= 2, "\"batch\" must be at least 2 (batch normalisation)");
    require(config.accumulate >= 1, "\"accumulate\" must be at least 1");
    require(config.learningRate > 0 && config.discriminatorLearningRate > 0, "learning rates must be positive");
    require(config.emaDecay >= 0 && config.emaDecay < 1, "\"emaDecay\" must be in [0, 1)");
    require(config.totalPictures > 0 || config.minutes > 0, "give \"totalPictures\" or \"minutes\", else the run has no end");
    require(config.sampleThreads >= 1 && config.queuedBatches >= 1, "\"sampleThreads\" and \"queuedBatches\" must be at least 1");
    require(config.logEverySteps >= 1 && config.keepCheckpoints >= 1, "\"logEverySteps\" and \"keepCheckpoints\" must be at least 1");
    require(config.validationPictures >= 0, "\"validationPictures\" must not be negative");
    checkSources(config);
    checkInputSizes(config);
}

/// What may change while a run goes on.
constexpr std::array kFreeKeys = {"name", "learningRate", "finalLearningRateShare", "discriminatorLearningRate", "weightDecay",
                                  "warmupPictures", "gradientClip", "totalPictures", "minutes", "device", "precision", "channelsLast",
                                  "threads", "sampleThreads", "queuedBatches", "logEverySteps", "validateEveryMinutes",
                                  "checkpointEveryMinutes", "validateEverySteps", "checkpointEverySteps", "keepCheckpoints",
                                  "validationPictures", "dataStatement", "licence"};

OrderedJson boundKeys(const TrainingConfig& config) {
    OrderedJson json = OrderedJson::parse(publicConfigText(config));
    for (const char* key : kFreeKeys) json.erase(key);
    return json;
}

}  // namespace

TrainingConfig parseTrainingConfig(const std::string& text, const fs::path& dataFolder) {
    OrderedJson json;
    try {
        json = OrderedJson::parse(text, nullptr, true, true);
    } catch (const OrderedJson::exception& error) {
        throw Error(std::string("training config is not JSON: ") + error.what());
    }
    TrainingConfig config;
    ObjectReader reader(json, "", dataFolder);
    visitFields(config, reader);
    reader.finish();
    check(config);
    return config;
}

TrainingConfig readTrainingConfig(const fs::path& file, const fs::path& dataFolder) {
    return parseTrainingConfig(readWholeFile(file, std::size_t{1} << 20), dataFolder);
}

std::string trainingConfigText(const TrainingConfig& config) {
    ObjectWriter writer;
    visitFields(const_cast<TrainingConfig&>(config), writer);
    return writer.object_.dump(2);
}

std::string publicConfigText(TrainingConfig config) {
    std::vector<fs::path*> paths = {&config.body, &config.initialWeights, &config.prior};
    for (SourceConfig& source : config.sources) paths.insert(paths.end(), {&source.file, &source.body, &source.backgrounds});
    for (fs::path* path : paths) *path = path->filename();
    return trainingConfigText(config);
}

std::string firstOtherKey(const TrainingConfig& before, const TrainingConfig& now) {
    const OrderedJson changes = OrderedJson::diff(boundKeys(before), boundKeys(now));
    if (changes.empty()) return {};
    std::string key = changes.front().at("path").get<std::string>().substr(1);  // "/losses/joints3d"
    if (key.ends_with("/-")) key.resize(key.size() - 2);  // one more in a list
    std::ranges::replace(key, '/', '.');
    return key;
}

int inputSizeAt(const TrainingConfig& config, std::int64_t picturesSeen, double progress) {
    int size = config.inputSizes.front().size;
    for (const InputSizeStage& stage : config.inputSizes) {
        const bool reached = stage.fromPictures >= 0 ? picturesSeen >= stage.fromPictures : progress >= stage.fromProgress;
        if (reached) size = stage.size;
    }
    return size;
}

double learningRateFactor(const TrainingConfig& config, std::int64_t picturesSeen, double progress) {
    const double warm = config.warmupPictures > 0
                            ? std::min(1.0, static_cast<double>(picturesSeen + 1) / static_cast<double>(config.warmupPictures))
                            : 1.0;
    const double cosine = 0.5 * (1 + std::cos(std::numbers::pi * std::clamp(progress, 0.0, 1.0)));
    return warm * (config.finalLearningRateShare + (1 - config.finalLearningRateShare) * cosine);
}

double runProgress(const TrainingConfig& config, std::int64_t picturesSeen, double minutes) {
    double progress = 0;
    if (config.totalPictures > 0) progress = static_cast<double>(picturesSeen) / static_cast<double>(config.totalPictures);
    if (config.minutes > 0) progress = std::max(progress, minutes / config.minutes);
    return std::min(progress, 1.0);
}

}  // namespace hmr
