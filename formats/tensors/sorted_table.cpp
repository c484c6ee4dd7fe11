// SPDX-License-Identifier: MIT
#include "formats/tensors/sorted_table.h"

#include <array>
#include <string>

#include "formats/tensors/wire_reader.h"

namespace hmr {
namespace {

constexpr std::uint64_t kTableMagic = 0xdb4775248b80fb57;
constexpr std::size_t kFooterSize = 48, kTrailerSize = 5;
constexpr std::size_t kBestSnappyRatio = 64;  ///< three bytes of a copy make at most 64

struct BlockPlace {
    std::uint64_t offset = 0, size = 0;
};

BlockPlace takePlace(WireReader& reader) {
    BlockPlace place;
    place.offset = reader.varint();
    place.size = reader.varint();
    return place;
}

/// Appends `length` bytes that begin `offset` before the end; they may overlap what is appended.
void repeat(std::string& text, std::size_t offset, std::size_t length, std::size_t limit) {
    if (offset == 0 || offset > text.size() || length > limit - text.size()) throw Error("A compressed block is damaged.");
    for (std::size_t i = 0; i < length; ++i) text += text[text.size() - offset];
}

std::string fromSnappy(std::string_view compressed) {
    WireReader reader(compressed);
    const std::uint64_t size = reader.varint();
    if (size > compressed.size() * kBestSnappyRatio) throw Error("A compressed block claims more than it can hold.");
    std::string text;
    text.reserve(size);
    while (!reader.atEnd()) {
        const auto tag = reader.fixed<std::uint8_t>();
        std::uint64_t length = (tag >> 2) + 1;
        switch (tag & 3) {
            case 0: {
                if (length > 60) {
                    const std::size_t numBytes = length - 60;
                    length = 0;
                    std::memcpy(&length, reader.take(numBytes).data(), numBytes);
                    ++length;
                }
                if (length > size - text.size()) throw Error("A compressed block is damaged.");
                text += reader.take(length);
                break;
            }
            case 1: {
                const std::size_t high = tag >> 5;
                repeat(text, high << 8 | reader.fixed<std::uint8_t>(), (tag >> 2 & 7) + 4, size);
                break;
            }
            case 2: repeat(text, reader.fixed<std::uint16_t>(), length, size); break;
            default: repeat(text, reader.fixed<std::uint32_t>(), length, size); break;
        }
    }
    if (text.size() != size) throw Error("A compressed block is damaged.");
    return text;
}

std::string blockAt(std::string_view file, const BlockPlace& place) {
    if (place.offset > file.size() || place.size > file.size() - place.offset || file.size() - place.offset - place.size < kTrailerSize)
        throw Error("A block lies outside of the file.");
    const std::string_view content = file.substr(place.offset, place.size);
    WireReader trailer(file.substr(place.offset + place.size, kTrailerSize));
    const auto compression = trailer.fixed<std::uint8_t>();
    if (trailer.fixed<std::uint32_t>() != maskedCrc32c(file.substr(place.offset, place.size + 1)))
        throw Error("The block at byte " + std::to_string(place.offset) + " has a wrong checksum.");
    if (compression > 1) throw Error("A block is compressed in an unknown way.");
    return compression == 0 ? std::string(content) : fromSnappy(content);
}

void visitBlock(const std::string& block, const std::function<void(std::string_view, std::string_view)>& visit) {
    std::uint32_t numRestarts = 0;
    if (block.size() < sizeof(numRestarts)) throw Error("A block is too short.");
    std::memcpy(&numRestarts, block.data() + block.size() - sizeof(numRestarts), sizeof(numRestarts));
    const std::uint64_t tail = (std::uint64_t{numRestarts} + 1) * sizeof(numRestarts);
    if (tail > block.size()) throw Error("A block is too short.");
    WireReader reader(std::string_view(block).substr(0, block.size() - tail));
    std::string key;
    while (!reader.atEnd()) {
        const std::uint64_t numShared = reader.varint(), numOwn = reader.varint(), valueSize = reader.varint();
        if (numShared > key.size()) throw Error("A key is damaged.");
        key.resize(numShared);
        key += reader.take(numOwn);
        visit(key, reader.take(valueSize));
    }
}

const std::array<std::uint32_t, 256>& crcTable() {
    static const std::array<std::uint32_t, 256> table = [] {
        std::array<std::uint32_t, 256> entries{};
        for (std::uint32_t i = 0; i < entries.size(); ++i) {
            std::uint32_t value = i;
            for (int bit = 0; bit < 8; ++bit) value = value & 1 ? 0x82f63b78 ^ value >> 1 : value >> 1;
            entries[i] = value;
        }
        return entries;
    }();
    return table;
}

}  // namespace

std::uint32_t maskedCrc32c(std::string_view bytes) {
    const auto& table = crcTable();
    std::uint32_t crc = ~0u;
    for (const char byte : bytes) crc = table[(crc ^ static_cast<unsigned char>(byte)) & 0xff] ^ crc >> 8;
    crc = ~crc;
    return (crc >> 15 | crc << 17) + 0xa282ead8;
}

void visitSortedTable(std::string_view bytes, const std::function<void(std::string_view, std::string_view)>& visit) {
    if (bytes.size() < kFooterSize) throw Error("It is too short for a table.");
    WireReader magic(bytes.substr(bytes.size() - sizeof(kTableMagic)));
    if (magic.fixed<std::uint64_t>() != kTableMagic) throw Error("It does not end as a table does; it is cut or something else.");
    WireReader footer(bytes.substr(bytes.size() - kFooterSize));
    visitBlock(blockAt(bytes, takePlace(footer)), [](std::string_view, std::string_view) {});  // describes the table itself
    visitBlock(blockAt(bytes, takePlace(footer)), [&](std::string_view, std::string_view value) {
        WireReader reader(value);
        visitBlock(blockAt(bytes, takePlace(reader)), visit);
    });
}

}  // namespace hmr
