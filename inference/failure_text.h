// SPDX-License-Identifier: MIT
#pragma once
#include <exception>
#include <string>

namespace hmr {

/// A failure in one line: an Error in its own words; what a library or the memory failed with under the name of what was worked on.
std::string failureText(const std::exception& failure, const std::string& subject);

}  // namespace hmr
