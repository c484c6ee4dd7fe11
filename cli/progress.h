// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <string>

namespace hmr {

/// A bar with time left on a terminal; a plain line every ten seconds otherwise.
class Progress {
public:
    explicit Progress(std::string label, int total);  ///< total 0: unknown
    ~Progress();                                      ///< ends the bar's line
    void update(int done);

private:
    std::string label_;
    int total_;
    bool isTerminal_;
    bool isDrawn_ = false;
    std::chrono::steady_clock::time_point start_, last_;
};

}  // namespace hmr
