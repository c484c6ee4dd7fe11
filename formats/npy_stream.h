// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "formats/npz.h"

namespace hmr {

/// Fills up to `size` bytes and returns how many; 0 at the end.
using ByteSource = std::function<std::size_t(std::byte* target, std::size_t size)>;

/// Reads a .npy of `totalSize` bytes straight into its array; nothing larger than totalSize is allocated. Throws Error.
NdArray readNpyStream(const ByteSource& source, std::size_t totalSize, const std::string& nameForErrors);

/// The element type that NumPy calls 'f8' (kind 'f', 8 bytes) and so on; nothing for kinds that are not read.
std::optional<ElementType> elementTypeOfNumpy(char kind, std::size_t bytes);

/// The bytes of a version 1 .npy (version 2 when its header is too long for that).
std::string npyBytes(const NdArray& array);

}  // namespace hmr
