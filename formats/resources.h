// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <string_view>

namespace hmr {

/// Where a shipped file lies ("body/openbody.npz"): $HMR_RESOURCES, beside the installed program
/// (../share/hmr-studio), or the source tree the program was built in. Throws Error naming the places looked at.
std::filesystem::path resourcePath(std::string_view relative);

}  // namespace hmr
