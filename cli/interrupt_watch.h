// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <csignal>

namespace hmr {

/// While it lives Ctrl-C does not end the program but asks its work to end; what is written by then is whole.
class InterruptWatch {
public:
    InterruptWatch() : before_(std::signal(SIGINT, [](int) { ++timesAsked_; })) {}
    ~InterruptWatch() { std::signal(SIGINT, before_); }
    InterruptWatch(const InterruptWatch&) = delete;
    InterruptWatch& operator=(const InterruptWatch&) = delete;

    static bool isAsked() { return timesAsked() > 0; }
    static int timesAsked() { return timesAsked_; }

private:
    static inline std::atomic<int> timesAsked_ = 0;
    void (*before_)(int);
};

}  // namespace hmr
