// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <string>

namespace hmr {

/// How far something is, for where no bar can be drawn: "walking.mp4: 20 of 85 frames, 3 s left". Total 0: unknown.
std::string progressLine(const std::string& label, int done, int total, const std::string& unit, double secondsLeft);

/// A bar with time left on a terminal; a plain line every ten seconds otherwise.
class Progress {
public:
    explicit Progress(std::string label, int total, std::string unit = "frames");  ///< total 0: unknown
    ~Progress();  ///< ends the bar's line
    void update(int done);

private:
    void draw(int done, double secondsLeft);

    std::string label_, unit_;
    int total_;
    bool isTerminal_;
    bool isDrawn_ = false;
    std::chrono::steady_clock::time_point start_, last_;
};

}  // namespace hmr
