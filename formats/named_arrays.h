// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "formats/npz.h"

namespace hmr {

/// Arrays by name in an open file of one kind or another, read one at a time.
class NamedArrays {
public:
    virtual ~NamedArrays() = default;
    virtual const std::filesystem::path& path() const = 0;
    virtual std::vector<std::string> names() const = 0;  ///< of everything the file holds, also of what is no array
    virtual bool contains(const std::string& name) const = 0;
    /// Throws Error when there is no such array or it cannot be read.
    virtual NdArray read(const std::string& name) const = 0;
};

/// The arrays of an .npz, or of the dictionary in a Python pickle (.pkl), told apart by the file's first bytes.
/// Throws Error for other files.
std::unique_ptr<NamedArrays> openNamedArrays(const std::filesystem::path& file);

}  // namespace hmr
