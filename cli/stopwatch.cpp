// SPDX-License-Identifier: MIT
#include "cli/stopwatch.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace hmr {
namespace {

using Clock = std::chrono::steady_clock;

double millisecondsSince(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

}  // namespace

StageTiming timeStage(std::string name, std::string what, int threads, int minRuns, const std::function<void()>& work,
                      const std::function<void()>& prepare) {
    constexpr double kEnoughMs = 500;
    const auto prepared = [&] {
        if (prepare) prepare();
    };
    for (int i = 0; i < 2; ++i) {
        prepared();
        work();
    }
    std::vector<double> runs;
    const Clock::time_point begin = Clock::now();
    while (static_cast<int>(runs.size()) < minRuns || (millisecondsSince(begin) < kEnoughMs && runs.size() < 1000)) {
        prepared();
        const Clock::time_point start = Clock::now();
        work();
        runs.push_back(millisecondsSince(start));
    }
    std::sort(runs.begin(), runs.end());
    StageTiming timing{std::move(name), std::move(what), threads, static_cast<int>(runs.size()), 0, 0, {}};
    timing.medianMs = runs[runs.size() / 2];
    timing.p95Ms = runs[std::min(runs.size() - 1, runs.size() * 95 / 100)];
    return timing;
}

}  // namespace hmr
