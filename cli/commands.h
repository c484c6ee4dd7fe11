// SPDX-License-Identifier: MIT
#pragma once
#include <CLI/CLI.hpp>

namespace hmr {

/// Each adds one subcommand; its callback does the work and sets the exit code through `exitCode`:
/// 0 done, 1 some inputs failed, 2 wrong usage.
void addBodyCommand(CLI::App& app, int& exitCode);
void addConvertCommand(CLI::App& app, int& exitCode);
void addDatasetCommand(CLI::App& app, int& exitCode);
void addEvalCommand(CLI::App& app, int& exitCode);
void addPriorCommand(CLI::App& app, int& exitCode);
void addSynthCommand(CLI::App& app, int& exitCode);
void addTrainCommand(CLI::App& app, int& exitCode);

// Only where pictures can be read (HMR_WITH_INFERENCE).
void addBenchCommand(CLI::App& app, int& exitCode);
void addDoctorCommand(CLI::App& app, int& exitCode);
void addExportCommand(CLI::App& app, int& exitCode);
void addInfoCommand(CLI::App& app, int& exitCode);
void addRunCommand(CLI::App& app, int& exitCode);

}  // namespace hmr
