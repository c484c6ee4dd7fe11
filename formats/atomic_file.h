// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace hmr {

/// A file that appears whole or not at all: write to path(), then commit() renames it into place.
/// Destroyed without commit, nothing is left behind and an older file of the name is untouched.
class AtomicFile {
public:
    /// Throws Error when the folder cannot be written to.
    explicit AtomicFile(std::filesystem::path target);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    /// The temporary name in the same folder, with the target's extension.
    const std::filesystem::path& path() const { return temporary_; }
    /// Flushes to disk and renames; throws Error (no space, no permission).
    void commit();

private:
    std::filesystem::path target_, temporary_;
    bool committed_ = false;
};

/// The same for what is written piece by piece, so that the whole need not be in memory.
class GrowingFile {
public:
    /// Throws Error when the folder cannot be written to.
    explicit GrowingFile(std::filesystem::path target);
    ~GrowingFile();
    GrowingFile(const GrowingFile&) = delete;
    GrowingFile& operator=(const GrowingFile&) = delete;

    void append(std::string_view bytes);  ///< throws Error (no space)
    void close();                         ///< after the last piece; throws Error
    void commit();                        ///< closes and takes its place; throws Error

private:
    std::filesystem::path target_;
    AtomicFile file_;
    int descriptor_ = -1;
};

/// Writes the bytes as a whole file. Throws Error.
void writeWholeFile(const std::filesystem::path& file, std::string_view bytes);

/// Writes files that belong together, in this order: none takes its place before all are written. Throws Error.
void writeWholeFiles(std::span<const std::pair<std::filesystem::path, std::string_view>> files);

/// Reads a whole file of at most `limit` bytes. Throws Error when it is missing, unreadable, a folder, or larger.
std::string readWholeFile(const std::filesystem::path& file, std::size_t limit = std::size_t{4} << 30);

}  // namespace hmr
