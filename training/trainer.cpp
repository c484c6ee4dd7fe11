// SPDX-License-Identifier: MIT
#include "training/trainer.h"

#include <torch/torch.h>

#include <algorithm>
#include <ostream>
#include <thread>

#include "body/error.h"
#include "formats/atomic_file.h"
#include "formats/tensors/tensor_file.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// The network's random start belongs to the configuration's seed.
const TrainingConfig& seeded(const TrainingConfig& config) {
    torch::manual_seed(config.seed);
    return config;
}

/// "default.safetensors (283200 pictures, 1.97 hours)", and what those weights were started from themselves; of others' weights the name.
std::string historyOf(const fs::path& weights) {
    if (weights.empty()) return {};
    const auto metadata = openTensorFile(weights)->metadata();
    const auto said = [&](const char* key) {
        const auto found = metadata.find(key);
        return found == metadata.end() ? std::string("an unknown number of") : found->second;
    };
    std::string history = weights.filename().string();
    if (metadata.contains("pictures_seen")) history += " (" + said("pictures_seen") + " pictures, " + said("hours") + " hours)";
    if (metadata.contains("started_from")) history += ", started from " + said("started_from");
    return history;
}

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

}  // namespace

torch::Device trainingDevice(const TrainingConfig& config) {
    const bool hasCuda = torch::cuda::is_available();
    if (config.device == "cuda" && !hasCuda) throw Error("the configuration asks for CUDA, but this LibTorch or machine has none");
    if (config.device == "cpu" || !hasCuda) return torch::kCPU;
    return {torch::kCUDA, static_cast<torch::DeviceIndex>(gpuIndex(static_cast<int>(torch::cuda::device_count())))};
}

Trainer::Trainer(TrainingConfig config, TrainingData data, const fs::path& folder, bool resume, std::ostream& terminal, ProcessGroup* group)
    : config_(std::move(config)), data_(std::move(data)), folder_{folder}, group_(group), device_(trainingDevice(config_)),
      learner_(data_.makeLearner(seeded(config_), device_, group)), terminal_(terminal) {
    const int threads = config_.threads > 0 ? config_.threads : static_cast<int>(std::thread::hardware_concurrency());
    torch::set_num_threads(std::max(1, threads));
    const bool hasRun = !checkpointsIn(folder_.checkpoints()).empty();
    if (resume && !hasRun) throw Error(folder.string() + " holds no checkpoint to resume from; leave out --resume to start a run");
    if (!resume && hasRun) throw Error(folder.string() + " already holds a run; add --resume to go on, or choose another folder");
    fs::create_directories(folder_.checkpoints());
    fs::create_directories(folder_.overlays());
    startedFrom_ = historyOf(config_.initialWeights);
    if (resume) resumeNewest();
    if (group_ != nullptr) torch::manual_seed(config_.seed + static_cast<std::uint64_t>(group_->rank() + group_->size() * counters_.step));
    if (isFirstProcess()) {
        writeWholeFile(folder_.config(), trainingConfigText(config_));
        log_.emplace(folder_.log(), counters_.step, terminal_);
        if (group_ != nullptr) log_->note(std::to_string(group_->size()) + " processes, averaged through " + group_->backend());
    }
    minutesBefore_ = lastCheckpointMinutes_ = lastValidationMinutes_ = counters_.minutes;
    minutesForQueue_ = counters_.minutes;
    start_ = lastLog_ = Clock::now();
    lastLogPictures_ = counters_.pictures;
}

void Trainer::resumeNewest() {
    const std::vector<fs::path> files = checkpointsIn(folder_.checkpoints());
    for (std::size_t i = 0; i < files.size(); ++i) {
        try {
            counters_ = loadCheckpoint(files[i], *learner_, config_);
            if (isFirstProcess())
                terminal_ << "resuming at step " << counters_.step << ", " << counters_.pictures << " pictures seen" << std::endl;
            return;
        } catch (const CheckpointMismatch&) {
            throw;  // those before it are of the same run
        } catch (const Error& error) {
            if (i + 1 == files.size()) throw;
            terminal_ << error.what() << "; trying the checkpoint before it" << std::endl;
        }
    }
}

SampleQueueOptions Trainer::queueOptions() {
    SampleQueueOptions options;
    options.batch = config_.batch;
    options.realBodies = data_.bodies ? config_.batch * config_.iterations : 0;
    options.threads = config_.sampleThreads;
    options.queuedBatches = config_.queuedBatches;
    if (group_ != nullptr) options.processes = static_cast<std::uint64_t>(group_->size()), options.rank = static_cast<std::uint64_t>(group_->rank());
    options.makeSource = data_.makeSource;
    options.bodies = data_.bodies;
    // without a time limit the size follows from the sample's number alone, so a resumed run draws the same
    options.sizeAt = [this](std::uint64_t firstSample) {
        const auto pictures = static_cast<std::int64_t>(firstSample);
        return inputSizeAt(config_, pictures, runProgress(config_, pictures, minutesForQueue_));
    };
    return options;
}

