// SPDX-License-Identifier: MIT
#pragma once
#include <torch/nn.h>

#include <filesystem>
#include <map>
#include <string>

#include "formats/safetensors.h"
#include "network/hmr_network.h"

namespace hmr {

using Metadata = std::map<std::string, std::string>;

/// The recipe as safetensors metadata: "recipe" holds it whole as JSON text, and readable keys repeat what a person looks
/// for (architecture, input, crop, rotation_encoding, iterations, body_model, body_model_hash).
Metadata metadataFrom(const NetworkRecipe& recipe);

/// The recipe in a file's metadata. Throws Error when it is missing or names something that does not exist.
NetworkRecipe recipeFrom(const Metadata& metadata, const std::string& nameForErrors);

/// Where a person says what is otherwise than a weights file tells: "<weights>.json" beside it.
std::filesystem::path overridesOf(const std::filesystem::path& weights);

/// The recipe with what that file says: a JSON object of the recipe's own keys, such as "input_size", "mean", "deviation",
/// "person_share", "pad_with_edge" and "crop_rule". The recipe itself where there is no such file. Throws Error: no JSON object, a key that no
/// recipe has, a value that cannot be.
NetworkRecipe withOverrides(const NetworkRecipe& recipe, const std::filesystem::path& weights);

/// Writes the module's parameters and buffers by name with the recipe and whatever else the metadata say (by custom:
/// training, data, accuracy, licence, created). With `half`, tensors of two and more dimensions are stored as float16
/// where their numbers fit. Counters of batch norm are left out. Throws Error.
void saveWeights(const std::filesystem::path& file, const torch::nn::Module& module, const NetworkRecipe& recipe,
                 Metadata metadata, bool half = true);

/// The same for a network that needs no recipe.
void saveWeights(const std::filesystem::path& file, const torch::nn::Module& module, const Metadata& metadata, bool half = true);

/// Fills the module's parameters and buffers by name from an open file. Throws Error that names the tensor when one is
/// missing, unknown, of another shape or holds a number that is not finite; the module is then unchanged.
void loadWeights(const SafetensorsFile& weights, torch::nn::Module& module, const std::string& nameForErrors);
void loadWeights(const std::map<std::string, TensorView>& weights, torch::nn::Module& module, const std::string& nameForErrors);

/// Fills what fits by name and shape and leaves the rest as it is: a start for another head on the same backbone. Returns how
/// many parameters and buffers were left. Throws Error when nothing fits or a number is not finite.
std::size_t loadMatchingWeights(const std::filesystem::path& file, torch::nn::Module& module);

/// Opens the file, fills the module, returns the metadata.
Metadata loadWeights(const std::filesystem::path& file, torch::nn::Module& module);

}  // namespace hmr
