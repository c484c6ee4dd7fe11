// SPDX-License-Identifier: MIT
#include "support/heap_peak.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> taken{0}, highest{0}, before{0};

}  // namespace

void hmr::test::HeapPeak::restart() {
    before = taken.load();
    highest = taken.load();
}

std::size_t hmr::test::HeapPeak::bytes() { return highest - before; }

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// These replace the program's own; the forms for arrays call them.
void* operator new(std::size_t size) {
    void* memory = std::malloc(size > 0 ? size : 1);
    if (!memory) throw std::bad_alloc();
    const std::size_t now = taken += ::malloc_usable_size(memory);
    for (std::size_t seen = highest; now > seen && !highest.compare_exchange_weak(seen, now);) {}
    return memory;
}

void operator delete(void* memory) noexcept {
    if (memory) taken -= ::malloc_usable_size(memory);
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
#endif
