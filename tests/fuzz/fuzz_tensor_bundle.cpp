// SPDX-License-Identifier: MIT
#include "formats/tensors/sorted_table.h"
#include "tests/fuzz/fuzzed_folder.h"

using namespace hmr;

namespace {

constexpr std::string_view kMagic = "\x57\xfb\x80\x8b\x24\x75\x47\xdb";
constexpr std::size_t kFooterSize = 48;

void append(std::string& bytes, std::uint32_t number) {
    for (int i = 0; i < 4; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
}

std::string varint(std::uint64_t number) {
    std::string bytes;
    for (; number >= 0x80; number >>= 7) bytes += static_cast<char>((number & 0x7f) | 0x80);
    return bytes + static_cast<char>(number);
}

/// Adds a block and returns where it lies.
std::string addBlock(std::string& table, std::string_view content, char compression) {
    const std::string place = varint(table.size()) + varint(content.size());
    const std::string block = std::string(content) + compression;
    table += block;
    append(table, maskedCrc32c(block));
    return place;
}

/// A table of one block with right checksums, which chance does not find.
std::string tableOf(std::string_view content, char compression) {
    std::string table, noRestarts;
    append(noRestarts, 0);
    append(noRestarts, 1);
    const std::string place = addBlock(table, content, compression);
    const std::string entry = varint(0) + varint(1) + varint(place.size()) + "k" + place + noRestarts;
    std::string footer = addBlock(table, noRestarts, 0);
    footer += addBlock(table, entry, 0);
    footer.resize(kFooterSize - kMagic.size(), '\0');
    return table + footer + std::string(kMagic);
}

}  // namespace

/// The index of a TensorFlow checkpoint as it lies on disk (it ends with a magic number), or how one block of it is compressed and
/// that block. The bytes serve as the tensors' numbers too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::FuzzedFolder folder;
    const std::string_view bytes = fuzz::asText(data, size);
    if (bytes.empty()) return 0;
    const bool isWhole = bytes.ends_with(kMagic);
    const std::filesystem::path index =
        folder.write("model.index", isWhole ? std::string(bytes) : tableOf(bytes.substr(1), static_cast<char>(bytes[0] & 1)));
    folder.write("model.data-00000-of-00001", bytes);
    fuzz::readEveryTensor(index);
    return 0;
}
