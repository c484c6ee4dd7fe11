// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>

namespace hmr::test {

/// Writes weights of an untrained ResNet-18 network for 64-pixel crops, the same each time: a real file for tests of what
/// surrounds the network. Its answers stay near the mean body in the middle of the crop; joint maps are sure of what they see.
void writeRandomWeights(const std::filesystem::path& file, bool hasJointMaps = false);

/// Writes a TorchScript module that answers every crop with the same body, upright in its middle.
void writeScriptModule(const std::filesystem::path& file);

}  // namespace hmr::test
