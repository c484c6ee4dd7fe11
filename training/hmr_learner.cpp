// SPDX-License-Identifier: MIT
#include "training/hmr_learner.h"

#include <torch/torch.h>

#include <algorithm>

#include "body/error.h"
#include "body/rotation.h"
#include "network/losses.h"
#include "training/lifted_bodies.h"

namespace hmr {
namespace {

NetworkRecipe recipeOf(const TrainingConfig& config, const BodyModel& body) {
    NetworkRecipe recipe;
    recipe.architecture = config.architecture;
    recipe.inputSize = config.inputSizes.back().size;
    recipe.personShare = config.personShare;
    recipe.rotationEncoding = config.rotationEncoding;
    recipe.iterations = config.iterations;
    recipe.baseChannels = config.baseChannels;
    recipe.hiddenSize = config.hiddenSize;
    recipe.hasJointMaps = config.jointMaps;
    recipe.bodyModelId = body.data().modelId;
    recipe.bodyModelHash = body.data().contentHash;
    return recipe;
}

HmrModelOptions optionsOf(const TrainingConfig& config, const NetworkRecipe& recipe) {
    HmrModelOptions options = modelOptions(recipe);
    options.dropout = config.dropout;
    return options;
}

void setTrainable(torch::nn::Module& module, bool trainable) {
    for (torch::Tensor parameter : module.parameters()) parameter.set_requires_grad(trainable);
}

std::vector<PredictedJoints> jointsOf(const HmrPrediction& prediction, const BodyLayer& body) {
    const torch::Tensor joints = body.cocoPlus(prediction.rotations, prediction.betas);
    const torch::Tensor projected = projectWeakPerspective(joints, prediction.camera).to(torch::kCPU, torch::kFloat64).contiguous();
    const torch::Tensor joints3d = joints.to(torch::kCPU, torch::kFloat64).contiguous();
    std::vector<PredictedJoints> result(static_cast<std::size_t>(joints.size(0)));
    for (std::size_t i = 0; i < result.size(); ++i) {
        const double* row3d = joints3d.data_ptr<double>() + i * kNumCocoPlusJoints * 3;
        const double* row2d = projected.data_ptr<double>() + i * kNumCocoPlusJoints * 2;
        result[i].joints3d = Eigen::Map<const Points3d>(row3d, kNumCocoPlusJoints, 3);
        result[i].joints2d = Eigen::Map<const Points2d>(row2d, kNumCocoPlusJoints, 2);
    }
    return result;
}

void addSeen(torch::Tensor seen, std::vector<PredictedJoints>& joints) {
    seen = seen.to(torch::kCPU, torch::kFloat64).contiguous();
    for (std::size_t i = 0; i < joints.size(); ++i)
        joints[i].seen2d = Eigen::Map<const Points2d>(seen.data_ptr<double>() + i * kNumCocoPlusJoints * 2, kNumCocoPlusJoints, 2);
}

}  // namespace

HmrLearner::HmrLearner(const TrainingConfig& config, const BodyModel& body, const BodyParameters& meanBody, torch::Device device,
                       ProcessGroup* group)
    : Learner(config, device, group), recipe_(recipeOf(config, body)), model_(optionsOf(config, recipe_)), body_(body, device),
      meanBody_(meanBody) {
    model_->setMeanParameters(meanBody, WeakPerspectiveCamera{});
    if (!config.initialWeights.empty()) loadMatchingWeights(config.initialWeights, *model_);
    adopt(*model_);
    if (!config.adversarialPrior) return;
    discriminator_ = PosePriorDiscriminator(DiscriminatorOptions{});
    discriminator_->to(device);
    discriminatorParameters_.emplace(*discriminator_, false);
    discriminatorOptimizer_.emplace(*discriminatorParameters_, config.weightDecay);
}

torch::Tensor HmrLearner::normalized(const torch::Tensor& pictures) const {
    const torch::Tensor images = normalizedImages(pictures, recipe_);
    return config_.channelsLast ? images.contiguous(torch::MemoryFormat::ChannelsLast) : images.contiguous();
}

HmrEncoding HmrLearner::encode(const torch::Tensor& pictures) {
    HmrEncoding encoding;
    {
        const AutocastScope autocast(config_.precision == "bfloat16", device_);
        encoding = model_->encode(normalized(pictures));
    }
    encoding.features = encoding.features.to(torch::kFloat32);
    return encoding;
}

torch::Tensor HmrLearner::withoutSomeAppearance(const torch::Tensor& features) const {
    if (config_.appearanceDropout <= 0) return features;
    const std::int64_t numAppearance = model_->appearanceSize();
    const auto kept = (torch::rand({features.size(0), 1}, features.options()) >= config_.appearanceDropout).to(features.scalar_type());
    return torch::cat({features.narrow(1, 0, numAppearance) * kept, features.narrow(1, numAppearance, features.size(1) - numAppearance)}, 1);
}

StepFigures HmrLearner::learn(const SampleBatch& batch, double learningRateFactor) {
    return learn(tensorBatch(batch, config_.paired, device_), learningRateFactor);
}

StepFigures HmrLearner::learn(const TensorBatch& batch, double learningRateFactor) {
    model_->train();
    if (startsUpdate()) clearGradients();
    if (discriminator_) setTrainable(*discriminator_, false);
    const HmrEncoding encoding = encode(batch.pictures);
    const bool hasMaps = encoding.maps.has_value();
    const std::vector<HmrPrediction> predictions = model_->regress(hasMaps ? withoutSomeAppearance(encoding.features) : encoding.features);
    Objective objective = encoderObjective(predictions, batch, body_, discriminator_ ? discriminator_.get() : nullptr, config_.losses);
    if (hasMaps) addMapTerms(*encoding.maps, batch, config_.losses, objective);
    if (config_.liftedBodies > 0) addLifted(batch, objective);
    StepFigures figures;
    for (const auto& [name, term] : objective.terms) figures.terms.emplace_back(name, term.item<double>());
    addGradient(objective.total, figures);
    if (discriminator_) updateDiscriminator(predictions, batch, learningRateFactor, figures);
    finishBatch(config_.learningRate * learningRateFactor, figures);
    return figures;
}

void HmrLearner::addLifted(const TensorBatch& batch, Objective& objective) {
    const auto count = std::min<std::int64_t>(config_.liftedBodies * batch.pictures.size(0), batch.realRotations.size(0));
    const LiftedBodies lifted = liftBodies(batch.realRotations.narrow(0, 0, count), batch.realBetas.narrow(0, 0, count), body_,
                                           recipe_.personShare, model_->appearanceSize());
    const torch::Tensor term = liftedObjective(model_->regress(lifted.features), lifted.labels, body_, config_.losses);
    objective.total = objective.total + config_.losses.lifted * term;
    objective.terms.emplace_back("lifted", term.detach());
}

void HmrLearner::updateDiscriminator(const std::vector<HmrPrediction>& predictions, const TensorBatch& batch, double factor,
                                     StepFigures& figures) {
    setTrainable(*discriminator_, true);
    if (startsUpdate()) discriminatorParameters_->gradients.zero_();
    const torch::Tensor loss = discriminatorObjective(predictions, batch, *discriminator_);
    figures.terms.emplace_back("discriminator", loss.item<double>());
    (loss / config_.accumulate).backward();
    if (!endsUpdate()) return;
    if (group_ != nullptr) group_->average(discriminatorParameters_->gradients);
    discriminatorOptimizer_->step(*discriminatorParameters_, config_.discriminatorLearningRate * factor);
}

HmrLearner::Answer HmrLearner::answer(const torch::Tensor& pictures) {
    return withAverage([&] {
        model_->eval();
        HmrEncoding encoding = model_->encode(normalized(pictures));
        return Answer{model_->regress(encoding.features), std::move(encoding.maps)};
    });
}

std::vector<HmrPrediction> HmrLearner::predict(const torch::Tensor& pictures) { return answer(pictures).predictions; }

std::vector<PredictedJoints> HmrLearner::predictJoints(const std::vector<TrainingSample>& samples) {
    const torch::NoGradGuard noGradient;
    const auto batch = static_cast<std::size_t>(config_.batch);
    std::vector<PredictedJoints> predicted;
    for (std::size_t first = 0; first < samples.size(); first += batch) {
        const std::size_t last = std::min(samples.size(), first + batch);
        const TensorBatch tensors = tensorBatch(std::vector(samples.begin() + static_cast<std::ptrdiff_t>(first),
                                                            samples.begin() + static_cast<std::ptrdiff_t>(last)), true, device_);
        const Answer said = answer(tensors.pictures);
        std::vector<PredictedJoints> joints = jointsOf(said.predictions.back(), body_);
        if (said.maps) addSeen(said.maps->keypoints, joints);
        std::ranges::move(joints, std::back_inserter(predicted));
    }
    return predicted;
}

Verdict HmrLearner::judge(const std::vector<TrainingSample>& samples, double personShare) {
    const torch::NoGradGuard noGradient;
    const std::vector<PredictedJoints> predicted = predictJoints(samples);
    const std::vector meanPose(samples.size(), jointsOf(startPrediction(), body_).front());
    const Accuracy accuracy = accuracyOf(predicted, samples, personShare);
    return {figuresOf(accuracy), figuresOf(accuracyOf(meanPose, samples, personShare)), accuracy.pck10, overlaySheet(predicted, samples)};
}

void HmrLearner::exportWeights(const std::filesystem::path& file, int inputSize, Metadata metadata) {
    NetworkRecipe recipe = recipe_;
    recipe.inputSize = inputSize;
    withAverage([&] { saveWeights(file, *model_, recipe, std::move(metadata)); });
}

HmrPrediction HmrLearner::startPrediction() const {
    const auto options = torch::TensorOptions().dtype(torch::kFloat32);
    torch::Tensor rotations = torch::empty({1, kNumSmplJoints, 3, 3}, options), betas = torch::empty({1, kNumBetas}, options);
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        const Eigen::Matrix3d rotation = rotationFromAxisAngle(meanBody_.pose.row(joint).transpose());
        for (int i = 0; i < 9; ++i) rotations.data_ptr<float>()[9 * joint + i] = static_cast<float>(rotation(i / 3, i % 3));
    }
    for (int i = 0; i < kNumBetas; ++i) betas.data_ptr<float>()[i] = static_cast<float>(meanBody_.betas[i]);
    const auto scale = static_cast<float>(WeakPerspectiveCamera{}.scale);
    return {torch::tensor({scale, 0.0f, 0.0f}, options).unsqueeze(0).to(device_), rotations.to(device_), betas.to(device_)};
}

std::vector<std::pair<std::string, torch::Tensor>> HmrLearner::state() {
    auto tensors = Learner::state();
    if (discriminator_) {
        tensors.emplace_back("discriminator.values", discriminatorParameters_->values);
        tensors.emplace_back("discriminator.adam.mean", discriminatorOptimizer_->mean);
        tensors.emplace_back("discriminator.adam.square", discriminatorOptimizer_->square);
    }
    return tensors;
}

std::vector<std::int64_t*> HmrLearner::counters() {
    auto counters = Learner::counters();
    if (discriminator_) counters.push_back(&discriminatorOptimizer_->numSteps);
    return counters;
}

}  // namespace hmr
