// SPDX-License-Identifier: MIT
#include "training/learner.h"

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "body/error.h"
#include "body/rotation.h"
#include "network/weights_file.h"
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
    recipe.hasJointMaps = config.jointMaps;
    recipe.bodyModelId = body.data().modelId;
    recipe.bodyModelHash = body.data().contentHash;
    return recipe;
}

HmrModelOptions optionsOf(const TrainingConfig& config, const NetworkRecipe& recipe) {
    HmrModelOptions options = modelOptions(recipe);
    options.hiddenSize = config.hiddenSize;
    options.dropout = config.dropout;
    return options;
}

/// Runs the network in bfloat16 where that is safe, for as long as the object lives.
class AutocastScope {
public:
    AutocastScope(bool wanted, torch::Device device) : isOn_(wanted), isCuda_(device.is_cuda()) {
        if (!isOn_) return;
        if (isCuda_) {
            at::autocast::set_autocast_gpu_dtype(torch::kBFloat16);
            at::autocast::set_enabled(true);
        } else {
            at::autocast::set_autocast_cpu_dtype(torch::kBFloat16);
            at::autocast::set_cpu_enabled(true);
        }
    }
    ~AutocastScope() {
        if (!isOn_) return;
        at::autocast::clear_cache();
        if (isCuda_)
            at::autocast::set_enabled(false);
        else
            at::autocast::set_cpu_enabled(false);
    }

private:
    bool isOn_, isCuda_;
};

void setTrainable(torch::nn::Module& module, bool trainable) {
    for (torch::Tensor parameter : module.parameters()) parameter.set_requires_grad(trainable);
}

}  // namespace

Learner::Learner(const TrainingConfig& config, const BodyModel& body, const BodyParameters& meanBody, torch::Device device,
                 ProcessGroup* group)
    : config_(config), device_(device), group_(group), recipe_(recipeOf(config, body)), model_(optionsOf(config, recipe_)),
      body_(body, device), meanBody_(meanBody) {
    model_->setMeanParameters(meanBody, WeakPerspectiveCamera{});
    if (!config.initialWeights.empty()) loadMatchingWeights(config.initialWeights, *model_);
    model_->to(device);
    parameters_.emplace(*model_, config.channelsLast);
    optimizer_.emplace(*parameters_, config.weightDecay);
    averaged_ = parameters_->values.clone();
    buffers_ = floatBuffers(*model_);
    for (const torch::Tensor& buffer : buffers_) averagedBuffers_.push_back(buffer.clone());
    if (!config.adversarialPrior) return;
    discriminator_ = PosePriorDiscriminator(DiscriminatorOptions{});
    discriminator_->to(device);
    discriminatorParameters_.emplace(*discriminator_, false);
    discriminatorOptimizer_.emplace(*discriminatorParameters_, config.weightDecay);
}

torch::Tensor Learner::normalized(const torch::Tensor& pictures) const {
    const torch::Tensor images = normalizedImages(pictures, recipe_);
    return config_.channelsLast ? images.contiguous(torch::MemoryFormat::ChannelsLast) : images.contiguous();
}

HmrEncoding Learner::encode(const torch::Tensor& pictures) {
    HmrEncoding encoding;
    {
        const AutocastScope autocast(config_.precision == "bfloat16", device_);
        encoding = model_->encode(normalized(pictures));
    }
    encoding.features = encoding.features.to(torch::kFloat32);
    return encoding;
}

torch::Tensor Learner::withoutSomeAppearance(const torch::Tensor& features) const {
    if (config_.appearanceDropout <= 0) return features;
    const std::int64_t numAppearance = model_->appearanceSize();
    const auto kept = (torch::rand({features.size(0), 1}, features.options()) >= config_.appearanceDropout).to(features.scalar_type());
    return torch::cat({features.narrow(1, 0, numAppearance) * kept, features.narrow(1, numAppearance, features.size(1) - numAppearance)}, 1);
}

StepFigures Learner::accumulate(const TensorBatch& batch, double learningRateFactor) {
    model_->train();
    if (numAccumulated_ == 0) parameters_->gradients.zero_();
    if (discriminator_) setTrainable(*discriminator_, false);
    const HmrEncoding encoding = encode(batch.pictures);
    const bool hasMaps = encoding.maps.has_value();
    const std::vector<HmrPrediction> predictions = model_->regress(hasMaps ? withoutSomeAppearance(encoding.features) : encoding.features);
    Objective objective = encoderObjective(predictions, batch, body_, discriminator_ ? discriminator_.get() : nullptr, config_.losses);
    if (hasMaps) addMapTerms(*encoding.maps, batch, config_.losses, objective);
    if (config_.liftedBodies > 0) addLifted(batch, objective);
    StepFigures figures;
    figures.loss = objective.total.item<double>();
    for (const auto& [name, term] : objective.terms) figures.terms.emplace_back(name, term.item<double>());
    if (!std::isfinite(figures.loss)) throw Error("the loss is not finite (" + std::to_string(figures.loss) + ")");
    (objective.total / config_.accumulate).backward();
    if (discriminator_) updateDiscriminator(predictions, batch, learningRateFactor, figures);
    if (++numAccumulated_ < config_.accumulate) return figures;
    numAccumulated_ = 0;
    figures.gradientNorm = updateEncoder(config_.learningRate * learningRateFactor);
    return figures;
}

