// SPDX-License-Identifier: MIT
#pragma once
#include <ATen/Parallel.h>

#include <algorithm>
#include <string>
#include <thread>

#include "body/error.h"

namespace hmr {

/// LibTorch and oneDNN throw types of their own, whose messages may carry a C++ stack trace; the first line is what a person
/// can use, and an Error passes as it is.
template <typename Work>
auto withPlainErrors(const std::string& doing, Work work) {
    try {
        return work();
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        const std::string text = error.what();
        throw Error(doing + " failed in LibTorch: " + text.substr(0, text.find('\n')));
    }
}

/// A wish for threads as a number of them; 0: all cores.
inline int numThreads(int threads) { return threads > 0 ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

/// How many threads LibTorch takes for what the calling thread asks of it; 0: all cores.
inline void useThreads(int threads) { at::set_num_threads(numThreads(threads)); }

}  // namespace hmr
