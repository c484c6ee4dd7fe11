// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace hmr {

/// A numeric variable of a NASA Common Data Format file.
struct CdfVariable {
    std::vector<std::size_t> shape;  ///< [records, the record's own dimensions…]
    std::vector<double> numbers;     ///< row-major
};

/// Reads a variable of a single-file CDF, version 2.6 to 3, plain or compressed with gzip as a whole or by variable, in the
/// byte order of PCs or of the network; records that were never written are left out at the end. Offsets and counts are checked
/// against the file. Throws Error. (CDF Internal Format Description, NASA/GSFC.)
CdfVariable readCdfVariable(const std::filesystem::path& file, const std::string& name);

}  // namespace hmr
