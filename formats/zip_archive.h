// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace hmr {

/// An open zip archive. Sizes that it claims are checked against what its compressed bytes can hold, and against what is reasonable
/// (expansion.h), before anything is allocated; checksums are compared. Everything throws Error.
class ZipArchive {
public:
    /// `kind` is what the archive should be, for messages: "NumPy archive (.npz)".
    ZipArchive(const std::filesystem::path& file, const std::string& kind);
    ~ZipArchive();
    ZipArchive(ZipArchive&&) noexcept;
    ZipArchive& operator=(ZipArchive&&) noexcept;

    const std::filesystem::path& path() const;
    /// In the archive's order; a name that is there twice is an Error.
    const std::vector<std::string>& names() const;
    bool contains(const std::string& name) const;
    /// Bytes that all its files claim to hold together.
    std::size_t expandedSize() const;

    /// A file in the archive, read from its start to its end.
    class Entry {
    public:
        ~Entry();
        Entry(Entry&&) noexcept;
        std::size_t size() const { return size_; }
        std::size_t read(std::byte* target, std::size_t size);  ///< fills up to `size` bytes and returns how many; 0 at the end
        void expectEnd();                                       ///< throws when more is there than size() says, or the checksum is wrong

    private:
        friend class ZipArchive;
        struct Stream;
        Entry(std::unique_ptr<Stream> stream, std::size_t size);
        std::unique_ptr<Stream> stream_;
        std::size_t size_;
    };
    Entry open(const std::string& name) const;

    /// A whole file of the archive.
    std::vector<std::byte> read(const std::string& name) const;

private:
    struct Archive;
    std::unique_ptr<Archive> archive_;
};

}  // namespace hmr
