// SPDX-License-Identifier: MIT
#include "formats/fbx_document.h"

#include <zlib.h>

#include <limits>
#include <string_view>
#include <type_traits>

#include "body/error.h"

namespace hmr {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kFbxMagic = "Kaydara FBX Binary  \0\x1a\0"sv;
constexpr std::uint32_t kFbxVersion = 7400;
constexpr std::size_t kNullRecordSize = 13;
constexpr std::size_t kShortestDeflated = 128;
// Readers that check the footer derive its code from file id and creation time; this triple fits together.
constexpr std::string_view kFileId = "\x28\xb3\x2a\xeb\xb6\x24\xcc\xc2\xbf\xc8\xb0\x2a\xa9\x2b\xfc\xf1"sv;
constexpr std::string_view kCreationTime = "1970-01-01 10:00:00:000"sv;
constexpr std::string_view kFooterCode = "\xfa\xbc\xab\x09\xd0\xc8\xd4\x66\xb1\x76\xfb\x83\x1c\xf7\x26\x7e"sv;
constexpr std::string_view kFooterMagic = "\xf8\x5a\x8c\x6a\xde\xf5\xd9\x7e\xec\xe9\x0c\xe3\x75\x8f\x29\x0b"sv;

template <typename T>
void append(std::string& bytes, T value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void appendSize(std::string& bytes, std::size_t size) {
    if (size > std::numeric_limits<std::uint32_t>::max())
        throw Error("The FBX file would exceed 4 GiB, which its version 7.4 cannot hold. Export fewer people at a time.");
    append(bytes, static_cast<std::uint32_t>(size));
}

std::string deflated(const void* data, std::size_t size) {
    uLongf length = compressBound(size);
    std::string packed(length, '\0');
    if (compress2(reinterpret_cast<Bytef*>(packed.data()), &length, static_cast<const Bytef*>(data), size, 6) != Z_OK)
        throw Error("There is not enough memory to write the FBX file. Close other programs and try again.");
    packed.resize(length);
    return packed;
}

template <typename T>
void appendArray(std::string& bytes, char code, const std::vector<T>& values) {
    const std::size_t size = values.size() * sizeof(T);
    bytes += code;
    appendSize(bytes, values.size());
    if (size < kShortestDeflated) {
        append(bytes, std::uint32_t{0});
        appendSize(bytes, size);
        bytes.append(reinterpret_cast<const char*>(values.data()), size);
    } else {
        const std::string packed = deflated(values.data(), size);
        append(bytes, std::uint32_t{1});
        appendSize(bytes, packed.size());
        bytes += packed;
    }
}

void appendProperty(std::string& bytes, const FbxProperty& property) {
    std::visit(
        [&](const auto& value) {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, bool>) {
                bytes += 'C';
                bytes += value ? '\1' : '\0';
            } else if constexpr (std::is_same_v<T, std::string>) {
                bytes += 'S';
                appendSize(bytes, value.size());
                bytes += value;
            } else if constexpr (std::is_same_v<T, FbxRaw>) {
                bytes += 'R';
                appendSize(bytes, value.bytes.size());
                bytes += value.bytes;
            } else if constexpr (std::is_same_v<T, std::vector<std::int32_t>>) {
                appendArray(bytes, 'i', value);
            } else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) {
                appendArray(bytes, 'l', value);
            } else if constexpr (std::is_same_v<T, std::vector<float>>) {
                appendArray(bytes, 'f', value);
            } else if constexpr (std::is_same_v<T, std::vector<double>>) {
                appendArray(bytes, 'd', value);
            } else {
                bytes += std::is_same_v<T, std::int32_t> ? 'I' : std::is_same_v<T, std::int64_t> ? 'L' : 'D';
                append(bytes, value);
            }
        },
        property);
}

/// Appends a record to a file that `bytes` begins; its end offset counts from the file's start.
void appendRecord(std::string& bytes, const FbxNode& node) {
    std::string properties;
    for (const FbxProperty& property : node.properties) appendProperty(properties, property);
    const std::size_t start = bytes.size();
    append(bytes, std::uint32_t{0});
    appendSize(bytes, node.properties.size());
    appendSize(bytes, properties.size());
    bytes += static_cast<char>(node.name.size());
    bytes += node.name;
    bytes += properties;
    for (const FbxNode& child : node.children) appendRecord(bytes, child);
    // A record without anything in it is written as an empty list of records.
    if (!node.children.empty() || node.properties.empty()) bytes.append(kNullRecordSize, '\0');
    std::string end;
    appendSize(end, bytes.size());
    bytes.replace(start, end.size(), end);
}

}  // namespace

FbxNode& FbxNode::add(std::string childName, std::vector<FbxProperty> childProperties) {
    return children.emplace_back(FbxNode{std::move(childName), std::move(childProperties), {}});
}

std::string fbxBytes(std::span<const FbxNode> records) {
    std::string bytes(kFbxMagic);
    append(bytes, kFbxVersion);
    for (const FbxNode& record : records) appendRecord(bytes, record);
    bytes.append(kNullRecordSize, '\0');

    bytes += kFooterCode;
    bytes.append(4, '\0');
    bytes.append(16 - bytes.size() % 16, '\0');  // 1 to 16 bytes
    append(bytes, kFbxVersion);
    bytes.append(120, '\0');
    bytes += kFooterMagic;
    return bytes;
}

FbxRaw fbxFileId() { return {std::string(kFileId)}; }
std::string fbxCreationTime() { return std::string(kCreationTime); }

}  // namespace hmr
