// SPDX-License-Identifier: MIT
#include "training/training_data.h"

#include <algorithm>
#include <map>

#include "formats/body_file.h"
#include "formats/resources.h"
#include "training/datasets/packed_pictures.h"
#include "training/detector_learner.h"
#include "training/hmr_learner.h"
#include "training/prior/mean_body.h"
#include "training/scenes/detection_scenes.h"
#include "training/scenes/synthetic_scene.h"

namespace hmr {
namespace {

using MakeSource = std::function<std::unique_ptr<SampleSource>(int size)>;
constexpr std::uint64_t kValidationSeed = 0x5EEDED;

MakeSource syntheticMaker(const SyntheticAssets& assets, const SourceConfig& source, const TrainingConfig& config, std::uint64_t seed,
                          DataSplit split) {
    SyntheticSettings settings;
    settings.degradationStrength = source.degradation;
    settings.closeUpShare = source.closeUpShare;
    settings.farShare = source.farShare;
    settings.seed = seed;
    settings.personShare = config.personShare;
    settings.split = split;
    return [assets, settings](int size) {
        SyntheticSettings sized = settings;
        sized.size = size;
        return std::make_unique<SyntheticScenes>(assets, sized);
    };
}

MakeSource packedMaker(std::shared_ptr<const PackedPictures> pictures, const TrainingConfig& config, std::uint64_t seed, bool isVaried) {
    PackedSourceOptions options;
    options.seed = seed;
    options.personShare = config.personShare;
    options.isVaried = isVaried;
    options.augmentation = config.augmentation;
    return [pictures = std::move(pictures), options](int size) {
        PackedSourceOptions sized = options;
        sized.size = size;
        return std::make_unique<PackedSource>(pictures, sized);
    };
}

/// The makers of one configured source, for training and for validation.
struct SourceMakers {
    MakeSource training, validation;
};

SourceMakers makersOf(const SourceConfig& source, const TrainingConfig& config, const BodyModel& body, std::uint64_t seed) {
    if (source.kind == "packed") {
        const int personSide = std::max(kPackedPersonSide, config.inputSizes.back().size);
        auto training = loadPackedPictures(source.file, DataSplit::Training, personSide, &body);
        auto validation = loadPackedPictures(source.file, DataSplit::Validation, personSide, &body);
        return {packedMaker(std::move(training), config, seed, true), packedMaker(std::move(validation), config, seed, false)};
    }
    const SyntheticAssets assets = loadSyntheticAssets(source.body, config.prior, source.backgrounds);
    return {syntheticMaker(assets, source, config, seed, DataSplit::Training),
            syntheticMaker(assets, source, config, kValidationSeed, DataSplit::Validation)};
}

TrainingData openRecoveryData(const TrainingConfig& config) {
    TrainingData data;
    const auto body = loadBodyModel(config.body.empty() ? resourcePath("body/openbody.npz") : config.body);
    const auto prior = std::make_shared<PosePrior>(loadPosePrior(config.prior.empty() ? resourcePath("prior/poses.npz") : config.prior));
    data.makeLearner = [body, meanBody = meanBodyOf(*prior)](const TrainingConfig& c, torch::Device device, ProcessGroup* group) {
        return std::make_unique<HmrLearner>(c, *body, meanBody, device, group);
    };
    if (config.adversarialPrior) data.bodies = std::make_shared<PriorBodySource>(prior, config.seed);
    std::vector<std::pair<MakeSource, double>> makers;
    std::map<std::string, int> numOfKind;
    for (std::size_t i = 0; i < config.sources.size(); ++i) {
        const SourceConfig& source = config.sources[i];
        SourceMakers made = makersOf(source, config, *body, config.seed + 1000 * i);
        makers.emplace_back(std::move(made.training), source.share);
        const int number = ++numOfKind[source.kind];
        const std::string name = source.kind + (number > 1 ? std::to_string(number) : "");
        data.validation.emplace_back(name, config.validationPictures, config.personShare, std::move(made.validation));
    }
    data.makeSource = [makers = std::move(makers)](int size) {
        auto mixed = std::make_unique<MixedSource>();
        for (const auto& [make, share] : makers)
            if (share > 0) mixed->add(make(size), share);
        return mixed;
    };
    return data;
}

/// What pictures of one split are composed from: the last source of each kind.
DetectionAssets detectionAssets(const TrainingConfig& config, DataSplit split) {
    DetectionAssets assets;
    for (const SourceConfig& source : config.sources) {
        if (source.kind == "packed") {
            assets.packed = loadPackedPictures(source.file, split, 3 * config.inputSizes.back().size / 2);
            assets.packedShare = source.share;
        } else {
            assets.synthetic = loadSyntheticAssets(source.body, config.prior, source.backgrounds);
            assets.syntheticShare = source.share;
        }
    }
    return assets;
}

MakeSource detectionMaker(const TrainingConfig& config, std::uint64_t seed, DataSplit split) {
    DetectionSettings settings;
    settings.seed = seed;
    settings.split = split;
    settings.augmentation = config.augmentation;
    for (const SourceConfig& source : config.sources)
        if (source.kind == "synthetic") settings.degradation = source.degradation;
    return [assets = detectionAssets(config, split), settings](int size) {
        DetectionSettings sized = settings;
        sized.size = size;
        return std::make_unique<DetectionScenes>(assets, sized);
    };
}

TrainingData openDetectorData(const TrainingConfig& config) {
    TrainingData data;
    data.makeLearner = [](const TrainingConfig& c, torch::Device device, ProcessGroup* group) {
        return std::make_unique<DetectorLearner>(c, device, group);
    };
    data.makeSource = detectionMaker(config, config.seed, DataSplit::Training);
    data.validation.emplace_back("scenes", config.validationPictures, config.personShare,
                                 detectionMaker(config, kValidationSeed, DataSplit::Validation));
    return data;
}

}  // namespace

TrainingData openTrainingData(const TrainingConfig& config) {
    return config.task == "detector" ? openDetectorData(config) : openRecoveryData(config);
}

}  // namespace hmr
