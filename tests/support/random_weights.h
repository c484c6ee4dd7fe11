// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>

namespace hmr::test {

/// Writes weights of an untrained ResNet-18 network for 64-pixel crops, the same each time: a real file for tests of what
/// surrounds the network. Its answers stay near the mean body in the middle of the crop.
void writeRandomWeights(const std::filesystem::path& file);

}  // namespace hmr::test
