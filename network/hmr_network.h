// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "body/body_parameters.h"
#include "body/camera.h"
#include "body/seen_joints.h"
#include "network/network_recipe.h"

namespace hmr {

/// One recovered body in its crop.
struct NetworkOutput {
    WeakPerspectiveCamera camera;
    BodyParameters parameters;  ///< 24 joints, 10 betas; root in camera axes
    std::optional<SeenJoints> seenJoints;  ///< of networks with joint maps; crop coordinates in [−1, 1], y down
};

struct NetworkOptions {
    int threads = 0;     ///< 0: all cores, but one for small networks, which that makes faster
    bool flips = false;  ///< averages with the answer for the mirrored picture: twice the work, somewhat nearer
};

/// A loaded, frozen, warmed-up network. Thread-safe for one call at a time. No Torch header is needed to use it.
class HmrNetwork {
public:
    /// Opens weights: .safetensors of `hmr train`, or a published network as it is (network/published_weights.h). Throws Error:
    /// not such a file, another architecture, a missing or misshapen tensor (by name), numbers that are not finite.
    static std::shared_ptr<HmrNetwork> load(const std::filesystem::path& weights, NetworkOptions options = {});
    ~HmrNetwork();

    const NetworkRecipe& recipe() const;
    /// Everything the file says of itself (training recipe, data, hours, accuracy, licence).
    const std::map<std::string, std::string>& metadata() const;
    std::size_t numParameters() const;
    /// What it works on, for people: "CPU, 2 threads".
    std::string device() const;

    /// `crops` holds count pictures [size,size,3] RGB, 8 bits, one after the other. Results in the same order.
    std::vector<NetworkOutput> recover(std::span<const std::uint8_t> crops, int count);

private:
    struct Implementation;
    explicit HmrNetwork(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> implementation_;
};

/// LibTorch as it is set up, whatever a network takes of it, for `hmr doctor`: "LibTorch 1.13.1, 2 threads, no CUDA".
std::string torchDescription();

}  // namespace hmr
