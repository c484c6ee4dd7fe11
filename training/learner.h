// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "network/body_layer.h"
#include "network/discriminator.h"
#include "network/modules.h"
#include "training/batch.h"
#include "training/config.h"
#include "training/flat_parameters.h"
#include "training/objective.h"
#include "training/process_group.h"

namespace hmr {

/// What one step tells the log: the unweighted terms by name, in order.
struct StepFigures {
    double loss = 0, gradientNorm = 0;
    std::vector<std::pair<std::string, double>> terms;
};

/// The network, its discriminator and everything that changes while they learn.
class Learner {
public:
    /// `group` may be null. Throws Error for initial weights that do not fit.
    Learner(const TrainingConfig& config, const BodyModel& body, const BodyParameters& meanBody, torch::Device device, ProcessGroup* group);

    /// Adds the gradients of one batch; every `accumulate` batches the parameters change.
    /// Throws Error when the loss or its gradient is not finite; parameters are then as before.
    StepFigures accumulate(const TensorBatch& batch, double learningRateFactor);

    /// Predictions of the averaged weights, without dropout, in float32. Training goes on as if this had not been called.
    std::vector<HmrPrediction> predict(const torch::Tensor& pictures);

    /// Where the averaged network sees the joints, [N,19,2] crop coordinates; undefined without joint maps.
    torch::Tensor seenJoints(const torch::Tensor& pictures);

    /// The start of the regressor's corrections, the same for every picture: the baseline to beat. N = 1.
    HmrPrediction startPrediction() const;

    const NetworkRecipe& recipe() const { return recipe_; }
    void setInputSize(int size) { recipe_.inputSize = size; }
    HmrModel& model() { return model_; }
    const BodyLayer& body() const { return body_; }
    torch::Device device() const { return device_; }
    bool isPaired() const { return config_.paired; }

    /// Every tensor of the state by name, sharing its storage; with the counters below it is all a checkpoint needs.
    std::vector<std::pair<std::string, torch::Tensor>> state();
    std::vector<std::int64_t*> counters();

    /// Swaps the averaged weights in (and, called again, out).
    void swapAveraged();

private:
    torch::Tensor normalized(const torch::Tensor& pictures) const;
    HmrEncoding encode(const torch::Tensor& pictures);
    torch::Tensor withoutSomeAppearance(const torch::Tensor& features) const;
    void addLifted(const TensorBatch& batch, Objective& objective);
    double updateEncoder(double learningRate);
    void updateDiscriminator(const std::vector<HmrPrediction>& predictions, const TensorBatch& batch, double factor,
                             StepFigures& figures);
    void updateAverage();
    /// Runs `work` with the averaged weights, without dropout and gradients.
    template <typename Work>
    auto withAverage(Work work);

    TrainingConfig config_;
    torch::Device device_;
    ProcessGroup* group_;
    NetworkRecipe recipe_;
    HmrModel model_{nullptr};
    BodyLayer body_;
    BodyParameters meanBody_;
    PosePriorDiscriminator discriminator_{nullptr};
    std::optional<FlatParameters> parameters_, discriminatorParameters_;
    std::optional<FlatAdam> optimizer_, discriminatorOptimizer_;
    torch::Tensor averaged_;
    std::vector<torch::Tensor> buffers_, averagedBuffers_;
    std::int64_t numAccumulated_ = 0, numUpdates_ = 0;
};

}  // namespace hmr
