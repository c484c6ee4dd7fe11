// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "formats/marked_people.h"
#include "formats/parameters_file.h"
#include "inference/recovery.h"

namespace hmr {

/// What `hmr run` was asked for.
struct RunSettings {
    std::vector<std::string> inputs;
    std::filesystem::path outputFolder = ".";
    std::vector<MarkedPerson> people;      ///< by hand, or where another program saw them
    std::string detector = kBuiltInDetector;
    std::filesystem::path body, weights;   ///< empty: the shipped ones
    std::vector<std::string> exports;      ///< obj fbx glb json npz; of videos also bvh amass csv obj-sequence ply-sequence session
    std::string preset = "plain";          ///< of motion
    std::string stream;                    ///< vmc://host:port or json://host:port; empty: nowhere
    bool overlay = true;
    int maxPeople = 8;
    int threads = 0;                       ///< 0: all cores
    double smoothing = 0.5;                ///< of videos, cameras and streams, [0, 1]
    int maxFrames = 0;                     ///< 0: to the end; a limit for cameras and streams
};

/// Runs every input and writes what was asked for; messages go to standard output and errors, one line each.
/// Returns the exit code: 0 done, 1 some inputs failed.
int runInputs(const RunSettings& settings);

}  // namespace hmr
