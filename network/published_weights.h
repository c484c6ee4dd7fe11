// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "formats/tensors/tensor_file.h"
#include "network/network_recipe.h"

namespace hmr {

/// Networks that others have published and that are run here, told by the names and shapes of their tensors.
enum class PublishedNetwork {
    Spin,           ///< SPIN and what has its layout (EFT, HMR trained by SPIN's code): ResNet-50, six numbers a joint
    MmHuman3d,      ///< HMR and SPIN of MMHuman3D: the same network under other names
    HmrTensorFlow,  ///< the paper's own checkpoint: slim's resnet_v2_50, axis-angle
    Hmr2            ///< 4D-Humans' HMR 2.0: a vision transformer with a transformer decoder
};

/// What the file's tensors are; nothing when they are of no network that is known.
std::optional<PublishedNetwork> recognizePublished(const TensorFile& file);

/// For people: "SPIN family (ResNet-50, 6D rotations)".
std::string describe(PublishedNetwork network);

/// What a published network of full size needs and the file lacks, by names, shapes and types alone: "init_pose [1,144]" where a tensor is
/// missing, "fc1.weight has the shape [1024,2133], expected [1024,2205]". Empty for whole files.
std::vector<std::string> missingTensors(const TensorFile& file, PublishedNetwork network);

/// The same for weights in our own names and layout, whose metadata holds the recipe. Empty too for networks of others that were
/// converted (opening them tells). Throws Error for a recipe that cannot be.
std::vector<std::string> missingTensors(const TensorFile& file, const NetworkRecipe& recipe);

/// How the network wants its crop and what its numbers mean.
NetworkRecipe publishedRecipe(PublishedNetwork network);

/// What weights of any kind that opens here say of how they are used, before "<weights>.json" beside them (network_recipe.h) has its say:
/// published ones by what they are, ours by their metadata, TorchScript modules nothing (the usual). Throws Error.
NetworkRecipe ownRecipe(const TensorFile& file);

/// A network in the names, layout and number type that this program runs.
struct NativeWeights {
    NetworkRecipe recipe;
    std::map<std::string, NdArray> tensors;       ///< float32; convolutions [out, in, height, width]
    std::map<std::string, std::string> metadata;  ///< where it came from
};

/// Reads a published network. Throws Error: no known network (says what was found), a tensor missing, of another shape or not of
/// floating-point numbers.
NativeWeights nativeWeights(const TensorFile& file);

/// Writes a published network as .safetensors with its recipe, as "<weights>.json" beside it changes that (network_recipe.h); the copy opens
/// faster and like weights of our own. The network is opened and run once before. Throws Error: what HmrNetwork::load refuses, a
/// TorchScript module, weights of our own.
void convertWeights(const std::filesystem::path& from, const std::filesystem::path& to);

/// The architectures that only published networks have (hmr_network.h names the others).
inline constexpr const char* kSlimArchitecture = "hmr-slim-resnet50";
inline constexpr const char* kTransformerArchitecture = "hmr2-vit";
inline constexpr const char* kScriptArchitecture = "torchscript";

}  // namespace hmr
