// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "formats/npz.h"

namespace hmr {

/// Fills up to `size` bytes and returns how many; 0 at the end.
using ByteSource = std::function<std::size_t(std::byte* target, std::size_t size)>;

/// Reads a .npy of `totalSize` bytes straight into its array; nothing larger than totalSize is allocated. Throws Error.
NdArray readNpyStream(const ByteSource& source, std::size_t totalSize, const std::string& nameForErrors);

/// What a .npy says of its array before the numbers.
struct NpyHeader {
    std::optional<ElementType> type;  ///< nothing for kinds that are not read: Python objects, records, big-endian or complex numbers
    std::vector<std::size_t> shape;
};

/// Reads the header and nothing behind it. Throws Error: no .npy, or it promises another size than `totalSize` leaves.
NpyHeader readNpyHeader(const ByteSource& source, std::size_t totalSize, const std::string& nameForErrors);

/// The headers of an .npz by name; what they belong to is not expanded. Throws Error.
std::map<std::string, NpyHeader> readNpzHeaders(const std::filesystem::path& file);

/// The element type that NumPy calls 'f8' (kind 'f', 8 bytes) and so on; nothing for kinds that are not read.
std::optional<ElementType> elementTypeOfNumpy(char kind, std::size_t bytes);

/// The bytes of a version 1 .npy (version 2 when its header is too long for that).
std::string npyBytes(const NdArray& array);

}  // namespace hmr
