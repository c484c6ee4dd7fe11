// SPDX-License-Identifier: MIT
#include "formats/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "body/error.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

std::string reason() { return std::strerror(errno); }

/// An open file descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return number_; }
    bool isOpen() const { return number_ >= 0; }
    bool close() { return ::close(std::exchange(number_, -1)) == 0; }

private:
    int number_;
};

/// The file that writing to `target` changes: a symbolic link is followed, so that it stays a link.
fs::path followLink(const fs::path& target) {
    std::error_code error;
    if (!fs::is_symlink(target, error)) return target;
    const fs::path real = fs::weakly_canonical(target, error);
    return error ? target : real;
}

}  // namespace

AtomicFile::AtomicFile(fs::path target) : target_(followLink(target)) {
    struct stat info {};
    if (::stat(target_.c_str(), &info) == 0) {
        if (!S_ISREG(info.st_mode))
            throw Error("Cannot write " + target_.string() + ": a folder or device of that name exists. Choose another name.");
        if (::access(target_.c_str(), W_OK) != 0)
            throw Error("Cannot write " + target_.string() + ": the file is write-protected. Choose another name.");
    }
    static std::atomic<unsigned> counter{0};
    const fs::path folder = target_.has_parent_path() ? target_.parent_path() : fs::path(".");
    for (;;) {
        temporary_ = folder / (".hmr-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) +
                               target_.extension().string());
        const Descriptor made(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
        if (made.isOpen()) return;
        if (errno != EEXIST)
            throw Error("Cannot write into " + folder.string() + ": " + reason() +
                        ". Choose a folder that exists and that you may write to.");
    }
}

AtomicFile::~AtomicFile() {
    if (!committed_) ::unlink(temporary_.c_str());
}

void AtomicFile::commit() {
    Descriptor file(::open(temporary_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.isOpen() || ::fsync(file.number()) != 0 || !file.close() ||
        ::rename(temporary_.c_str(), target_.c_str()) != 0)
        throw Error("Cannot finish " + target_.string() + ": " + reason() +
                    ". Check the space left and the folder's permissions; an older file of that name is unchanged.");
    committed_ = true;
}

GrowingFile::GrowingFile(fs::path target) : target_(std::move(target)), file_(target_) {
    descriptor_ = ::open(file_.path().c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
    if (descriptor_ < 0) throw Error("Cannot write " + target_.string() + ": " + reason() + ".");
}

GrowingFile::~GrowingFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void GrowingFile::append(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0)
            throw Error("Cannot write " + target_.string() + ": " + reason() +
                        ". Free some space or choose another folder; an older file of that name is unchanged.");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void GrowingFile::close() {
    if (descriptor_ >= 0 && ::close(std::exchange(descriptor_, -1)) != 0) throw Error("Cannot write " + target_.string() + ": " + reason() + ".");
}

void GrowingFile::commit() {
    close();
    file_.commit();
}

void writeWholeFile(const fs::path& file, std::string_view bytes) { writeWholeFiles(std::array{std::pair{file, bytes}}); }

void writeWholeFiles(std::span<const std::pair<fs::path, std::string_view>> files) {
    std::vector<std::unique_ptr<GrowingFile>> written;
    for (const auto& [file, bytes] : files) {
        written.push_back(std::make_unique<GrowingFile>(file));
        written.back()->append(bytes);
        written.back()->close();
    }
    for (const auto& whole : written) whole->commit();
}

std::string readWholeFile(const fs::path& file, std::size_t limit) {
    const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info {};
    if (!in.isOpen() || ::fstat(in.number(), &info) != 0)
        throw Error("Cannot open " + file.string() + ": " + reason() + ". Check the name and your permission to read it.");
    if (S_ISDIR(info.st_mode)) throw Error("Cannot read " + file.string() + ": it is a folder; a file was expected.");

    const auto tooLarge = [&] {
        return Error("Cannot read " + file.string() + ": it is larger than the " + std::to_string(limit) +
                     " bytes that such a file may have.");
    };
    const auto expected = static_cast<std::size_t>(std::max<off_t>(info.st_size, 0));
    if (expected > limit) throw tooLarge();
    // One byte more than expected, so that the end of a file of known size is seen without growing the buffer.
    std::string bytes(expected + 1, '\0');
    std::size_t used = 0;
    for (;;) {
        if (used == bytes.size()) bytes.resize(bytes.size() * 2 + 4096);
        const ssize_t got = ::read(in.number(), bytes.data() + used, bytes.size() - used);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw Error("Cannot read " + file.string() + ": " + reason() + ".");
        if (got == 0) break;
        used += static_cast<std::size_t>(got);
        if (used > limit) throw tooLarge();
    }
    bytes.resize(used);
    return bytes;
}

}  // namespace hmr
