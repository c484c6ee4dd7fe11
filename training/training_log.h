// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>

#include "training/checkpoint.h"
#include "training/learner.h"
#include "training/validation.h"

namespace hmr {

/// Writes log.jsonl (one JSON object a line: "kind" is step, validation or note) and a line for people.
class TrainingLog {
public:
    /// Appends to the file; lines of steps after `lastStep`, left by a run that was killed, are dropped.
    TrainingLog(const std::filesystem::path& file, std::int64_t lastStep, std::ostream& terminal);

    void step(const RunCounters& counters, const StepFigures& figures, double learningRate, int inputSize,
              double picturesPerSecond, double sampleWaitShare, double progress);
    void validation(const RunCounters& counters, const std::string& set, int pictures, const Verdict& verdict);
    void note(const std::string& text);

private:
    void write(const nlohmann::ordered_json& line);

    std::ofstream file_;
    std::ostream& terminal_;
};

/// "1 h 12 min" or "40 s".
std::string durationText(double seconds);

}  // namespace hmr
