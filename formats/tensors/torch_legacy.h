// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

namespace hmr {

/// Whether the bytes begin as torch.save wrote them before PyTorch 1.6 (the magic number in a pickle).
bool isTorchLegacy(std::string_view bytes);

}  // namespace hmr
