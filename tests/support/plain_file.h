// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <fstream>
#include <string_view>

namespace hmr::test {

/// Writes a file in place, without waiting for the disk: for tests that write thousands.
inline void writePlainFile(const std::filesystem::path& file, std::string_view bytes) {
    std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace hmr::test
