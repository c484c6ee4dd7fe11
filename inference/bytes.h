// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string_view>

namespace hmr {

/// An unsigned number of so many bytes at an offset; 0 beyond the end.
inline std::uint64_t numberAt(std::string_view bytes, std::uint64_t offset, int count, bool bigEndian) {
    if (offset > bytes.size() || bytes.size() - offset < static_cast<std::size_t>(count)) return 0;
    std::uint64_t value = 0;
    for (int i = 0; i < count; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[offset + (bigEndian ? i : count - 1 - i)]);
    return value;
}

/// What there is of a part of the bytes.
inline std::string_view partAt(std::string_view bytes, std::uint64_t offset, std::uint64_t count) {
    return offset < bytes.size() ? bytes.substr(offset, count) : std::string_view();
}

}  // namespace hmr
