// SPDX-License-Identifier: MIT
#include "formats/npz.h"

#include <zip.h>

#include <algorithm>
#include <exception>

#include "body/error.h"
#include "formats/atomic_file.h"
#include "formats/npy_stream.h"
#include "formats/zip_archive.h"

namespace hmr {
namespace {

constexpr std::string_view kSuffix = ".npy";
constexpr const char* kKind = "NumPy archive (.npz)";

ByteSource bytesOf(ZipArchive::Entry& entry) {
    return [&entry](std::byte* target, std::size_t size) { return entry.read(target, size); };
}

struct DiscardArchive {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};
using ArchiveHandle = std::unique_ptr<zip_t, DiscardArchive>;

std::string lastError(zip_error_t& error) {
    std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    return text;
}

/// Tells a report how far libzip is. What the report throws waits until libzip, which is C, has stopped and returned.
class PackingReport {
public:
    explicit PackingReport(const ShareReport& report) : report_(report) {}

    bool follow(zip_t* archive) {
        if (!report_) return true;
        constexpr double kShareBetweenReports = 1e-3;
        return zip_register_progress_callback_with_state(archive, kShareBetweenReports, tell, nullptr, this) == 0 &&
               zip_register_cancel_callback_with_state(archive, isCancelled, nullptr, this) == 0;
    }
    void rethrow() const {
        if (thrown_) std::rethrow_exception(thrown_);
    }

private:
    static void tell(zip_t*, double share, void* state) {
        auto& self = *static_cast<PackingReport*>(state);
        if (self.thrown_) return;  // libzip tells of its end too
        try {
            self.report_(share);
        } catch (...) {
            self.thrown_ = std::current_exception();
        }
    }
    static int isCancelled(zip_t*, void* state) { return static_cast<PackingReport*>(state)->thrown_ ? 1 : 0; }

    const ShareReport& report_;
    std::exception_ptr thrown_;
};

}  // namespace

struct NpzFile::Archive {
    ZipArchive zip;
    std::vector<std::string> names;
};

NpzFile::NpzFile(const std::filesystem::path& file)
    : archive_(std::make_unique<Archive>(Archive{ZipArchive(file, kKind), {}})) {
    for (const std::string& name : archive_->zip.names())
        if (name.ends_with(kSuffix)) archive_->names.push_back(name.substr(0, name.size() - kSuffix.size()));
    std::sort(archive_->names.begin(), archive_->names.end());
}

NpzFile::~NpzFile() = default;
NpzFile::NpzFile(NpzFile&&) noexcept = default;
NpzFile& NpzFile::operator=(NpzFile&&) noexcept = default;

const std::filesystem::path& NpzFile::path() const { return archive_->zip.path(); }

std::vector<std::string> NpzFile::names() const { return archive_->names; }

bool NpzFile::contains(const std::string& name) const {
    return std::binary_search(archive_->names.begin(), archive_->names.end(), name);
}

NdArray NpzFile::read(const std::string& name) const {
    if (!contains(name)) {
        std::string present;
        for (const std::string& key : archive_->names) present += (present.empty() ? "" : ", ") + key;
        throw Error("Cannot read " + path().string() + ": the key \"" + name + "\" is missing; it holds " +
                    (present.empty() ? "nothing" : present) + ". Choose a file of the right kind.");
    }
    ZipArchive::Entry entry = archive_->zip.open(name + std::string(kSuffix));
    NdArray array = readNpyStream(bytesOf(entry), entry.size(), path().string() + ": " + name);
    entry.expectEnd();
    return array;
}

NpzArrays readNpz(const std::filesystem::path& file) {
    const NpzFile archive(file);
    NpzArrays arrays;
    for (const std::string& name : archive.names()) arrays.emplace(name, archive.read(name));
    return arrays;
}

std::map<std::string, NpyHeader> readNpzHeaders(const std::filesystem::path& file) {
    const ZipArchive archive(file, kKind);
    std::map<std::string, NpyHeader> headers;
    for (const std::string& entryName : archive.names()) {
        if (!entryName.ends_with(kSuffix)) continue;
        const std::string name = entryName.substr(0, entryName.size() - kSuffix.size());
        ZipArchive::Entry entry = archive.open(entryName);
        headers[name] = readNpyHeader(bytesOf(entry), entry.size(), file.string() + ": " + name);
    }
    return headers;
}

void writeNpz(const std::filesystem::path& file, const NpzArrays& arrays, const ShareReport& report) {
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
    PackingReport packing(report);
    check(packing.follow(archive.get()));
    const bool isPacked = zip_close(archive.get()) == 0;
    if (isPacked) archive.release();
    packing.rethrow();
    check(isPacked);

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
