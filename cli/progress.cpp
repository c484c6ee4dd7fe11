// SPDX-License-Identifier: MIT
#include "cli/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace hmr {

Progress::Progress(std::string label, int total, std::string unit)
    : label_(std::move(label)), unit_(std::move(unit)), total_(total), isTerminal_(isatty(STDERR_FILENO) == 1), start_(std::chrono::steady_clock::now()), last_(start_) {}

Progress::~Progress() {
    if (isDrawn_) std::fputs("\r\033[K", stderr);
}

void Progress::update(int done) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < (isTerminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10000))) return;
    last_ = now;
    const double elapsed = std::chrono::duration<double>(now - start_).count();
    const double secondsLeft = done > 0 ? elapsed / done * std::max(total_ - done, 0) : 0;
    if (isTerminal_) draw(done, secondsLeft);
    else std::fprintf(stderr, "%s\n", progressLine(label_, done, total_, unit_, secondsLeft).c_str());
}

void Progress::draw(int done, double secondsLeft) {
    isDrawn_ = true;
    if (total_ <= 0) {
        std::fprintf(stderr, "\r\033[K%s: frame %d", label_.c_str(), done);
        return;
    }
    const int filled = std::min(30, 30 * done / total_), left = static_cast<int>(secondsLeft + 0.5);
    const std::string bar = std::string(filled, '#') + std::string(30 - filled, '.');
    std::fprintf(stderr, "\r\033[K%s: [%s] %d/%d, %d:%02d left", label_.c_str(), bar.c_str(), done, total_, left / 60, left % 60);
}

std::string progressLine(const std::string& label, int done, int total, const std::string& unit, double secondsLeft) {
    if (total <= 0) return label + ": frame " + std::to_string(done);
    const int left = static_cast<int>(secondsLeft + 0.5);
    const std::string time = left < 100 ? std::to_string(left) + " s" : std::to_string((left + 30) / 60) + " min";
    return label + ": " + std::to_string(done) + " of " + std::to_string(total) + " " + unit + ", " + time + " left";
}

}  // namespace hmr
