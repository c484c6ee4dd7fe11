// SPDX-License-Identifier: MIT
#pragma once
#if defined(__linux__)
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace hmr {

/// Lets the window go first where processors are few: the calling thread, and those that it starts, yield to the others of the program.
/// Linux knows a niceness of each thread; elsewhere nothing happens.
inline void yieldToTheWindow() {
#if defined(__linux__)
    constexpr int kNiceness = 5;
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness);
#endif
}

}  // namespace hmr
