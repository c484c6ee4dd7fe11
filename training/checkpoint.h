// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "body/error.h"
#include "training/learner.h"

namespace hmr {

/// How far a run is.
struct RunCounters {
    std::int64_t step = 0;      ///< batches of this process
    std::int64_t pictures = 0;  ///< seen by all processes
    double minutes = 0;         ///< spent training, over all its starts
    double bestScore = -1;      ///< of the validation so far
};

/// A checkpoint that is whole, but of another network or run.
class CheckpointMismatch : public Error {
public:
    using Error::Error;
};

/// Writes everything that training goes on from: weights, averages, optimizers, random state, counters, configuration.
/// Whole or not at all. Throws Error.
void saveCheckpoint(const std::filesystem::path& file, Learner& learner, const RunCounters& counters, const TrainingConfig& config);

/// Puts it back. Throws Error when the file is damaged, CheckpointMismatch when `config` is of another run (names the first key that
/// differs) or the checkpoint does not fit the learner, which is then as before.
RunCounters loadCheckpoint(const std::filesystem::path& file, Learner& learner, const TrainingConfig& config);

/// "step-00001200.safetensors" files of a folder, the newest first.
std::vector<std::filesystem::path> checkpointsIn(const std::filesystem::path& folder);
std::filesystem::path checkpointName(std::int64_t step);

/// Removes all but the newest `keep`.
void pruneCheckpoints(const std::filesystem::path& folder, int keep);

}  // namespace hmr
