// SPDX-License-Identifier: MIT
#include "formats/tensors/tensor_bundle.h"

#include <array>
#include <cstdio>

#include "body/error.h"
#include "formats/mapped_file.h"
#include "formats/strided_copy.h"
#include "formats/tensors/sorted_table.h"
#include "formats/tensors/tensor_file.h"
#include "formats/tensors/wire_reader.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostShards = 10'000;
constexpr std::size_t kMostTensorDimensions = 32;

/// Calls visit(field, value as number, value as bytes) for each field of a protocol buffer.
template <typename Visit>
void visitFields(std::string_view message, Visit visit) {
    WireReader reader(message);
    while (!reader.atEnd()) {
        const std::uint64_t tag = reader.varint();
        switch (tag & 7) {
            case 0: visit(tag >> 3, reader.varint(), std::string_view()); break;
            case 1: visit(tag >> 3, reader.fixed<std::uint64_t>(), std::string_view()); break;
            case 2: visit(tag >> 3, std::uint64_t{0}, reader.take(reader.varint())); break;
            case 5: visit(tag >> 3, std::uint64_t{reader.fixed<std::uint32_t>()}, std::string_view()); break;
            default: throw Error("A record has an unknown form.");
        }
    }
}

/// What the index says of one tensor (tensorflow.BundleEntryProto).
struct Entry {
    std::uint64_t dataType = 0, shard = 0, offset = 0, size = 0, checksum = 0;
    bool isSliced = false;
    std::vector<std::size_t> shape;
};

Entry entryFrom(std::string_view message) {
    Entry entry;
    visitFields(message, [&](std::uint64_t field, std::uint64_t number, std::string_view bytes) {
        switch (field) {
            case 1: entry.dataType = number; break;
            case 2:
                visitFields(bytes, [&](std::uint64_t part, std::uint64_t, std::string_view dimension) {
                    if (part != 2) return;
                    std::size_t extent = 0;
                    visitFields(dimension, [&](std::uint64_t key, std::uint64_t size, std::string_view) {
                        if (key == 1) extent = size;
                    });
                    entry.shape.push_back(extent);
                });
                break;
            case 3: entry.shard = number; break;
            case 4: entry.offset = number; break;
            case 5: entry.size = number; break;
            case 6: entry.checksum = number; break;
            case 7: entry.isSliced = true; break;
            default: break;
        }
    });
    if (entry.shape.size() > kMostTensorDimensions) throw Error("A tensor has too many dimensions.");
    return entry;
}

/// tensorflow.DataType's numbers; nothing for kinds that hold no plain numbers.
std::optional<ElementType> elementTypeOf(std::uint64_t dataType) {
    using enum ElementType;
    switch (dataType) {
        case 1: return Float32;
        case 2: return Float64;
        case 3: return Int32;
        case 4: return UInt8;
        case 5: return Int16;
        case 6: return Int8;
        case 9: return Int64;
        case 10: return Bool;
        case 17: return UInt16;
        case 19: return Float16;
        case 22: return UInt32;
        case 23: return UInt64;
        default: return std::nullopt;
    }
}

/// A TensorFlow checkpoint (version 2): an index of tensors and files of their numbers.
class TensorBundle : public TensorFile {
public:
    explicit TensorBundle(const fs::path& index) : index_(index) {
        const std::string name = index.string();
        stem_ = name.substr(0, name.size() - std::string(".index").size());
        try {
            const MappedFile file(index);
            visitSortedTable(file.bytes(), [&](std::string_view key, std::string_view value) { add(std::string(key), value); });
        } catch (const Error& error) {
            const std::string text = error.what();
            if (text.find(name) != std::string::npos) throw;
            throw Error("Cannot open the TensorFlow checkpoint " + name + ": " + text + " Fetch the file again.");
        }
    }

    std::string format() const override { return "TensorFlow checkpoint"; }
    const fs::path& path() const override { return index_; }
    const std::map<std::string, TensorInfo>& tensors() const override { return tensors_; }

    NdArray read(const std::string& name) const override {
        const auto found = entries_.find(name);
        if (found == entries_.end()) throw Error(index_.string() + ": the tensor \"" + name + "\" is missing.");
        const Entry& entry = found->second;
        const MappedFile& data = shard(entry.shard);
        if (entry.offset > data.bytes().size() || entry.size > data.bytes().size() - entry.offset)
            throw Error("Cannot read " + data.path().string() + ": the tensor \"" + name + "\" lies beyond its end; the file is cut. Fetch it again.");
        const std::string_view bytes = data.bytes().substr(entry.offset, entry.size);
        if (entry.checksum != 0 && maskedCrc32c(bytes) != entry.checksum)
            throw Error("Cannot read " + data.path().string() + ": the tensor \"" + name + "\" has a wrong checksum; the file is damaged. Fetch it again.");
        const auto numbers = std::as_bytes(std::span(bytes));
        const ElementType type = tensors_.at(name).type;
        return {type, elementSize(type), entry.shape, {numbers.begin(), numbers.end()}};
    }

private:
    void add(const std::string& name, std::string_view value) {
        if (name.empty()) return readHeader(value);
        const Entry entry = entryFrom(value);
        const auto type = elementTypeOf(entry.dataType);
        if (!type || entry.isSliced) return;  // text, or a variable in parts, which no network here has
        if (checkedNumBytes(entry.shape, elementSize(*type)) != entry.size || entry.shard >= numShards_)
            throw Error("The tensor \"" + name + "\" has " + std::to_string(entry.size) + " bytes, which does not fit its shape.");
        entries_[name] = entry;
        tensors_[name] = {*type, entry.shape};
    }
    void readHeader(std::string_view value) {
        visitFields(value, [&](std::uint64_t field, std::uint64_t number, std::string_view) {
            if (field == 1) numShards_ = number;
            if (field == 2 && number != 0) throw Error("Its numbers are big-endian.");
        });
        if (numShards_ < 1 || numShards_ > kMostShards) throw Error("It names an absurd number of data files.");
    }
    const MappedFile& shard(std::uint64_t number) const {
        auto found = shards_.find(number);
        if (found == shards_.end()) {
            std::array<char, 40> ending{};
            std::snprintf(ending.data(), ending.size(), ".data-%05d-of-%05d", static_cast<int>(number), static_cast<int>(numShards_));
            found = shards_.emplace(number, MappedFile(stem_ + ending.data())).first;
        }
        return found->second;
    }

    fs::path index_;
    std::string stem_;
    std::uint64_t numShards_ = 1;
    std::map<std::string, Entry> entries_;
    std::map<std::string, TensorInfo> tensors_;
    mutable std::map<std::uint64_t, MappedFile> shards_;
};

}  // namespace

std::optional<fs::path> tensorBundleIndex(const fs::path& file) {
    std::string stem = file.string();
    if (stem.ends_with(".index")) return file;
    if (stem.ends_with(".meta")) stem.erase(stem.size() - 5);
    if (const std::size_t data = stem.rfind(".data-"); data != std::string::npos) stem.erase(data);
    std::error_code error;
    const bool isPart = stem != file.string() || !fs::exists(file, error);
    if (isPart && fs::is_regular_file(stem + ".index", error)) return stem + ".index";
    return std::nullopt;
}

std::unique_ptr<TensorFile> openTensorBundle(const fs::path& file) { return std::make_unique<TensorBundle>(file); }

}  // namespace hmr
