// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <optional>

namespace hmr {

/// The .index file of the TensorFlow checkpoint that a name belongs to: its .index, .meta or .data-00000-of-00001 file, or
/// the name these share ("model.ckpt-667589"). Nothing when it belongs to none.
std::optional<std::filesystem::path> tensorBundleIndex(const std::filesystem::path& file);

}  // namespace hmr
