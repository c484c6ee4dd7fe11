// SPDX-License-Identifier: MIT
#include "inference/picture_header.h"

#include <algorithm>

#include "inference/bytes.h"

namespace hmr {
namespace {

/// A number of the first directory of TIFF data, which EXIF is too; 0 when there is none.
std::uint64_t tiffNumber(std::string_view bytes, std::uint64_t wantedTag) {
    const bool bigEndian = bytes.starts_with("MM");
    const std::uint64_t directory = numberAt(bytes, 4, 4, bigEndian), count = numberAt(bytes, directory, 2, bigEndian);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t entry = directory + 2 + 12 * i;
        if (numberAt(bytes, entry, 2, bigEndian) != wantedTag) continue;
        const bool isShort = numberAt(bytes, entry + 2, 2, bigEndian) == 3;
        return numberAt(bytes, entry + 8, isShort ? 2 : 4, bigEndian);
    }
    return 0;
}

int orientationIn(std::string_view tiff) {
    const std::uint64_t orientation = tiffNumber(tiff, 274);
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
}

constexpr std::string_view kExifMark("Exif\0\0", 6);

/// EXIF as JPEG has it, behind its mark; WebP files are found with and without.
int orientationBehindMark(std::string_view exif) { return orientationIn(exif.starts_with(kExifMark) ? exif.substr(kExifMark.size()) : exif); }

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
            header.height = numberAt(bytes, at + 5, 2, true);
            header.width = numberAt(bytes, at + 7, 2, true);
        }
        const std::string_view payload = partAt(bytes, at + 4, std::max<std::uint64_t>(numberAt(bytes, at + 2, 2, true), 2) - 2);
        if (marker == 0xE1 && payload.starts_with(kExifMark)) header.orientation = orientationBehindMark(payload);
        if (marker == 0xDA) {  // the scan: the end marker must follow, possibly before trailing bytes of others
            header.isCutOff = bytes.find("\xFF\xD9", at) == std::string_view::npos;
            break;
        }
        at += 2 + numberAt(bytes, at + 2, 2, true);
    }
    return header;
}

PictureHeader pngHeader(std::string_view bytes) {
    PictureHeader header{.format = "PNG", .width = numberAt(bytes, 16, 4, true), .height = numberAt(bytes, 20, 4, true),
                         .isCutOff = bytes.find("IEND", 33) == std::string_view::npos};
    for (std::uint64_t at = 8; at < bytes.size(); at += 12 + numberAt(bytes, at, 4, true)) {
        if (partAt(bytes, at + 4, 4) == "eXIf") header.orientation = orientationIn(partAt(bytes, at + 8, numberAt(bytes, at, 4, true)));
    }
    return header;
}

PictureHeader bmpHeader(std::string_view bytes) {
    const auto height = static_cast<std::int32_t>(numberAt(bytes, 22, 4, false));  // negative: rows from the top
    return {.format = "BMP", .width = numberAt(bytes, 18, 4, false),
            .height = static_cast<std::uint64_t>(height < 0 ? -static_cast<std::int64_t>(height) : height),
            .isCutOff = numberAt(bytes, 2, 4, false) > bytes.size()};
}

PictureHeader webpHeader(std::string_view bytes) {
    PictureHeader header{.format = "WebP", .isCutOff = numberAt(bytes, 4, 4, false) + 8 > bytes.size()};
    const std::string_view kind = bytes.substr(12, 4);
    if (kind == "VP8X") {
        header.width = numberAt(bytes, 24, 3, false) + 1;
        header.height = numberAt(bytes, 27, 3, false) + 1;
    } else if (kind == "VP8 ") {
        header.width = numberAt(bytes, 26, 2, false) & 0x3FFF;
        header.height = numberAt(bytes, 28, 2, false) & 0x3FFF;
    } else if (kind == "VP8L") {
        const std::uint64_t bits = numberAt(bytes, 21, 4, false);
        header.width = (bits & 0x3FFF) + 1;
        header.height = (bits >> 14 & 0x3FFF) + 1;
    }
    for (std::uint64_t at = 12, size = 0; at < bytes.size(); at += 8 + size + size % 2) {
        size = numberAt(bytes, at + 4, 4, false);
        if (partAt(bytes, at, 4) == "EXIF") header.orientation = orientationBehindMark(partAt(bytes, at + 8, size));
    }
    return header;
}

PictureHeader tiffHeader(std::string_view bytes) {
    return {.format = "TIFF", .width = tiffNumber(bytes, 256), .height = tiffNumber(bytes, 257),
            .isCutOff = numberAt(bytes, 4, 4, bytes.starts_with("MM")) + 2 > bytes.size(), .orientation = orientationIn(bytes)};
}

}  // namespace

std::optional<PictureHeader> readPictureHeader(std::string_view bytes) {
    if (bytes.starts_with("\xFF\xD8\xFF")) return jpegHeader(bytes);
    if (bytes.starts_with("\x89PNG\r\n\x1A\n")) return pngHeader(bytes);
    if (bytes.starts_with("BM") && bytes.size() > 26) return bmpHeader(bytes);
    if (bytes.starts_with("RIFF") && bytes.size() > 30 && bytes.substr(8, 4) == "WEBP") return webpHeader(bytes);
    if (bytes.starts_with(std::string_view("II*\0", 4))) return tiffHeader(bytes);
    if (bytes.starts_with(std::string_view("MM\0*", 4))) return tiffHeader(bytes);
    return std::nullopt;
}

}  // namespace hmr
