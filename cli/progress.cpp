// SPDX-License-Identifier: MIT
#include "cli/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace hmr {

Progress::Progress(std::string label, int total)
    : label_(std::move(label)), total_(total), isTerminal_(isatty(STDERR_FILENO) == 1), start_(std::chrono::steady_clock::now()), last_(start_) {}

Progress::~Progress() {
    if (isDrawn_ && isTerminal_) std::fputs("\r\033[K", stderr);
}

void Progress::update(int done) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < (isTerminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10000))) return;
    last_ = now;
    const double elapsed = std::chrono::duration<double>(now - start_).count();
    if (total_ <= 0 || done <= 0) {
        std::fprintf(stderr, isTerminal_ ? "\r\033[K%s: frame %d" : "%s: frame %d\n", label_.c_str(), done);
    } else {
        const int left = static_cast<int>(elapsed / done * (total_ - done) + 0.5);
        const int filled = std::min(30, 30 * done / total_);
        const std::string bar = std::string(filled, '#') + std::string(30 - filled, '.');
        std::fprintf(stderr, isTerminal_ ? "\r\033[K%s: [%s] %d/%d, %d:%02d left" : "%s: [%s] %d/%d, %d:%02d left\n", label_.c_str(),
                     bar.c_str(), done, total_, left / 60, left % 60);
    }
    isDrawn_ = true;
}

}  // namespace hmr
