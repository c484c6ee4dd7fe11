// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "training/prior/pose_prior.h"
#include "training/sample.h"

namespace hmr {

/// Draws each sample from one of several sources, in nearly exact shares over any stretch of indices.
class MixedSource : public SampleSource {
public:
    void add(std::unique_ptr<SampleSource> source, double share);
    void draw(std::uint64_t index, TrainingSample& sample) override;

private:
    std::vector<std::unique_ptr<SampleSource>> sources_;
    std::vector<double> shareEnds_;  ///< cumulative
};

/// Joint rotations and shape of a real body, without a picture.
struct RealBody {
    std::array<float, kNumSmplJoints * 9> rotations{};  ///< row-major, joint to parent
    std::array<float, kNumBetas> betas{};
};

/// An endless, seeded supply of real bodies: body i depends on the seed and i alone.
class RealBodySource {
public:
    virtual ~RealBodySource() = default;
    virtual RealBody draw(std::uint64_t index) const = 0;  ///< from any thread
};

/// Poses and shapes of the prior's training clips, varied as those of synthetic people are.
class PriorBodySource : public RealBodySource {
public:
    PriorBodySource(std::shared_ptr<const PosePrior> prior, std::uint64_t seed);
    RealBody draw(std::uint64_t index) const override;

private:
    std::shared_ptr<const PosePrior> prior_;
    std::vector<int> rows_;
    std::uint64_t seed_;
};

/// The samples of one batch, in order.
struct SampleBatch {
    std::uint64_t number = 0;
    int size = 0;
    std::vector<TrainingSample> samples;
    std::vector<RealBody> realBodies;
};

/// What the queue's threads make.
struct SampleQueueOptions {
    int batch = 32;
    int realBodies = 0;               ///< of each batch
    int threads = 1;
    int queuedBatches = 4;
    std::uint64_t processes = 1, rank = 0;  ///< batches are dealt out among processes
    std::function<std::unique_ptr<SampleSource>(int size)> makeSource;  ///< called on the thread that will draw
    std::function<int(std::uint64_t firstSample)> sizeAt;               ///< crop side of the batch that begins there
    std::shared_ptr<const RealBodySource> bodies;                       ///< may be null when realBodies is 0
};

/// Threads that make batches ahead of their use. Batch n holds the same samples however many threads there are.
class SampleQueue {
public:
    SampleQueue(SampleQueueOptions options, std::uint64_t firstBatch);
    ~SampleQueue();

    /// The next batch in order; waits for it. What a source throws comes out here.
    SampleBatch next();

    double waitedSeconds() const { return waitedSeconds_; }  ///< spent in next() so far

private:
    void work(std::stop_token stop);
    SampleBatch makeBatch(std::uint64_t number, std::unique_ptr<SampleSource>& source, int& sourceSize) const;

    SampleQueueOptions options_;
    std::mutex mutex_;
    std::condition_variable_any batchMade_, placeFree_;
    std::map<std::uint64_t, SampleBatch> made_;
    std::uint64_t nextToMake_, nextToGive_;
    std::exception_ptr failure_;
    double waitedSeconds_ = 0;
    std::vector<std::jthread> threads_;
};

}  // namespace hmr
