// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "training/checkpoint.h"
#include "training/config.h"
#include "training/learner.h"
#include "training/sample_queue.h"
#include "training/training_log.h"
#include "training/validation.h"

namespace hmr {

/// What a run learns, and from what. Sources are made on the threads that draw from them.
struct TrainingData {
    std::function<std::unique_ptr<Learner>(const TrainingConfig&, torch::Device, ProcessGroup*)> makeLearner;
    std::function<std::unique_ptr<SampleSource>(int size)> makeSource;
    std::shared_ptr<const RealBodySource> bodies;  ///< null without the adversarial prior
    std::vector<ValidationSet> validation;
};

/// Where a run writes: config.json, log.jsonl, checkpoints/, weights.safetensors (the average, newest), best.safetensors
/// (the average that did best on the held-out pictures), overlays/.
struct RunFolder {
    std::filesystem::path root;
    std::filesystem::path checkpoints() const { return root / "checkpoints"; }
    std::filesystem::path overlays() const { return root / "overlays"; }
    std::filesystem::path log() const { return root / "log.jsonl"; }
    std::filesystem::path config() const { return root / "config.json"; }
    std::filesystem::path weights() const { return root / "weights.safetensors"; }
    std::filesystem::path bestWeights() const { return root / "best.safetensors"; }
};

/// One training run.
class Trainer {
public:
    /// Starts anew in an empty folder, or with `resume` goes on from the newest checkpoint that is whole. `group` may be null.
    /// Throws Error: a folder that already holds a run (without resume), none or another (with it), weights that do not fit.
    Trainer(TrainingConfig config, TrainingData data, const std::filesystem::path& folder, bool resume, std::ostream& terminal,
            ProcessGroup* group = nullptr);

    /// Trains until the end or until stop is asked for; then validates and writes checkpoint and weights.
    /// Throws Error naming the step when a loss is not finite.
    void run(std::stop_token stop);

    const RunCounters& counters() const { return counters_; }
    Learner& learner() { return *learner_; }

private:
    void resumeNewest();
    void trainStep(SampleQueue& queue);
    void logStep(const StepFigures& figures, double learningRate, const SampleQueue& queue);
    void afterStep();
    void validate();
    void checkpoint();
    /// A full disk must not end days of training: what cannot be written is noted. False then.
    bool write(const std::string& what, const std::function<void()>& writeIt);
    void exportWeights(const std::filesystem::path& file);
    SampleQueueOptions queueOptions();
    double minutesNow() const;
    double progress() const;
    void agreeOnProgress(bool isStopping);
    bool isDue(std::int64_t everySteps, double everyMinutes, double lastMinutes) const;
    bool isFirstProcess() const { return group_ == nullptr || group_->rank() == 0; }

    TrainingConfig config_;
    TrainingData data_;
    RunFolder folder_;
    ProcessGroup* group_;
    torch::Device device_;
    std::unique_ptr<Learner> learner_;
    RunCounters counters_;
    std::optional<TrainingLog> log_;
    std::ostream& terminal_;
    double minutesBefore_ = 0;   ///< of earlier starts
    std::chrono::steady_clock::time_point start_;
    std::atomic<double> minutesForQueue_ = 0;
    double agreedProgress_ = 0;  ///< the same in all processes
    bool isEnding_ = false;
    int inputSize_ = 0;
    double lastCheckpointMinutes_ = 0, lastValidationMinutes_ = 0;
    std::chrono::steady_clock::time_point lastLog_;
    std::int64_t lastLogPictures_ = 0;
    double lastWaited_ = 0;
    std::string startedFrom_;  ///< what the initial weights say of themselves; empty: a start from nothing
    std::vector<std::pair<std::string, Figures>> lastAccuracy_;
};

/// The device a configuration asks for; of several GPUs the one of this process. Throws Error when it asks for CUDA and there is none.
torch::Device trainingDevice(const TrainingConfig& config);

}  // namespace hmr
