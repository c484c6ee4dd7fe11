// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "network/weights_file.h"
#include "training/config.h"
#include "training/flat_parameters.h"
#include "training/process_group.h"
#include "training/sample_queue.h"
#include "training/validation.h"

namespace hmr {

/// What one step tells the log: the unweighted terms by name, in order.
struct StepFigures {
    double loss = 0, gradientNorm = 0;
    std::vector<std::pair<std::string, double>> terms;
};

/// A network that learns, and everything that changes while it does: parameters, their moving average, the optimiser. What it
/// learns and how it is judged is the derived class's.
class Learner {
public:
    virtual ~Learner() = default;

    /// Adds the gradients of one batch; every `accumulate` batches the parameters change.
    /// Throws Error when the loss or its gradient is not finite; parameters are then as before.
    virtual StepFigures learn(const SampleBatch& batch, double learningRateFactor) = 0;

    /// How well the averaged weights do on held-out pictures.
    virtual Verdict judge(const std::vector<TrainingSample>& samples, double personShare) = 0;

    /// Writes the averaged weights with what the metadata say and what is needed to use them on crops of that size.
    virtual void exportWeights(const std::filesystem::path& file, int inputSize, Metadata metadata) = 0;

    /// Every tensor of the state by name, sharing its storage; with the counters below it is all a checkpoint needs.
    virtual std::vector<std::pair<std::string, torch::Tensor>> state();
    virtual std::vector<std::int64_t*> counters();

    std::size_t numParameters() const { return static_cast<std::size_t>(parameters_->values.numel()); }
    torch::Device device() const { return device_; }

protected:
    /// `group` may be null. The derived class fills its module and then calls adopt().
    Learner(const TrainingConfig& config, torch::Device device, ProcessGroup* group) : config_(config), device_(device), group_(group) {}
    void adopt(torch::nn::Module& module);

    bool startsUpdate() const { return numAccumulated_ == 0; }
    bool endsUpdate() const { return numAccumulated_ + 1 >= config_.accumulate; }
    void clearGradients();
    /// Adds the gradient of the loss to the others. Throws Error when it is not finite.
    void addGradient(const torch::Tensor& loss, StepFigures& figures);
    /// Counts the batch and, when it was the last of an update, moves the parameters.
    void finishBatch(double learningRate, StepFigures& figures);

    /// Runs `work` with the averaged weights and running statistics, without gradients.
    template <typename Work>
    auto withAverage(Work work) {
        const torch::NoGradGuard noGradient;
        const AverageScope scope(*this);
        return work();
    }

    TrainingConfig config_;
    torch::Device device_;
    ProcessGroup* group_;

private:
    /// Swaps the average in, and out again at its end.
    class AverageScope {
    public:
        explicit AverageScope(Learner& learner) : learner_(learner) { learner_.swapAveraged(); }
        ~AverageScope() { learner_.swapAveraged(); }
        AverageScope(const AverageScope&) = delete;
        AverageScope& operator=(const AverageScope&) = delete;

    private:
        Learner& learner_;
    };

    double update(double learningRate);
    void updateAverage();
    void swapAveraged();

    std::optional<FlatParameters> parameters_;
    std::optional<FlatAdam> optimizer_;
    torch::Tensor averaged_;
    std::vector<torch::Tensor> buffers_, averagedBuffers_;
    std::int64_t numAccumulated_ = 0, numUpdates_ = 0;
};

/// Runs a network in bfloat16 where that is safe, for as long as the object lives.
class AutocastScope {
public:
    AutocastScope(bool isWanted, torch::Device device);
    ~AutocastScope();
    AutocastScope(const AutocastScope&) = delete;
    AutocastScope& operator=(const AutocastScope&) = delete;

private:
    bool isOn_;
    torch::DeviceType device_;
};

}  // namespace hmr
