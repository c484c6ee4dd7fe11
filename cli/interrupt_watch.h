// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <csignal>

namespace hmr {

/// While it lives Ctrl-C does not end the program but asks its work to end; what is written by then is whole.
class InterruptWatch {
public:
    InterruptWatch() : before_(std::signal(SIGINT, [](int) { asked_ = true; })) {}
    ~InterruptWatch() { std::signal(SIGINT, before_); }
    InterruptWatch(const InterruptWatch&) = delete;
    InterruptWatch& operator=(const InterruptWatch&) = delete;

    static bool isAsked() { return asked_; }

private:
    static inline std::atomic<bool> asked_ = false;
    void (*before_)(int);
};

}  // namespace hmr
