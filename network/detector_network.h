// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "body/detection_metrics.h"

namespace hmr {

constexpr const char* kDetectorArchitecture = "hmr-detector";

/// A loaded, frozen, warmed-up person detector. One call at a time. No Torch header is needed to use it.
class DetectorNetwork {
public:
    /// Opens weights (.safetensors) that `hmr train` wrote for a detector. `threads` 0: all cores. Throws Error: not such a file, a
    /// missing or misshapen tensor (by name), numbers that are not finite.
    static std::shared_ptr<DetectorNetwork> load(const std::filesystem::path& weights, int threads = 0);
    ~DetectorNetwork();

    /// The longer side that pictures should be brought to, pixels: what the network was trained on.
    int workingSide() const;
    const std::map<std::string, std::string>& metadata() const;

    /// Every peak of at least `leastConfidence` in a picture [height,width,3] RGB whose sides are multiples of 32, in its pixels.
    /// One person may have several.
    std::vector<Detection> detect(std::span<const std::uint8_t> pixels, int width, int height, double leastConfidence);

private:
    struct Implementation;
    explicit DetectorNetwork(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace hmr
