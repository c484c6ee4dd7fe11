// SPDX-License-Identifier: MIT
#pragma once
#include <CLI/CLI.hpp>

namespace hmr {

/// `hmr dataset frames`: takes the videos of data sets apart into the pictures that the readers look for.
void addDatasetFrames(CLI::App& dataset, int& exitCode);

}  // namespace hmr
