// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>

namespace hmr {

/// What `hmr info` says of a body model. Throws Error when the file cannot be read.
void describeBody(const std::filesystem::path& file);

}  // namespace hmr
