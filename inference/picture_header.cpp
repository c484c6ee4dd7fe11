// SPDX-License-Identifier: MIT
#include "inference/picture_header.h"

namespace hmr {
namespace {

/// Unsigned numbers at an offset; 0 beyond the end.
std::uint64_t number(std::string_view bytes, std::size_t offset, int count, bool bigEndian) {
    if (offset > bytes.size() || bytes.size() - offset < static_cast<std::size_t>(count)) return 0;
    std::uint64_t value = 0;
    for (int i = 0; i < count; ++i) {
        const auto byte = static_cast<std::uint8_t>(bytes[offset + (bigEndian ? i : count - 1 - i)]);
        value = value << 8 | byte;
    }
    return value;
}

PictureHeader jpegHeader(std::string_view bytes) {
    PictureHeader header{.format = "JPEG", .isCutOff = true};
    std::size_t at = 2;
    while (at + 4 <= bytes.size() && static_cast<std::uint8_t>(bytes[at]) == 0xFF) {
        const auto marker = static_cast<std::uint8_t>(bytes[at + 1]);
        if (marker == 0xFF) {
            ++at;
            continue;
        }
        const bool isFrame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (isFrame) {
            header.height = number(bytes, at + 5, 2, true);
            header.width = number(bytes, at + 7, 2, true);
        }
        if (marker == 0xDA) {  // the scan: the end marker must follow, possibly before trailing bytes of others
            header.isCutOff = bytes.find("\xFF\xD9", at) == std::string_view::npos;
            break;
        }
        at += 2 + number(bytes, at + 2, 2, true);
    }
    return header;
}

PictureHeader pngHeader(std::string_view bytes) {
    return {.format = "PNG", .width = number(bytes, 16, 4, true), .height = number(bytes, 20, 4, true),
            .isCutOff = bytes.find("IEND", 33) == std::string_view::npos};
}

PictureHeader bmpHeader(std::string_view bytes) {
    const auto height = static_cast<std::int32_t>(number(bytes, 22, 4, false));  // negative: rows from the top
    return {.format = "BMP", .width = number(bytes, 18, 4, false),
            .height = static_cast<std::uint64_t>(height < 0 ? -static_cast<std::int64_t>(height) : height),
            .isCutOff = number(bytes, 2, 4, false) > bytes.size()};
}

PictureHeader webpHeader(std::string_view bytes) {
    PictureHeader header{.format = "WebP", .isCutOff = number(bytes, 4, 4, false) + 8 > bytes.size()};
    const std::string_view kind = bytes.substr(12, 4);
    if (kind == "VP8X") {
        header.width = number(bytes, 24, 3, false) + 1;
        header.height = number(bytes, 27, 3, false) + 1;
    } else if (kind == "VP8 ") {
        header.width = number(bytes, 26, 2, false) & 0x3FFF;
        header.height = number(bytes, 28, 2, false) & 0x3FFF;
    } else if (kind == "VP8L") {
        const std::uint64_t bits = number(bytes, 21, 4, false);
        header.width = (bits & 0x3FFF) + 1;
        header.height = (bits >> 14 & 0x3FFF) + 1;
    }
    return header;
}

PictureHeader tiffHeader(std::string_view bytes, bool bigEndian) {
    PictureHeader header{.format = "TIFF"};
    const std::uint64_t directory = number(bytes, 4, 4, bigEndian);
    header.isCutOff = directory + 2 > bytes.size();
    const std::uint64_t count = number(bytes, directory, 2, bigEndian);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t entry = directory + 2 + 12 * i;
        const std::uint64_t tag = number(bytes, entry, 2, bigEndian);
        const int width = number(bytes, entry + 2, 2, bigEndian) == 3 ? 2 : 4;  // SHORT or LONG
        if (tag == 256) header.width = number(bytes, entry + 8, width, bigEndian);
        if (tag == 257) header.height = number(bytes, entry + 8, width, bigEndian);
    }
    return header;
}

}  // namespace

std::optional<PictureHeader> readPictureHeader(std::string_view bytes) {
    if (bytes.starts_with("\xFF\xD8\xFF")) return jpegHeader(bytes);
    if (bytes.starts_with("\x89PNG\r\n\x1A\n")) return pngHeader(bytes);
    if (bytes.starts_with("BM") && bytes.size() > 26) return bmpHeader(bytes);
    if (bytes.starts_with("RIFF") && bytes.size() > 30 && bytes.substr(8, 4) == "WEBP") return webpHeader(bytes);
    if (bytes.starts_with(std::string_view("II*\0", 4))) return tiffHeader(bytes, false);
    if (bytes.starts_with(std::string_view("MM\0*", 4))) return tiffHeader(bytes, true);
    return std::nullopt;
}

}  // namespace hmr
