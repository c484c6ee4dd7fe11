// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hmr {

/// What the first bytes of a picture file say, so that nothing is allocated for a hostile size.
struct PictureHeader {
    std::string format;  ///< JPEG, PNG, WebP, BMP, TIFF
    std::uint64_t width = 0, height = 0;  ///< 0 when the header does not say
    bool isCutOff = false;  ///< the end marker of the format is missing
    int orientation = 1;    ///< EXIF's, 1 to 8: how the picture is to be turned and mirrored
};

/// Nothing when the bytes are none of the five formats.
std::optional<PictureHeader> readPictureHeader(std::string_view bytes);

}  // namespace hmr
