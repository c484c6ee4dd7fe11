// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <string_view>

namespace hmr {

/// Calls `visit` with every key and value of a sorted string table (LevelDB's file format, as TensorFlow's .index files have
/// it; blocks plain or compressed by Snappy). The views are valid during the call. Throws Error with the place of damage.
void visitSortedTable(std::string_view bytes, const std::function<void(std::string_view key, std::string_view value)>& visit);

/// CRC-32C of the bytes in the masked form that LevelDB and TensorFlow store.
std::uint32_t maskedCrc32c(std::string_view bytes);

}  // namespace hmr
