// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

namespace hmr {

/// Text of a file of shaders/ as it was when the library was built; empty for a name that is not there.
std::string_view shaderSource(std::string_view fileName);

}  // namespace hmr
