// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace hmr {

/// Bytes that are no text.
struct FbxRaw {
    std::string bytes;
};

using FbxProperty = std::variant<bool, std::int32_t, std::int64_t, double, std::string, FbxRaw, std::vector<std::int32_t>, std::vector<std::int64_t>,
                                 std::vector<float>, std::vector<double>>;

/// A record of a binary FBX file: a name, properties and records inside.
struct FbxNode {
    std::string name;
    std::vector<FbxProperty> properties;
    std::vector<FbxNode> children;

    /// Adds a record inside and returns it; valid until the next is added.
    FbxNode& add(std::string childName, std::vector<FbxProperty> childProperties = {});
};

/// The bytes of a binary FBX 7.4 file with these records at its top: header, records (32-bit offsets, each list of nested
/// records closed by 13 zero bytes), footer. Long arrays are deflated. Throws Error when it would exceed 4 GiB.
std::string fbxBytes(std::span<const FbxNode> records);

/// The 16 bytes and the date that go with the footer's fixed code.
FbxRaw fbxFileId();
std::string fbxCreationTime();

}  // namespace hmr
