// SPDX-License-Identifier: MIT
#include "formats/safetensors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "body/error.h"
#include "formats/atomic_file.h"

namespace hmr {
namespace {

using nlohmann::json;
using enum ElementType;

constexpr std::size_t kLargestTensorHeader = 100'000'000;  // the format's own limit
constexpr std::array<std::pair<std::string_view, ElementType>, 12> kTypeNames = {{
    {"F16", Float16}, {"F32", Float32}, {"F64", Float64}, {"I8", Int8}, {"U8", UInt8}, {"I16", Int16},
    {"U16", UInt16}, {"I32", Int32}, {"U32", UInt32}, {"I64", Int64}, {"U64", UInt64}, {"BOOL", Bool}}};

Error damaged(const std::filesystem::path& file, const std::string& what) {
    return Error("Cannot open " + file.string() + ": " + what + " Fetch the .safetensors file again.");
}

std::vector<std::size_t> sizesFrom(const json& list, const std::filesystem::path& file, const std::string& name) {
    const auto isSize = [](const json& number) { return number.is_number_unsigned(); };
    if (!list.is_array() || list.size() > 32 || !std::all_of(list.begin(), list.end(), isSize))
        throw damaged(file, "the tensor \"" + name + "\" has a shape or range that is no list of sizes.");
    return list.get<std::vector<std::size_t>>();
}

/// The tensor that one entry of the header describes, inside `data`.
TensorView tensorFrom(const json& entry, std::span<const std::byte> data, const std::filesystem::path& file,
                      const std::string& name) {
    if (!entry.is_object() || !entry.contains("dtype") || !entry["dtype"].is_string() || !entry.contains("shape") ||
        !entry.contains("data_offsets"))
        throw damaged(file, "the tensor \"" + name + "\" lacks its type, shape or range.");
    const auto typeName = entry["dtype"].get<std::string>();
    const auto type = std::find_if(kTypeNames.begin(), kTypeNames.end(), [&](const auto& t) { return t.first == typeName; });
    if (type == kTypeNames.end())
        throw Error("Cannot open " + file.string() + ": the tensor \"" + name + "\" has the type " + typeName +
                    ", which is not read here. Convert it to F16 or F32.");
    TensorView tensor;
    tensor.type = type->second;
    tensor.shape = sizesFrom(entry["shape"], file, name);
    const std::vector<std::size_t> range = sizesFrom(entry["data_offsets"], file, name);
    if (range.size() != 2 || range[0] > range[1] || range[1] > data.size())
        throw damaged(file, "the tensor \"" + name + "\" lies outside of the file's " + std::to_string(data.size()) + " bytes of data.");
    std::size_t expected = elementSize(tensor.type);
    bool isTooLarge = false;
    for (const std::size_t extent : tensor.shape) isTooLarge |= __builtin_mul_overflow(expected, extent, &expected);
    if (isTooLarge || expected != range[1] - range[0])
        throw damaged(file, "the tensor \"" + name + "\" has " + std::to_string(range[1] - range[0]) +
                                " bytes, which does not fit its shape.");
    tensor.bytes = data.subspan(range[0], range[1] - range[0]);
    return tensor;
}

/// The tensors must lie one behind the other and fill the data, so that no byte belongs to two or to none.
void requireContiguous(const std::map<std::string, TensorView>& tensors, std::span<const std::byte> data,
                       const std::filesystem::path& file) {
    std::vector<std::pair<std::size_t, std::size_t>> ranges;
    for (const auto& [name, tensor] : tensors) {
        const auto begin = static_cast<std::size_t>(tensor.bytes.data() - data.data());
        ranges.emplace_back(begin, begin + tensor.bytes.size());
    }
    std::sort(ranges.begin(), ranges.end());
    std::size_t end = 0;
    for (const auto& [begin, next] : ranges) {
        if (begin != end) throw damaged(file, begin < end ? "two of its tensors overlap." : "there is a gap between its tensors.");
        end = next;
    }
    if (end != data.size())
        throw damaged(file, "its tensors end at byte " + std::to_string(end) + " of " + std::to_string(data.size()) + " bytes of data.");
}

const char* typeName(ElementType type) {
    const auto found = std::find_if(kTypeNames.begin(), kTypeNames.end(), [&](const auto& t) { return t.second == type; });
    if (found == kTypeNames.end()) throw Error("Text cannot be written as a tensor of a .safetensors file; put it into the metadata.");
    return found->first.data();
}

}  // namespace

SafetensorsFile::SafetensorsFile(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat info {};
    if (descriptor < 0 || ::fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
        const std::string reason = descriptor < 0 ? std::strerror(errno) : "it is no plain file";
        if (descriptor >= 0) ::close(descriptor);
        throw Error("Cannot open " + file.string() + ": " + reason + ". Check the name and your permission to read it.");
    }
    size_ = static_cast<std::size_t>(info.st_size);
    if (size_ >= 8) mapping_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    ::close(descriptor);
    if (size_ < 8 || mapping_ == MAP_FAILED) {
        mapping_ = nullptr;
        throw damaged(file, "it is too short or cannot be mapped.");
    }
    SafetensorsFile unmapsOnThrow(std::move(*this));
    const std::span<const std::byte> all(static_cast<const std::byte*>(unmapsOnThrow.mapping_), unmapsOnThrow.size_);

    std::uint64_t headerSize;
    std::memcpy(&headerSize, all.data(), sizeof(headerSize));
    if (headerSize > kLargestTensorHeader || headerSize > all.size() - 8)
        throw damaged(file, "its header claims " + std::to_string(headerSize) + " bytes of a file of " + std::to_string(all.size()) + ".");
    const auto* text = reinterpret_cast<const char*>(all.data() + 8);
    const json header = json::parse(text, text + headerSize, nullptr, false);
    if (!header.is_object()) throw damaged(file, "its header is no JSON object.");
    const std::span<const std::byte> data = all.subspan(8 + headerSize);
    for (const auto& [name, entry] : header.items()) {
        if (name != "__metadata__") {
            unmapsOnThrow.tensors_.emplace(name, tensorFrom(entry, data, file, name));
            continue;
        }
        if (!entry.is_object()) throw damaged(file, "its metadata are no JSON object.");
        for (const auto& [key, value] : entry.items()) {
            if (!value.is_string()) throw damaged(file, "its metadata entry \"" + key + "\" is no text.");
            unmapsOnThrow.metadata_.emplace(key, value.get<std::string>());
        }
    }
    requireContiguous(unmapsOnThrow.tensors_, data, file);
    *this = std::move(unmapsOnThrow);
}

SafetensorsFile::~SafetensorsFile() {
    if (mapping_) ::munmap(mapping_, size_);
}

SafetensorsFile::SafetensorsFile(SafetensorsFile&& other) noexcept
    : tensors_(std::move(other.tensors_)),
      metadata_(std::move(other.metadata_)),
      mapping_(std::exchange(other.mapping_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

SafetensorsFile& SafetensorsFile::operator=(SafetensorsFile&& other) noexcept {
    std::swap(tensors_, other.tensors_);
    std::swap(metadata_, other.metadata_);
    std::swap(mapping_, other.mapping_);
    std::swap(size_, other.size_);
    return *this;
}

void writeSafetensors(const std::filesystem::path& file, const std::map<std::string, NdArray>& tensors,
                      const std::map<std::string, std::string>& metadata) {
    // Wide elements come first, so that every tensor is aligned to its element size.
    std::vector<const std::pair<const std::string, NdArray>*> order;
    for (const auto& tensor : tensors) order.push_back(&tensor);
    std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
        return elementSize(a->second.type) > elementSize(b->second.type);
    });
    json header = json::object();
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::size_t position = 0;
    for (const auto* tensor : order) {
        const NdArray& array = tensor->second;
        header[tensor->first] = {{"dtype", typeName(array.type)},
                                 {"shape", array.shape},
                                 {"data_offsets", {position, position + array.bytes.size()}}};
        position += array.bytes.size();
    }
    std::string text = header.dump(-1, ' ', false, json::error_handler_t::replace);
    text.append((8 - text.size() % 8) % 8, ' ');

    std::string bytes;
    bytes.reserve(8 + text.size() + position);
    const std::uint64_t headerSize = text.size();
    bytes.append(reinterpret_cast<const char*>(&headerSize), sizeof(headerSize));
    bytes += text;
    for (const auto* tensor : order)
        bytes.append(reinterpret_cast<const char*>(tensor->second.bytes.data()), tensor->second.bytes.size());
    writeWholeFile(file, bytes);
}

}  // namespace hmr
