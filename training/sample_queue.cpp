// SPDX-License-Identifier: MIT
#include "training/sample_queue.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "body/error.h"
#include "body/rotation.h"
#include "training/random.h"
#include "training/scenes/synthetic_person.h"

namespace hmr {
namespace {

constexpr double kGoldenRatio = 0.6180339887498949;

}  // namespace

void MixedSource::add(std::unique_ptr<SampleSource> source, double share) {
    sources_.push_back(std::move(source));
    shareEnds_.push_back((shareEnds_.empty() ? 0 : shareEnds_.back()) + share);
}

void MixedSource::draw(std::uint64_t index, TrainingSample& sample) {
    // multiples of the golden ratio are spread evenly, so every batch holds nearly the same mix
    const double turns = static_cast<double>(index % (std::uint64_t{1} << 40)) * kGoldenRatio;
    const double place = (turns - std::floor(turns)) * shareEnds_.back();
    const auto chosen = std::upper_bound(shareEnds_.begin(), shareEnds_.end(), place) - shareEnds_.begin();
    sources_[std::min<std::size_t>(chosen, sources_.size() - 1)]->draw(index, sample);
}

PriorBodySource::PriorBodySource(std::shared_ptr<const PosePrior> prior, std::uint64_t seed)
    : prior_(std::move(prior)), rows_(posesOfSplit(*prior_, DataSplit::Training)), seed_(mixedBits(seed + 0xB0D1E5)) {
    if (rows_.empty()) throw Error("the pose prior holds no pose of a training clip");
}

RealBody PriorBodySource::draw(std::uint64_t index) const {
    Random random(seed_, index);
    const BodyParameters parameters = drawPersonParameters(*prior_, rows_, random);
    RealBody body;
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        const Eigen::Matrix3d rotation = rotationFromAxisAngle(parameters.pose.row(joint).transpose());
        for (int i = 0; i < 9; ++i) body.rotations[9 * joint + i] = static_cast<float>(rotation(i / 3, i % 3));
    }
    for (int i = 0; i < kNumBetas; ++i) body.betas[i] = static_cast<float>(parameters.betas[i]);
    return body;
}

SampleQueue::SampleQueue(SampleQueueOptions options, std::uint64_t firstBatch)
    : options_(std::move(options)), nextToMake_(firstBatch), nextToGive_(firstBatch) {
    for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this](std::stop_token stop) { work(stop); });
}

SampleQueue::~SampleQueue() {
    for (std::jthread& thread : threads_) thread.request_stop();
    threads_.clear();
}

SampleBatch SampleQueue::next() {
    const auto start = std::chrono::steady_clock::now();
    std::unique_lock lock(mutex_);
    batchMade_.wait(lock, [this] { return failure_ || made_.contains(nextToGive_); });
    waitedSeconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (failure_) std::rethrow_exception(failure_);
    auto node = made_.extract(nextToGive_++);
    lock.unlock();
    placeFree_.notify_all();
    return std::move(node.mapped());
}

SampleBatch SampleQueue::makeBatch(std::uint64_t number, std::unique_ptr<SampleSource>& source, int& sourceSize) const {
    const std::uint64_t globalNumber = number * options_.processes + options_.rank;
    const std::uint64_t first = globalNumber * static_cast<std::uint64_t>(options_.batch);
    SampleBatch batch{number, options_.sizeAt(first), {}, {}};
    if (!source || sourceSize != batch.size) {
        source.reset();  // before the new one: it may own an OpenGL context
        source = options_.makeSource(batch.size);
        sourceSize = batch.size;
    }
    batch.samples.resize(static_cast<std::size_t>(options_.batch));
    for (int i = 0; i < options_.batch; ++i) {
        source->draw(first + static_cast<std::uint64_t>(i), batch.samples[static_cast<std::size_t>(i)]);
        if (batch.samples[static_cast<std::size_t>(i)].size != batch.size)
            throw Error("a source made a crop of another size than the " + std::to_string(batch.size) + " pixels it was asked for");
    }
    for (int i = 0; i < options_.realBodies; ++i)
        batch.realBodies.push_back(options_.bodies->draw(globalNumber * static_cast<std::uint64_t>(options_.realBodies) +
                                                         static_cast<std::uint64_t>(i)));
    return batch;
}

void SampleQueue::work(std::stop_token stop) {
    std::unique_ptr<SampleSource> source;
    int sourceSize = 0;
    try {
        while (true) {
            std::unique_lock lock(mutex_);
            const auto hasPlace = [this] { return nextToMake_ < nextToGive_ + static_cast<std::uint64_t>(options_.queuedBatches); };
            if (!placeFree_.wait(lock, stop, hasPlace) || failure_) return;
            const std::uint64_t number = nextToMake_++;
            lock.unlock();
            SampleBatch batch = makeBatch(number, source, sourceSize);
            lock.lock();
            made_.emplace(number, std::move(batch));
            lock.unlock();
            batchMade_.notify_all();
        }
    } catch (...) {
        const std::scoped_lock lock(mutex_);
        failure_ = std::current_exception();
        batchMade_.notify_all();
    }
}

}  // namespace hmr