double Trainer::minutesNow() const { return minutesBefore_ + secondsSince(start_) / 60; }
double Trainer::progress() const { return runProgress(config_, counters_.pictures, counters_.minutes); }

void Trainer::agreeOnProgress(bool isStopping) {
    agreedProgress_ = progress();
    isEnding_ = isStopping || agreedProgress_ >= 1;
    if (group_ == nullptr) return;
    // clocks differ between processes, their learning rates and their ends must not
    torch::Tensor state = torch::tensor({agreedProgress_, isEnding_ ? 1.0 : 0.0}, torch::kFloat64);
    group_->average(state);
    agreedProgress_ = state[0].item<double>();
    isEnding_ = state[1].item<double>() > 0;
}

bool Trainer::isDue(std::int64_t everySteps, double everyMinutes, double lastMinutes) const {
    if (everySteps > 0) return counters_.step % everySteps == 0;
    return everyMinutes > 0 && counters_.minutes - lastMinutes >= everyMinutes;
}

void Trainer::run(std::stop_token stop) {
    {
        SampleQueue queue(queueOptions(), static_cast<std::uint64_t>(counters_.step));
        lastWaited_ = 0;
        agreeOnProgress(stop.stop_requested());
        while (!isEnding_) {
            trainStep(queue);
            afterStep();
            agreeOnProgress(stop.stop_requested());
        }
    }
    if (!isFirstProcess()) return;
    validate();
    checkpoint();
    log_->note("finished at step " + std::to_string(counters_.step) + " after " + durationText(counters_.minutes * 60) + "; weights: " +
               folder_.weights().string());
}

void Trainer::trainStep(SampleQueue& queue) {
    const SampleBatch samples = queue.next();
    inputSize_ = samples.size;
    const double factor = learningRateFactor(config_, counters_.pictures, agreedProgress_);
    StepFigures figures;
    try {
        figures = learner_->learn(samples, factor);
    } catch (const Error& error) {
        throw Error("training stopped at step " + std::to_string(counters_.step + 1) + ": " + error.what() +
                    ". Resume from the last checkpoint with a smaller learning rate or look at that batch");
    }
    ++counters_.step;
    counters_.pictures += static_cast<std::int64_t>(config_.batch) * (group_ != nullptr ? group_->size() : 1);
    counters_.minutes = minutesNow();
    if (isFirstProcess() && counters_.step % config_.logEverySteps == 0) logStep(figures, config_.learningRate * factor, queue);
    minutesForQueue_ = counters_.minutes;
}

void Trainer::logStep(const StepFigures& figures, double learningRate, const SampleQueue& queue) {
    const double seconds = std::max(secondsSince(lastLog_), 1e-9);
    log_->step(counters_, figures, learningRate, inputSize_, static_cast<double>(counters_.pictures - lastLogPictures_) / seconds,
               (queue.waitedSeconds() - lastWaited_) / seconds, agreedProgress_);
    lastLog_ = Clock::now();
    lastLogPictures_ = counters_.pictures;
    lastWaited_ = queue.waitedSeconds();
}

void Trainer::afterStep() {
    const bool isAtUpdate = counters_.step % config_.accumulate == 0;
    if (!isAtUpdate || !isFirstProcess()) return;
    if (isDue(config_.validateEverySteps, config_.validateEveryMinutes, lastValidationMinutes_)) {
        validate();
        lastValidationMinutes_ = counters_.minutes = minutesNow();
    }
    if (isDue(config_.checkpointEverySteps, config_.checkpointEveryMinutes, lastCheckpointMinutes_)) {
        checkpoint();
        lastCheckpointMinutes_ = counters_.minutes;
    }
}

bool Trainer::write(const std::string& what, const std::function<void()>& writeIt) {
    try {
        writeIt();
        return true;
    } catch (const Error& error) {
        log_->note(what + " could not be written, training goes on: " + error.what());
        return false;
    }
}

void Trainer::checkpoint() {
    const auto file = folder_.checkpoints() / checkpointName(counters_.step);
    const bool isSaved = write("the checkpoint", [&] { saveCheckpoint(file, *learner_, counters_, config_); });
    write("the weights", [&] { exportWeights(folder_.weights()); });
    if (isSaved) pruneCheckpoints(folder_.checkpoints(), config_.keepCheckpoints);
}

}  // namespace hmr
