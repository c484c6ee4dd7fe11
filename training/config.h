// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace hmr {

/// From a share of the run on (or from a count of pictures seen, where that is not negative), crops have this side.
struct InputSizeStage {
    double fromProgress = 0;          ///< [0, 1]
    std::int64_t fromPictures = -1;   ///< used in place of fromProgress when at least 0
    int size = 128;                   ///< pixels, a multiple of 32
};

/// Where pictures come from. Empty paths stand for what ships with the product.
struct SourceConfig {
    std::string kind = "synthetic";     ///< synthetic | packed
    double share = 1;                   ///< relative to the other sources
    std::filesystem::path file;         ///< packed: what `hmr dataset pack` wrote
    std::filesystem::path body;         ///< synthetic: body file, with levels of detail if they are quicker to draw
    std::filesystem::path backgrounds;  ///< synthetic: packed background pictures; empty: procedural ones only
    double degradation = 1;             ///< synthetic: strength of blur, noise and JPEG artefacts
    double closeUpShare = 0.15;         ///< synthetic: the upper body or less fills the crop
    double farShare = 0.1;              ///< synthetic: people that are a small part of the crop
};

/// Weights of the objective. The encoder's loss is the sum of each term times its weight.
struct LossWeights {
    double reprojection = 5;     ///< L1 of the visible 2D joints, crop coordinates
    double joints3d = 5;         ///< squared error of the known joints about the mid-hip, metres
    double rotations = 1;        ///< squared error of 24 rotation matrices
    double betas = 0.02;         ///< squared error of the shape coefficients
    double betaPrior = 0.002;    ///< mean square of predicted betas, for pictures without labels
    double scalePrior = 0.1;     ///< keeps the camera's scale positive: mean of exp(−10 s)²
    double adversarial = 0.02;   ///< least-squares term of the 25 discriminators
    double earlierIterations = 0.3;  ///< the supervised terms on each iteration before the last; 0: published
    double jointMaps = 0.2;          ///< cross entropy of the joint maps
    double seenJoints = 0.2;         ///< likelihood of where the maps say the joints are
    double seenDepths = 0.1;         ///< and of how deep
    double lifted = 1;               ///< the supervised terms on bodies without pictures (see `liftedBodies`)
    double boxes = 1;                ///< detector: overlap of the boxes, beside the heat map's focal loss
};

/// How packed real pictures are varied.
struct AugmentationConfig {
    double scaleJitter = 0.25;        ///< crop side times a factor in [1−j, 1+j]
    double translationJitter = 0.08;  ///< share of the crop's side
    double rotationDegrees = 30;      ///< uniform in ±, for 60 % of the pictures
    bool flip = true;
    double color = 0.25;              ///< strength of gain, contrast and channel shifts
    double occlusion = 0.3;           ///< probability of a pasted occluder
    double closeUp = 0.12;            ///< probability that the picture ends below the chest or hips of somebody upright, as a webcam's does
};

inline constexpr const char* kSmallDetector = "small";

/// A whole training run, as a JSON file holds it. Defaults are a sensible run on two CPU cores.
struct TrainingConfig {
    std::string name = "hmr";
    std::uint64_t seed = 1;
    std::string task = "recovery";         ///< recovery (HMR) | detector
    // network
    std::string architecture = "hmr-resnet18";  ///< hmr-resnet18, -34 or -50; of a detector hmr-resnet18 or small
    std::string rotationEncoding = "6d";
    int iterations = 3;
    int baseChannels = 64;                 ///< of the backbone's first stage; 64: as published
    int hiddenSize = 1024;
    double dropout = 0.1;
    bool jointMaps = false;                ///< the joint map head beside the regressor
    int liftedBodies = 0;                  ///< bodies of the prior a picture, at most 3: the regressor learns from their joints alone
    double appearanceDropout = 0;          ///< share of pictures whose regressor sees only where the joints are
    std::filesystem::path body;            ///< the body that is regressed; empty: the shipped open body
    std::filesystem::path initialWeights;  ///< .safetensors, or PyTorch's .pth or .pt, to start from; empty: from nothing
    // data
    std::vector<SourceConfig> sources;
    std::filesystem::path prior;           ///< pose prior; empty: the shipped one
    std::vector<InputSizeStage> inputSizes = {InputSizeStage{}};
    double personShare = 150.0 / 224.0;
    AugmentationConfig augmentation;
    // objective
    bool paired = true;                    ///< use 3D labels where a picture has them
    bool adversarialPrior = true;
    LossWeights losses;
    // optimisation
    int batch = 32;                        ///< pictures of one process in one step
    int accumulate = 1;                    ///< steps whose gradients are averaged before an update
    double learningRate = 5e-4;
    double finalLearningRateShare = 0.01;  ///< the cosine's end
    double discriminatorLearningRate = 1e-4;
    double weightDecay = 1e-4;
    std::int64_t warmupPictures = 4000;
    double gradientClip = 5;               ///< norm; 0: none
    double emaDecay = 0.999;
    std::int64_t totalPictures = 0;        ///< 0: no limit (then minutes must be given)
    double minutes = 0;                    ///< 0: no limit. Progress is whichever of the two is further
    // machine
    std::string device = "auto";           ///< auto | cpu | cuda
    std::string precision = "float32";     ///< float32 | bfloat16 (autocast)
    bool channelsLast = true;
    int threads = 0;                       ///< of the network; 0: all cores
    int sampleThreads = 1;
    int queuedBatches = 4;
    // what is written
    int logEverySteps = 20;
    double validateEveryMinutes = 6;       ///< 0: at the end only
    double checkpointEveryMinutes = 4;     ///< 0: at the end only
    std::int64_t validateEverySteps = 0;   ///< 0: by the clock
    std::int64_t checkpointEverySteps = 0;
    int keepCheckpoints = 3;
    int validationPictures = 256;          ///< held-out pictures of each kind of source
    std::string dataStatement;             ///< for the weights' metadata: what was seen, in words
    std::string licence = "CC0-1.0";       ///< of the weights
};

/// Reads a config; relative paths in it are looked up in `dataFolder`. Throws Error that names an unknown key, a wrong type
/// or a value out of range.
TrainingConfig readTrainingConfig(const std::filesystem::path& file, const std::filesystem::path& dataFolder);
TrainingConfig parseTrainingConfig(const std::string& json, const std::filesystem::path& dataFolder);

/// The whole configuration, defaults included, as JSON text that parseTrainingConfig reads back.
std::string trainingConfigText(const TrainingConfig& config);

/// The same with files by name, not by where they lie.
std::string publicConfigText(TrainingConfig config);

/// The first key in which `now` would make another run of one that was started with `before` ("losses.joints3d"); empty: it goes on. The
/// length, learning rates, the machine, what is written and where files lie may change.
std::string firstOtherKey(const TrainingConfig& before, const TrainingConfig& now);

/// Crop side at a point of the run.
int inputSizeAt(const TrainingConfig& config, std::int64_t picturesSeen, double progress);

/// Learning rate factor in (0, 1]: linear warm-up, then a cosine to the final share.
double learningRateFactor(const TrainingConfig& config, std::int64_t picturesSeen, double progress);

/// Part of the run that is done, [0, 1]: by pictures or by time, whichever is further.
double runProgress(const TrainingConfig& config, std::int64_t picturesSeen, double minutes);

}  // namespace hmr
