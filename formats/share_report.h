// SPDX-License-Identifier: MIT
#pragma once
#include <functional>

namespace hmr {

/// Gets the share done in [0, 1]; what it throws ends the work, and nothing is written.
using ShareReport = std::function<void(double)>;

}  // namespace hmr
