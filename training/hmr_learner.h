// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <vector>

#include "network/body_layer.h"
#include "network/discriminator.h"
#include "network/modules.h"
#include "training/batch.h"
#include "training/learner.h"
#include "training/objective.h"

namespace hmr {

/// The recovery network and its discriminator.
class HmrLearner : public Learner {
public:
    /// `group` may be null. Throws Error for initial weights that do not fit.
    HmrLearner(const TrainingConfig& config, const BodyModel& body, const BodyParameters& meanBody, torch::Device device, ProcessGroup* group);

    StepFigures learn(const SampleBatch& batch, double learningRateFactor) override;
    Verdict judge(const std::vector<TrainingSample>& samples, double personShare) override;
    void exportWeights(const std::filesystem::path& file, int inputSize, Metadata metadata) override;
    std::vector<std::pair<std::string, torch::Tensor>> state() override;
    std::vector<std::int64_t*> counters() override;

    StepFigures learn(const TensorBatch& batch, double learningRateFactor);

    /// Predictions of the averaged weights, without dropout, in float32. Training goes on as if this had not been called.
    std::vector<HmrPrediction> predict(const torch::Tensor& pictures);

    /// The start of the regressor's corrections, the same for every picture: the baseline to beat. N = 1.
    HmrPrediction startPrediction() const;

    HmrModel& model() { return model_; }
    const BodyLayer& body() const { return body_; }

private:
    torch::Tensor normalized(const torch::Tensor& pictures) const;
    HmrEncoding encode(const torch::Tensor& pictures);
    torch::Tensor withoutSomeAppearance(const torch::Tensor& features) const;
    void addLifted(const TensorBatch& batch, Objective& objective);
    void updateDiscriminator(const std::vector<HmrPrediction>& predictions, const TensorBatch& batch, double factor, StepFigures& figures);
    /// What the averaged network says of pictures, without dropout.
    struct Answer {
        std::vector<HmrPrediction> predictions;
        std::optional<JointMaps> maps;
    };
    Answer answer(const torch::Tensor& pictures);
    std::vector<PredictedJoints> predictJoints(const std::vector<TrainingSample>& samples);

    NetworkRecipe recipe_;
    HmrModel model_{nullptr};
    BodyLayer body_;
    BodyParameters meanBody_;
    PosePriorDiscriminator discriminator_{nullptr};
    std::optional<FlatParameters> discriminatorParameters_;
    std::optional<FlatAdam> discriminatorOptimizer_;
};

}  // namespace hmr
