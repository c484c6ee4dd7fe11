// SPDX-License-Identifier: MIT
#include "training/learner.h"

#include <ATen/autocast_mode.h>
#include <torch/torch.h>
#include <torch/version.h>

#include <algorithm>
#include <cmath>

#include "body/error.h"

namespace hmr {
namespace {

/// Whether operations on the device work in bfloat16.
void setAutocast(torch::DeviceType device, bool isOn) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    at::autocast::set_autocast_dtype(device, torch::kBFloat16);
    at::autocast::set_autocast_enabled(device, isOn);
#else
    if (device == torch::kCUDA) {
        at::autocast::set_autocast_gpu_dtype(torch::kBFloat16);
        at::autocast::set_enabled(isOn);
    } else {
        at::autocast::set_autocast_cpu_dtype(torch::kBFloat16);
        at::autocast::set_cpu_enabled(isOn);
    }
#endif
}

}  // namespace

void Learner::adopt(torch::nn::Module& module) {
    module.to(device_);
    parameters_.emplace(module, config_.channelsLast);
    optimizer_.emplace(*parameters_, config_.weightDecay);
    averaged_ = parameters_->values.clone();
    buffers_ = floatBuffers(module);
    for (const torch::Tensor& buffer : buffers_) averagedBuffers_.push_back(buffer.clone());
}

void Learner::clearGradients() { parameters_->gradients.zero_(); }

void Learner::addGradient(const torch::Tensor& loss, StepFigures& figures) {
    figures.loss = loss.item<double>();
    if (!std::isfinite(figures.loss)) throw Error("the loss is not finite (" + std::to_string(figures.loss) + ")");
    (loss / config_.accumulate).backward();
}

void Learner::finishBatch(double learningRate, StepFigures& figures) {
    if (++numAccumulated_ < config_.accumulate) return;
    numAccumulated_ = 0;
    figures.gradientNorm = update(learningRate);
}

double Learner::update(double learningRate) {
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

std::vector<std::pair<std::string, torch::Tensor>> Learner::state() {
    std::vector<std::pair<std::string, torch::Tensor>> tensors = {{"encoder.values", parameters_->values},
                                                                  {"encoder.averaged", averaged_},
                                                                  {"encoder.adam.mean", optimizer_->mean},
                                                                  {"encoder.adam.square", optimizer_->square}};
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
        tensors.emplace_back("encoder.buffer." + std::to_string(i), buffers_[i]);
        tensors.emplace_back("encoder.averaged_buffer." + std::to_string(i), averagedBuffers_[i]);
    }
    return tensors;
}

std::vector<std::int64_t*> Learner::counters() { return {&numAccumulated_, &numUpdates_, &optimizer_->numSteps}; }

AutocastScope::AutocastScope(bool isWanted, torch::Device device) : isOn_(isWanted), device_(device.type()) {
    if (isOn_) setAutocast(device_, true);
}

AutocastScope::~AutocastScope() {
    if (!isOn_) return;
    at::autocast::clear_cache();
    setAutocast(device_, false);
}

}  // namespace hmr
