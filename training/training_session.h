// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <iosfwd>
#include <stop_token>
#include <string>

namespace hmr {

/// What `hmr train` is asked for. No Torch header is needed to use it.
struct TrainingSessionOptions {
    std::filesystem::path config;
    std::filesystem::path folder;      ///< empty: runs/NAME
    std::filesystem::path dataFolder;  ///< empty: the configuration's folder
    bool resume = false;
    double minutes = 0;                ///< above 0: in place of the configuration's
    int nodes = 0, rank = -1;          ///< 0, −1: from torchrun's WORLD_SIZE and RANK, else one process
    std::string master;                ///< empty: from MASTER_ADDR and MASTER_PORT
};

/// Has the C library keep what is freed: every step takes and returns hundreds of megabytes, and half of the time would go into page
/// faults.
void keepFreedMemory();

/// Runs a configuration until its end or until stop is asked for. Throws Error.
void runTrainingSession(const TrainingSessionOptions& options, std::stop_token stop, std::ostream& terminal);

/// Draws the curves of a run's log into curves.png in its folder; returns that path. Throws Error.
std::filesystem::path plotRun(const std::filesystem::path& folder);

}  // namespace hmr
