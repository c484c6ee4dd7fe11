// SPDX-License-Identifier: MIT
#pragma once
#include <array>
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

namespace hmr {

/// What a network expects of its crop, chosen by what the weights file is.
struct NetworkRecipe {
    std::string architecture = "hmr-resnet50";  ///< hmr-resnet18 | hmr-resnet34 | hmr-resnet50
    int inputSize = 224;                        ///< pixels, square
    std::array<float, 3> mean = {0.485f, 0.456f, 0.406f}, deviation = {0.229f, 0.224f, 0.225f};  ///< of RGB in [0,1]
    /// A person box's longer side is this share of the crop (HMR: 150/224). Crop side = longer side / share.
    double personShare = 150.0 / 224.0;
    bool padWithEdge = true;        ///< beyond the picture: repeat the border (HMR) or black (SPIN)
    /// How the crop's pixels are taken from the picture (inference/crop.h): "area", ours, or as the authors of published networks do,
    /// "hmr", "spin", "hmr2".
    std::string cropRule = "area";
    /// Spreads the crop's darkest and brightest value to 0 and 255, as SPIN's own crops were (with rule "spin" alone). Off, since that is
    /// a habit of an old SciPy function: the colours of a person then depend on what else the crop shows.
    bool stretchContrast = false;
    std::string rotationEncoding = "6d";  ///< axis-angle (HMR) | 6d (SPIN's order)
    int iterations = 3;             ///< of the error feedback regressor
    int baseChannels = 64;          ///< of the backbone's first stage; 64: as published
    int hiddenSize = 1024;          ///< of the regressor's hidden layers
    bool hasJointMaps = false;      ///< a second head finds the joints in the picture and tells the regressor
    std::string bodyModelId, bodyModelHash;
};

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

    /// `crops` holds count pictures [size,size,3] RGB, 8 bits, one after the other. Results in the same order.
    std::vector<NetworkOutput> recover(std::span<const std::uint8_t> crops, int count);

private:
    struct Implementation;
    explicit HmrNetwork(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> implementation_;
};

/// Versions and devices for `hmr doctor`: "LibTorch 1.13.1, 2 threads, no CUDA".
std::string torchDescription();

}  // namespace hmr
