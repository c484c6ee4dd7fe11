// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace hmr {

/// SHA-256 (FIPS 180-4) of a stream of bytes.
class Sha256 {
public:
    void add(const void* bytes, std::size_t size);
    /// The digest of everything added, as 64 hexadecimal digits; the object is spent.
    std::string hexadecimal();

private:
    void addBlock(const std::uint8_t* block);

    std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                           0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::uint8_t, 64> pending_{};
    std::size_t numPending_ = 0;
    std::uint64_t total_ = 0;
};

}  // namespace hmr
