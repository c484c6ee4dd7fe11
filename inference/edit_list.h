// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <optional>

namespace hmr {

/// How many seconds of an MP4's or MOV's video its edit list shows (ISO/IEC 14496-12, 8.6.6): who trims a video without encoding it
/// anew leaves the other frames in the file. Nothing for other files, without such a list, and where it cannot be read.
std::optional<double> shownSeconds(const std::filesystem::path& file);

}  // namespace hmr
