// SPDX-License-Identifier: MIT
#include "formats/npz.h"

#include <zip.h>

#include "body/error.h"
#include "formats/atomic_file.h"
#include "formats/npy_stream.h"

namespace hmr {
namespace {

constexpr std::size_t kLargestArray = std::size_t{4} << 30;
constexpr std::size_t kBestDeflateRatio = 1032;  // what deflate can at most expand to
constexpr std::string_view kSuffix = ".npy";

struct CloseEntry {
    void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};
struct DiscardArchive {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};
using ArchiveHandle = std::unique_ptr<zip_t, DiscardArchive>;

Error damaged(const std::filesystem::path& file, const std::string& what) {
    return Error("Cannot read " + file.string() + ": " + what + " Fetch or save the file again.");
}

std::string lastError(zip_error_t& error) {
    std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    return text;
}

}  // namespace

struct NpzFile::Archive {
    std::filesystem::path path;
    ArchiveHandle handle;
    std::map<std::string, zip_uint64_t> entries;
};

NpzFile::NpzFile(const std::filesystem::path& file) : archive_(std::make_unique<Archive>()) {
    archive_->path = file;
    int code = 0;
    archive_->handle.reset(zip_open(file.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code));
    if (!archive_->handle) {
        std::error_code ignored;
        if (code == ZIP_ER_OPEN || !std::filesystem::is_regular_file(file, ignored)) readWholeFile(file);  // says why it cannot be read
        throw damaged(file, "it is no whole NumPy archive (.npz).");
    }
    const zip_int64_t count = zip_get_num_entries(archive_->handle.get(), 0);
    for (zip_int64_t i = 0; i < count; ++i) {
        const char* raw = zip_get_name(archive_->handle.get(), static_cast<zip_uint64_t>(i), ZIP_FL_ENC_GUESS);
        const std::string name = raw ? raw : "";
        if (!name.ends_with(kSuffix)) continue;
        if (!archive_->entries.emplace(name.substr(0, name.size() - kSuffix.size()), i).second)
            throw damaged(file, "it holds \"" + name + "\" twice.");
    }
}

NpzFile::~NpzFile() = default;
NpzFile::NpzFile(NpzFile&&) noexcept = default;
NpzFile& NpzFile::operator=(NpzFile&&) noexcept = default;

const std::filesystem::path& NpzFile::path() const { return archive_->path; }

std::vector<std::string> NpzFile::names() const {
    std::vector<std::string> all;
    for (const auto& [name, index] : archive_->entries) all.push_back(name);
    return all;
}

bool NpzFile::contains(const std::string& name) const { return archive_->entries.contains(name); }

NdArray NpzFile::read(const std::string& name) const {
    const auto found = archive_->entries.find(name);
    if (found == archive_->entries.end()) {
        std::string present;
        for (const auto& [key, index] : archive_->entries) present += (present.empty() ? "" : ", ") + key;
        throw Error("Cannot read " + path().string() + ": the key \"" + name + "\" is missing; it holds " +
                    (present.empty() ? "nothing" : present) + ". Choose a file of the right kind.");
    }
    zip_stat_t info;
    constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    if (zip_stat_index(archive_->handle.get(), found->second, 0, &info) != 0 || (info.valid & kNeeded) != kNeeded)
        throw damaged(path(), "the entry \"" + name + "\" is damaged.");
    // The archive's word is checked against what its compressed bytes can hold before anything is allocated.
    if (info.size > kLargestArray || info.size / kBestDeflateRatio > info.comp_size)
        throw damaged(path(), "\"" + name + "\" claims " + std::to_string(info.size) + " bytes, more than it can hold.");
    const std::unique_ptr<zip_file_t, CloseEntry> entry(zip_fopen_index(archive_->handle.get(), found->second, 0));
    if (!entry)
        throw damaged(path(), "the entry \"" + name + "\" cannot be opened (" + zip_strerror(archive_->handle.get()) + ").");

    const ByteSource source = [&](std::byte* target, std::size_t size) {
        const zip_int64_t got = zip_fread(entry.get(), target, size);
        if (got < 0)
            throw damaged(path(), "\"" + name + "\" is damaged (" + zip_error_strerror(zip_file_get_error(entry.get())) + ").");
        return static_cast<std::size_t>(got);
    };
    NdArray array = readNpyStream(source, info.size, path().string() + ": " + name);
    std::byte beyond;
    if (source(&beyond, 1) != 0)  // also makes libzip compare the checksum
        throw damaged(path(), "\"" + name + "\" holds more than the " + std::to_string(info.size) + " bytes it claims.");
    return array;
}

NpzArrays readNpz(const std::filesystem::path& file) {
    const NpzFile archive(file);
    NpzArrays arrays;
    for (const std::string& name : archive.names()) arrays.emplace(name, archive.read(name));
    return arrays;
}

void writeNpz(const std::filesystem::path& file, const NpzArrays& arrays) {
    if (arrays.empty())  // libzip would write no file at all
        return writeWholeFile(file, std::string("PK\5\6") + std::string(18, '\0'));
    zip_error_t error;
    zip_error_init(&error);
    const auto failed = [&](const std::string& reason) { return Error("Cannot write " + file.string() + ": " + reason + "."); };
    zip_source_t* memory = zip_source_buffer_create(nullptr, 0, 0, &error);
    if (!memory) throw failed(lastError(error));
    const std::unique_ptr<zip_source_t, void (*)(zip_source_t*)> keptMemory(memory, zip_source_free);
    zip_source_keep(memory);  // the archive takes one reference, the bytes are read from the other
    ArchiveHandle archive(zip_open_from_source(memory, ZIP_CREATE | ZIP_TRUNCATE, &error));
    if (!archive) {
        zip_source_free(memory);
        throw failed(lastError(error));
    }
    const auto check = [&](bool isGood) {
        if (!isGood) throw failed(zip_strerror(archive.get()));
    };
    std::vector<std::string> contents;  // stay in place until the archive is closed
    contents.reserve(arrays.size());
    for (const auto& [name, array] : arrays) {
        contents.push_back(npyBytes(array));
        zip_source_t* content = zip_source_buffer(archive.get(), contents.back().data(), contents.back().size(), 0);
        check(content != nullptr);
        const zip_int64_t index = zip_file_add(archive.get(), (name + std::string(kSuffix)).c_str(), content, ZIP_FL_ENC_UTF_8);
        if (index < 0) zip_source_free(content);
        check(index >= 0);
        const auto entry = static_cast<zip_uint64_t>(index);
        constexpr zip_uint16_t kFirstDosDate = 1 << 5 | 1;  // 1 January 1980, so that equal arrays give equal bytes
        check(zip_file_set_dostime(archive.get(), entry, 0, kFirstDosDate, 0) == 0 &&
              zip_set_file_compression(archive.get(), entry, ZIP_CM_DEFLATE, 9) == 0);
    }
    check(zip_close(archive.get()) == 0);
    archive.release();

    zip_stat_t info;
    if (zip_source_stat(memory, &info) != 0 || zip_source_open(memory) != 0)
        throw failed(zip_error_strerror(zip_source_error(memory)));
    std::string bytes(info.size, '\0');
    const zip_int64_t got = zip_source_read(memory, bytes.data(), bytes.size());
    zip_source_close(memory);
    if (got != static_cast<zip_int64_t>(bytes.size())) throw failed("the archive could not be put together");
    writeWholeFile(file, bytes);
}

}  // namespace hmr
