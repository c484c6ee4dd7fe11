// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace hmr {

/// Whether the bytes begin as zlib's or gzip's streams do, which joblib writes with compress=1 to 9.
bool isDeflated(std::string_view bytes);

/// What such a stream expands to. It is expanded twice, at first only to be counted, so that no more is taken than it holds. Throws Error:
/// cut, damaged, expands beyond reason (formats/expansion.h) or beyond 4 GB.
std::string inflated(std::string_view bytes);

/// The compression of joblib's that the bytes begin as and that is not read here: "bzip2", "xz", "lz4"; empty for others.
std::string_view unreadCompression(std::string_view bytes);

}  // namespace hmr
