// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <string>

#include "body/picture.h"

namespace hmr {

/// Picture files without OpenCV, for what runs on training machines.
/// Reads JPEG, PNG or BMP as RGB; throws Error that says what is wrong with the file.
Picture readRgbPicture(const std::filesystem::path& file);

/// Writes RGB; the extension chooses (.png, .jpg, .jpeg); whole or not at all. Throws Error.
void writePicture(const std::filesystem::path& file, const Picture& picture, int jpegQuality = 92);

/// RGB picture of the bytes of a picture file; throws Error that begins with `name`.
Picture decodePicture(const std::string& bytes, const std::string& name);

/// The bytes of a JPEG of this quality (1 to 100). Throws Error.
std::string encodeJpeg(const Picture& picture, int quality);

/// What a JPEG of this quality (1 to 100) makes of an RGB picture.
Picture jpegRoundTrip(const Picture& picture, int quality);

/// The picture scaled to a size; shrinking averages areas, growing interpolates.
Picture resized(const Picture& picture, int width, int height);

}  // namespace hmr
