// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <filesystem>
#include <string_view>

namespace hmr {

/// A file's bytes, mapped for reading; pages that nobody looks at are never loaded.
class MappedFile {
public:
    /// Throws Error when it is missing, unreadable, a folder or empty.
    explicit MappedFile(const std::filesystem::path& file);
    ~MappedFile();
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;

    const std::filesystem::path& path() const { return path_; }
    std::string_view bytes() const { return {static_cast<const char*>(mapping_), size_}; }

private:
    std::filesystem::path path_;
    void* mapping_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace hmr
