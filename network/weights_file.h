// SPDX-License-Identifier: MIT
#pragma once
#include <torch/nn.h>

#include <filesystem>
#include <map>
#include <string>

#include "formats/safetensors.h"
#include "network/network_recipe.h"

namespace hmr {

/// Writes the module's parameters and buffers by name with the recipe and whatever else the metadata say (by custom:
/// training, data, accuracy, licence, created). With `half`, tensors of two and more dimensions are stored as float16
/// where their numbers fit. Counters of batch norm are left out. Throws Error.
void saveWeights(const std::filesystem::path& file, const torch::nn::Module& module, const NetworkRecipe& recipe,
                 Metadata metadata, bool half = true);

/// The same for a network that needs no recipe.
void saveWeights(const std::filesystem::path& file, const torch::nn::Module& module, const Metadata& metadata, bool half = true);

/// Throws Error unless the tensor's numbers are float16, float32 or float64.
void requireFloats(ElementType type, const std::string& tensor, const std::string& nameForErrors);

/// Fills the module's parameters and buffers by name from an open file. Throws Error that names the tensor when one is
/// missing, unknown, of another shape or holds a number that is not finite; the module is then unchanged.
void loadWeights(const SafetensorsFile& weights, torch::nn::Module& module, const std::string& nameForErrors);
void loadWeights(const std::map<std::string, TensorView>& weights, torch::nn::Module& module, const std::string& nameForErrors);

/// Fills what fits by name and shape and leaves the rest as it is: a start for another head on the same backbone, from any file that
/// openTensorFile reads (torchvision's ResNets have our names). Returns how many parameters and buffers were left. What is not there by
/// its name is looked for with `prefix` before it. Throws Error when nothing fits or a number is not finite.
std::size_t loadMatchingWeights(const std::filesystem::path& file, torch::nn::Module& module, const std::string& prefix = {});

/// Opens the file, fills the module, returns the metadata.
Metadata loadWeights(const std::filesystem::path& file, torch::nn::Module& module);

}  // namespace hmr
