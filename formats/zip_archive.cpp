// SPDX-License-Identifier: MIT
#include "formats/zip_archive.h"

#include <zip.h>

#include <limits>
#include <map>

#include "body/error.h"
#include "formats/atomic_file.h"
#include "formats/expansion.h"

namespace hmr {
namespace {

constexpr std::size_t kLargestEntry = std::size_t{16} << 30;
constexpr std::size_t kBestDeflateRatio = 1032;  // what deflate can at most expand to

struct CloseEntry {
    void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};
struct DiscardReadArchive {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};

std::size_t saturatedSum(std::size_t a, std::size_t b) {
    return b > std::numeric_limits<std::size_t>::max() - a ? std::numeric_limits<std::size_t>::max() : a + b;
}

Error damaged(const std::filesystem::path& file, const std::string& what) {
    return Error("Cannot read " + file.string() + ": " + what + " Fetch or save the file again.");
}

}  // namespace

struct ZipArchive::Archive {
    std::filesystem::path path;
    std::unique_ptr<zip_t, DiscardReadArchive> handle;
    std::vector<std::string> names;
    std::map<std::string, zip_uint64_t> entries;
    std::size_t expandedSize = 0;
};

struct ZipArchive::Entry::Stream {
    std::filesystem::path archive;
    std::string name;
    std::unique_ptr<zip_file_t, CloseEntry> handle;
};

ZipArchive::ZipArchive(const std::filesystem::path& file, const std::string& kind) : archive_(std::make_unique<Archive>()) {
    archive_->path = file;
    int code = 0;
    archive_->handle.reset(zip_open(file.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code));
    if (!archive_->handle) {
        std::error_code ignored;
        if (code == ZIP_ER_OPEN || !std::filesystem::is_regular_file(file, ignored)) readWholeFile(file);  // says why it cannot be read
        throw damaged(file, "it is no whole " + kind + ".");
    }
    const zip_int64_t count = zip_get_num_entries(archive_->handle.get(), 0);
    for (zip_int64_t i = 0; i < count; ++i) {
        const char* raw = zip_get_name(archive_->handle.get(), static_cast<zip_uint64_t>(i), ZIP_FL_ENC_GUESS);
        archive_->names.emplace_back(raw ? raw : "");
        if (!archive_->entries.emplace(archive_->names.back(), i).second)
            throw damaged(file, "it holds \"" + archive_->names.back() + "\" twice.");
        zip_stat_t info;
        if (zip_stat_index(archive_->handle.get(), static_cast<zip_uint64_t>(i), 0, &info) == 0 && (info.valid & ZIP_STAT_SIZE))
            archive_->expandedSize = saturatedSum(archive_->expandedSize, info.size);
    }
}

ZipArchive::~ZipArchive() = default;
ZipArchive::ZipArchive(ZipArchive&&) noexcept = default;
ZipArchive& ZipArchive::operator=(ZipArchive&&) noexcept = default;

const std::filesystem::path& ZipArchive::path() const { return archive_->path; }
const std::vector<std::string>& ZipArchive::names() const { return archive_->names; }
std::size_t ZipArchive::expandedSize() const { return archive_->expandedSize; }
bool ZipArchive::contains(const std::string& name) const { return archive_->entries.contains(name); }

ZipArchive::Entry ZipArchive::open(const std::string& name) const {
    const auto found = archive_->entries.find(name);
    if (found == archive_->entries.end()) throw damaged(path(), "the entry \"" + name + "\" is missing.");
    zip_stat_t info;
    constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    if (zip_stat_index(archive_->handle.get(), found->second, 0, &info) != 0 || (info.valid & kNeeded) != kNeeded)
        throw damaged(path(), "the entry \"" + name + "\" is damaged.");
    if (info.size > kLargestEntry || info.size / kBestDeflateRatio > info.comp_size)
        throw damaged(path(), "\"" + name + "\" claims " + std::to_string(info.size) + " bytes, more than it can hold.");
    if (!expandsWithinReason(info.comp_size, info.size)) throw damaged(path(), "\"" + name + "\" " + kExpandsBeyondReason);
    auto stream = std::make_unique<Entry::Stream>();
    stream->archive = path();
    stream->name = name;
    stream->handle.reset(zip_fopen_index(archive_->handle.get(), found->second, 0));
    if (!stream->handle)
        throw damaged(path(), "the entry \"" + name + "\" cannot be opened (" + zip_strerror(archive_->handle.get()) + ").");
    return {std::move(stream), info.size};
}

std::vector<std::byte> ZipArchive::read(const std::string& name) const {
    Entry entry = open(name);
    std::vector<std::byte> bytes(entry.size());
    for (std::size_t used = 0; used < bytes.size();) {
        const std::size_t got = entry.read(bytes.data() + used, bytes.size() - used);
        if (got == 0) throw damaged(path(), "\"" + name + "\" ends too early.");
        used += got;
    }
    entry.expectEnd();
    return bytes;
}

ZipArchive::Entry::Entry(std::unique_ptr<Stream> stream, std::size_t size) : stream_(std::move(stream)), size_(size) {}
ZipArchive::Entry::~Entry() = default;
ZipArchive::Entry::Entry(Entry&&) noexcept = default;

std::size_t ZipArchive::Entry::read(std::byte* target, std::size_t size) {
    const zip_int64_t got = zip_fread(stream_->handle.get(), target, size);
    if (got < 0)
        throw damaged(stream_->archive, "\"" + stream_->name + "\" is damaged (" +
                                            zip_error_strerror(zip_file_get_error(stream_->handle.get())) + ").");
    return static_cast<std::size_t>(got);
}

void ZipArchive::Entry::expectEnd() {
    std::byte beyond;
    if (read(&beyond, 1) != 0)  // also makes libzip compare the checksum
        throw damaged(stream_->archive, "\"" + stream_->name + "\" holds more than the " + std::to_string(size_) + " bytes it claims.");
}

}  // namespace hmr
