// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>

namespace hmr::test {

/// The most bytes that were taken by `new` at one time since restart(), beyond what was taken then. Needs heap_peak.cpp in the program;
/// under sanitizers, which have an allocator of their own, it stays 0.
class HeapPeak {
public:
    static void restart();
    static std::size_t bytes();
};

}  // namespace hmr::test
