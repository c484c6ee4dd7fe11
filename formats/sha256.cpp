// SPDX-License-Identifier: MIT
#include "formats/sha256.h"

#include <algorithm>
#include <bit>
#include <cstring>
#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace hmr {
namespace {

constexpr std::array<std::uint32_t, 64> kRoundConstants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#if defined(__x86_64__)
/// Whether the processor has instructions for SHA-256 (leaf 7, EBX bit 29), which are some eight times as fast.
bool hasShaInstructions() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b >> 29 & 1) != 0 && __builtin_cpu_supports("sse4.1") &&
           __builtin_cpu_supports("ssse3");
}

__m128i load(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }

/// The same as Sha256::addBlock. The instructions keep the state as (a b e f) and (c d g h) and do two rounds each; `schedule` holds
/// the last sixteen words of the message schedule.
[[gnu::target("sha,sse4.1,ssse3")]] void addBlockByInstructions(std::array<std::uint32_t, 8>& state, const std::uint8_t* block) {
    const __m128i bigEndian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    const __m128i badc = _mm_shuffle_epi32(load(&state[0]), 0xb1), hgfe = _mm_shuffle_epi32(load(&state[4]), 0x1b);
    const __m128i abefBefore = _mm_alignr_epi8(badc, hgfe, 8), cdghBefore = _mm_blend_epi16(hgfe, badc, 0xf0);
    __m128i abef = abefBefore, cdgh = cdghBefore, schedule[4];
    for (int i = 0; i < 4; ++i) schedule[i] = _mm_shuffle_epi8(load(block + 16 * i), bigEndian);
#pragma GCC unroll 16
    for (int four = 0; four < 16; ++four) {
        __m128i& words = schedule[four & 3];
        if (four >= 4) {
            const __m128i last = schedule[(four + 3) & 3], beforeLast = schedule[(four + 2) & 3];
            const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(words, schedule[(four + 1) & 3]), _mm_alignr_epi8(last, beforeLast, 4));
            words = _mm_sha256msg2_epu32(sum, last);
        }
        const __m128i rounds = _mm_add_epi32(words, load(&kRoundConstants[4 * static_cast<std::size_t>(four)]));
        cdgh = _mm_sha256rnds2_epu32(cdgh, abef, rounds);
        abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(rounds, 0x0e));
    }
    const __m128i feba = _mm_shuffle_epi32(_mm_add_epi32(abef, abefBefore), 0x1b), dchg = _mm_shuffle_epi32(_mm_add_epi32(cdgh, cdghBefore), 0xb1);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(&state[0]), _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(&state[4]), _mm_alignr_epi8(dchg, feba, 8));
}
#endif

}  // namespace

void Sha256::addBlock(const std::uint8_t* block) {
#if defined(__x86_64__)
    static const bool isQuick = hasShaInstructions();
    if (isQuick) return addBlockByInstructions(state_, block);
#endif
    std::array<std::uint32_t, 64> schedule;
    for (int i = 0; i < 16; ++i)
        schedule[i] = std::uint32_t{block[4 * i]} << 24 | std::uint32_t{block[4 * i + 1]} << 16 |
                      std::uint32_t{block[4 * i + 2]} << 8 | block[4 * i + 3];
    for (int i = 16; i < 64; ++i) {
        const std::uint32_t x = schedule[i - 15], y = schedule[i - 2];
        schedule[i] = schedule[i - 16] + schedule[i - 7] + (std::rotr(x, 7) ^ std::rotr(x, 18) ^ (x >> 3)) +
                      (std::rotr(y, 17) ^ std::rotr(y, 19) ^ (y >> 10));
    }
    auto [a, b, c, d, e, f, g, h] = state_;
    for (int i = 0; i < 64; ++i) {
        const std::uint32_t first = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + ((e & f) ^ (~e & g)) +
                                    kRoundConstants[i] + schedule[i];
        const std::uint32_t second =
            (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + first, d = c, c = b, b = a, a = first + second;
    }
    const std::array<std::uint32_t, 8> change = {a, b, c, d, e, f, g, h};
    for (int i = 0; i < 8; ++i) state_[i] += change[i];
}

void Sha256::add(const void* bytes, std::size_t size) {
    const auto* data = static_cast<const std::uint8_t*>(bytes);
    total_ += size;
    if (numPending_ > 0) {
        const std::size_t taken = std::min(size, pending_.size() - numPending_);
        std::copy_n(data, taken, pending_.begin() + static_cast<std::ptrdiff_t>(numPending_));
        numPending_ += taken, data += taken, size -= taken;
        if (numPending_ < pending_.size()) return;
        addBlock(pending_.data());
        numPending_ = 0;
    }
    for (; size >= pending_.size(); data += pending_.size(), size -= pending_.size()) addBlock(data);
    std::copy_n(data, size, pending_.begin());
    numPending_ = size;
}

std::string Sha256::hexadecimal() {
    const std::uint64_t numBits = total_ * 8;
    const std::array<std::uint8_t, 64> padding = {0x80};
    add(padding.data(), 1 + (119 - numPending_) % 64);
    std::array<std::uint8_t, 8> length;
    for (int i = 0; i < 8; ++i) length[i] = static_cast<std::uint8_t>(numBits >> (56 - 8 * i));
    add(length.data(), length.size());

    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint32_t word : state_)
        for (int shift = 28; shift >= 0; shift -= 4) text += kDigits[(word >> shift) & 15];
    return text;
}

}  // namespace hmr
