// SPDX-License-Identifier: MIT
#include "training/training_log.h"

#include <cmath>
#include <cstdio>
#include <ostream>
#include <sstream>

#include "body/error.h"
#include "formats/atomic_file.h"

namespace hmr {
namespace {



std::string formatted(const char* format, auto... values) {
    char text[512];
    std::snprintf(text, sizeof text, format, values...);
    return text;
}

/// The log without lines that a resumed run will write again.
std::string keptLines(const std::string& text, std::int64_t lastStep) {
    std::istringstream lines(text);
    std::string kept;
    for (std::string line; std::getline(lines, line);) {
        const auto json = nlohmann::json::parse(line, nullptr, false);
        if (json.is_discarded() || json.value("step", std::int64_t{0}) > lastStep) continue;
        kept += line + "\n";
    }
    return kept;
}

double rounded(double value) { return std::stod(formatted("%.6g", value)); }

}  // namespace

std::string durationText(double seconds) {
    if (seconds < 90) return formatted("%.0f s", seconds);
    const auto minutes = static_cast<long>(seconds / 60);
    return minutes < 90 ? formatted("%ld min", minutes) : formatted("%ld h %02ld min", minutes / 60, minutes % 60);
}

TrainingLog::TrainingLog(const std::filesystem::path& file, std::int64_t lastStep, std::ostream& terminal) : terminal_(terminal) {
    if (std::filesystem::exists(file)) writeWholeFile(file, keptLines(readWholeFile(file), lastStep));
    file_.open(file, std::ios::app);
    if (!file_) throw Error("cannot write the log " + file.string());
}

void TrainingLog::write(const nlohmann::ordered_json& line) {
    file_ << line.dump() << "\n" << std::flush;
    if (!file_) terminal_ << "a line of the log could not be written: is the disk full?" << std::endl;
    file_.clear();
}

void TrainingLog::step(const RunCounters& counters, const StepFigures& figures, double learningRate, int inputSize,
                       double picturesPerSecond, double sampleWaitShare, double progress) {
    nlohmann::ordered_json line = {{"kind", "step"}, {"step", counters.step}, {"pictures", counters.pictures}, {"minutes", rounded(counters.minutes)},
                 {"progress", rounded(progress)}, {"loss", rounded(figures.loss)}};
    for (const auto& [name, value] : figures.terms) line[name] = rounded(value);
    line["gradientNorm"] = rounded(figures.gradientNorm);
    line["learningRate"] = rounded(learningRate);
    line["inputSize"] = inputSize;
    line["picturesPerSecond"] = rounded(picturesPerSecond);
    line["sampleWaitShare"] = rounded(sampleWaitShare);
    write(line);
    const double left = progress > 1e-6 ? counters.minutes * 60 * (1 - progress) / progress : 0;
    std::string terms;
    for (const auto& [name, value] : figures.terms) terms += formatted(" %s %.4f", name.c_str(), value);
    terminal_ << formatted("%5.1f%% step %lld, %lld pictures, %d px, %.1f/s (waiting %.0f%%), left %s: loss %.4f |", 100 * progress,
                           static_cast<long long>(counters.step), static_cast<long long>(counters.pictures), inputSize,
                           picturesPerSecond, 100 * sampleWaitShare, durationText(left).c_str(), figures.loss)
              << terms << std::endl;
}

void TrainingLog::validation(const RunCounters& counters, const std::string& set, int pictures, const Verdict& verdict) {
    const auto json = [](const Figures& figures) {
        nlohmann::ordered_json object = nlohmann::ordered_json::object();
        for (const auto& [name, value] : figures) object[name] = rounded(value);
        return object;
    };
    write({{"kind", "validation"}, {"step", counters.step}, {"pictures", counters.pictures}, {"minutes", rounded(counters.minutes)},
           {"set", set}, {"count", pictures}, {"network", json(verdict.network)}, {"baseline", json(verdict.baseline)}});
    terminal_ << "validation on " << pictures << " held-out " << set;
    const char* separator = ": ";
    for (const auto& [name, value] : verdict.network) {
        terminal_ << separator << name << formatted(value < 10 ? " %.3f" : " %.1f", value);
        const auto same = std::ranges::find(verdict.baseline, name, &Figures::value_type::first);
        if (same != verdict.baseline.end()) terminal_ << formatted(value < 10 ? " (baseline %.3f)" : " (baseline %.1f)", same->second);
        separator = ", ";
    }
    terminal_ << std::endl;
}

void TrainingLog::note(const std::string& text) {
    write({{"kind", "note"}, {"text", text}});
    terminal_ << text << std::endl;
}

}  // namespace hmr
