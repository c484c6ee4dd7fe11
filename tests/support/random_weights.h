// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <optional>

namespace hmr::test {

/// Writes weights of an untrained ResNet-18 network for 64-pixel crops, the same each time: a real file for tests of what
/// surrounds the network. Its answers stay near the mean body in the middle of the crop; with a `seenDeviation` (crop
/// coordinates) joint maps that are as sure as that of every joint.
void writeRandomWeights(const std::filesystem::path& file, std::optional<double> seenDeviation = {});

/// Writes a TorchScript module that answers every crop with the same body, upright in its middle.
void writeScriptModule(const std::filesystem::path& file);

}  // namespace hmr::test