void Learner::addLifted(const TensorBatch& batch, Objective& objective) {
    const auto count = std::min<std::int64_t>(config_.liftedBodies * batch.pictures.size(0), batch.realRotations.size(0));
    const LiftedBodies lifted = liftBodies(batch.realRotations.narrow(0, 0, count), batch.realBetas.narrow(0, 0, count), body_,
                                           recipe_.personShare, model_->appearanceSize());
    const torch::Tensor term = liftedObjective(model_->regress(lifted.features), lifted.labels, body_, config_.losses);
    objective.total = objective.total + config_.losses.lifted * term;
    objective.terms.emplace_back("lifted", term.detach());
}

double Learner::updateEncoder(double learningRate) {
    if (group_ != nullptr) {
        group_->average(parameters_->gradients);
        for (torch::Tensor& buffer : buffers_) group_->average(buffer);
    }
    const double norm = parameters_->gradients.norm().item<double>();
    if (!std::isfinite(norm)) throw Error("the gradient of the loss is not finite");
    if (config_.gradientClip > 0 && norm > config_.gradientClip) parameters_->gradients.mul_(config_.gradientClip / norm);
    optimizer_->step(*parameters_, learningRate);
    updateAverage();
    return norm;
}

void Learner::updateDiscriminator(const std::vector<HmrPrediction>& predictions, const TensorBatch& batch, double factor,
                                  StepFigures& figures) {
    setTrainable(*discriminator_, true);
    if (numAccumulated_ == 0) discriminatorParameters_->gradients.zero_();
    const torch::Tensor loss = discriminatorObjective(predictions, batch, *discriminator_);
    figures.terms.emplace_back("discriminator", loss.item<double>());
    (loss / config_.accumulate).backward();
    if (numAccumulated_ + 1 < config_.accumulate) return;
    if (group_ != nullptr) group_->average(discriminatorParameters_->gradients);
    discriminatorOptimizer_->step(*discriminatorParameters_, config_.discriminatorLearningRate * factor);
}

void Learner::updateAverage() {
    const torch::NoGradGuard noGradient;
    ++numUpdates_;
    // a young average follows quickly, else the random start would weigh for long
    const double decay = std::min(config_.emaDecay, (1.0 + static_cast<double>(numUpdates_)) / (10.0 + static_cast<double>(numUpdates_)));
    averaged_.lerp_(parameters_->values, 1 - decay);
    for (std::size_t i = 0; i < buffers_.size(); ++i) averagedBuffers_[i].lerp_(buffers_[i], 1 - decay);
}

void Learner::swapAveraged() {
    const torch::NoGradGuard noGradient;
    const auto swap = [](torch::Tensor& a, torch::Tensor& b) {
        const torch::Tensor kept = a.clone();
        a.copy_(b);
        b.copy_(kept);
    };
    swap(parameters_->values, averaged_);
    for (std::size_t i = 0; i < buffers_.size(); ++i) swap(buffers_[i], averagedBuffers_[i]);
}

template <typename Work>
auto Learner::withAverage(Work work) {
    const torch::NoGradGuard noGradient;
    swapAveraged();
    model_->eval();
    try {
        auto result = work();
        swapAveraged();
        return result;
    } catch (...) {
        swapAveraged();
        throw;
    }
}

std::vector<HmrPrediction> Learner::predict(const torch::Tensor& pictures) {
    return withAverage([&] { return model_->forward(normalized(pictures)); });
}

torch::Tensor Learner::seenJoints(const torch::Tensor& pictures) {
    return withAverage([&] {
        const auto maps = model_->encode(normalized(pictures)).maps;
        return maps ? maps->keypoints : torch::Tensor();
    });
}

HmrPrediction Learner::startPrediction() const {
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

std::vector<std::pair<std::string, torch::Tensor>> Learner::state() {
    std::vector<std::pair<std::string, torch::Tensor>> tensors = {{"encoder.values", parameters_->values},
                                                                  {"encoder.averaged", averaged_},
                                                                  {"encoder.adam.mean", optimizer_->mean},
                                                                  {"encoder.adam.square", optimizer_->square}};
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
        tensors.emplace_back("encoder.buffer." + std::to_string(i), buffers_[i]);
        tensors.emplace_back("encoder.averaged_buffer." + std::to_string(i), averagedBuffers_[i]);
    }
    if (discriminator_) {
        tensors.emplace_back("discriminator.values", discriminatorParameters_->values);
        tensors.emplace_back("discriminator.adam.mean", discriminatorOptimizer_->mean);
        tensors.emplace_back("discriminator.adam.square", discriminatorOptimizer_->square);
    }
    return tensors;
}

std::vector<std::int64_t*> Learner::counters() {
    std::vector<std::int64_t*> counters = {&numAccumulated_, &numUpdates_, &optimizer_->numSteps};
    if (discriminator_) counters.push_back(&discriminatorOptimizer_->numSteps);
    return counters;
}

}  // namespace hmr
