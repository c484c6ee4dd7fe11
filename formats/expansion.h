// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>

namespace hmr {

/// How far compressed files are let expand: deflate could by 1032 times, while bodies, motion and results stay below 60. What is small
/// does no harm at any rate.
inline constexpr std::size_t kMostExpansion = 200;
inline constexpr std::size_t kFreelyExpanded = std::size_t{16} << 20;  ///< bytes

inline bool expandsWithinReason(std::size_t compressed, std::size_t expanded) {
    return expanded <= kFreelyExpanded || expanded / kMostExpansion <= compressed;
}

/// Of what does not, for messages.
inline constexpr const char* kExpandsBeyondReason = "expands to more than 200 times its size, which is refused above 16 MB.";

}  // namespace hmr
