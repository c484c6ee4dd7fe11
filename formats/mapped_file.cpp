// SPDX-License-Identifier: MIT
#include "formats/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "body/error.h"

namespace hmr {

MappedFile::MappedFile(const std::filesystem::path& file) : path_(file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat info {};
    if (descriptor < 0 || ::fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
        const std::string reason = descriptor < 0 ? std::strerror(errno) : "it is a folder or no plain file";
        if (descriptor >= 0) ::close(descriptor);
        throw Error("Cannot open " + file.string() + ": " + reason + ". Check the name and your permission to read it.");
    }
    size_ = static_cast<std::size_t>(info.st_size);
    void* mapping = size_ > 0 ? ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0) : MAP_FAILED;
    ::close(descriptor);
    if (mapping == MAP_FAILED)
        throw Error("Cannot open " + file.string() + ": it is " + (size_ == 0 ? "empty" : "too large to be mapped") + ". Fetch the file again.");
    mapping_ = mapping;
}

MappedFile::~MappedFile() {
    if (mapping_) ::munmap(mapping_, size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)), mapping_(std::exchange(other.mapping_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(mapping_, other.mapping_);
    std::swap(size_, other.size_);
    return *this;
}

}  // namespace hmr
