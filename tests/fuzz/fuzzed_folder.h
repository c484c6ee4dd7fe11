// SPDX-License-Identifier: MIT
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "body/error.h"

namespace hmr::fuzz {

/// A folder of this process in the temporary one ($TMPDIR), for readers that take paths; removed at the end.
class FuzzedFolder {
public:
    FuzzedFolder();
    ~FuzzedFolder();
    FuzzedFolder(const FuzzedFolder&) = delete;
    FuzzedFolder& operator=(const FuzzedFolder&) = delete;

    /// Replaces the file of the name and returns its path.
    std::filesystem::path write(const std::string& name, std::string_view bytes) const;

private:
    std::filesystem::path path_;
};

/// Opens a file of network weights and reads every tensor; an Error is a good answer, anything else thrown ends the program.
void readEveryTensor(const std::filesystem::path& file);

/// Runs the call; hmr::Error is what a reader may throw, anything else ends the program.
void toleratingErrors(std::invocable auto call) {
    try {
        call();
    } catch (const Error&) {
    }
}

inline std::string_view asText(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

}  // namespace hmr::fuzz
