// SPDX-License-Identifier: MIT
#include "cli/network_times.h"

#include <torch/torch.h>

#include <cstdlib>
#include <filesystem>

#include "body/error.h"
#include "network/modules.h"
#include "network/weights_file.h"
#include "training/training_data.h"
#include "training/training_session.h"

namespace hmr {

namespace fs = std::filesystem;

std::shared_ptr<HmrNetwork> untrainedNetwork(const std::string& architecture, int inputSize, int threads) {
    std::string folder = (fs::temp_directory_path() / "hmr-bench-XXXXXX").string();
    if (!::mkdtemp(folder.data())) throw Error("No folder can be made in " + fs::temp_directory_path().string() + ". Set TMPDIR to one that may be written to.");
    NetworkRecipe recipe;
    recipe.architecture = architecture;
    recipe.inputSize = inputSize;
    torch::manual_seed(1);
    HmrModel model(modelOptions(recipe));
    const fs::path file = fs::path(folder) / "untrained.safetensors";
    saveWeights(file, *model, recipe, {{"licence", "none: random numbers"}});
    auto network = HmrNetwork::load(file, {.threads = threads});
    fs::remove_all(folder);
    return network;
}

int networkThreads() { return at::get_num_threads(); }

struct TrainingStep::Implementation {
    int threads;
    TrainingData data;
    std::unique_ptr<SampleSource> source;
    std::unique_ptr<Learner> learner;
    SampleBatch batch;
    std::uint64_t numDrawn = 0;
};

namespace {

/// The shipped weights' network and terms (training/configs/default-cpu.json).
TrainingConfig stepConfig() {
    TrainingConfig config;
    config.baseChannels = 32;
    config.hiddenSize = 512;
    config.dropout = 0;
    config.jointMaps = true;
    config.liftedBodies = 2;
    config.appearanceDropout = 0.15;
    config.batch = TrainingStep::kBatch;
    config.inputSizes = {InputSizeStage{0, -1, TrainingStep::kSide}};
    config.sources = {SourceConfig{}};
    config.validationPictures = 0;
    config.device = "cpu";
    return config;
}

}  // namespace

TrainingStep::TrainingStep(int threads) : implementation_(std::make_unique<Implementation>()) {
    keepFreedMemory();
    Implementation& step = *implementation_;
    const TrainingConfig config = stepConfig();
    step.threads = threads;
    step.data = openTrainingData(config);
    step.source = step.data.makeSource(kSide);
    step.learner = step.data.makeLearner(config, torch::kCPU, nullptr);
    step.batch.size = kSide;
    step.batch.samples.resize(kBatch);
    for (int i = 0; i < kBatch * config.iterations; ++i) step.batch.realBodies.push_back(step.data.bodies->draw(static_cast<std::uint64_t>(i)));
    drawPictures();
}

TrainingStep::~TrainingStep() = default;

void TrainingStep::drawPictures() {
    for (TrainingSample& sample : implementation_->batch.samples) implementation_->source->draw(implementation_->numDrawn++, sample);
}

void TrainingStep::learn() {
    torch::set_num_threads(implementation_->threads);
    implementation_->learner->learn(implementation_->batch, 0.01);
}

}  // namespace hmr
