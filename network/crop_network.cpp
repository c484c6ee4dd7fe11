// SPDX-License-Identifier: MIT
#include "network/crop_network.h"

#include <torch/torch.h>

#include "body/error.h"
#include "network/published_weights.h"
#include "network/rotation_encoding.h"
#include "network/script_network.h"
#include "network/slim_hmr.h"
#include "network/transformer_hmr.h"
#include "network/weights_file.h"

namespace hmr {
namespace {

bool fits(torch::IntArrayRef found, const std::vector<std::int64_t>& wanted) {
    if (found.size() != wanted.size()) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (wanted[i] >= 0 && found[i] != wanted[i]) return false;
    return true;
}

std::string extentsText(torch::IntArrayRef shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? "," : "") + (shape[i] < 0 ? "any" : std::to_string(shape[i]));
    return text + "]";
}

}  // namespace

NamedTensors::NamedTensors(std::map<std::string, NdArray> arrays, std::string nameForErrors)
    : nameForErrors_(std::move(nameForErrors)) {
    for (auto& [name, array] : arrays) {
        const std::vector<std::int64_t> shape(array.shape.begin(), array.shape.end());
        requireFloats(array.type, name, nameForErrors_);
        if (array.type != ElementType::Float32) array = NdArray::from(array.as<float>(), array.shape);
        const auto kept = std::make_shared<std::vector<std::byte>>(std::move(array.bytes));
        tensors_[name] = torch::from_blob(kept->data(), shape, [kept](void*) {}, torch::kFloat32);
    }
}

torch::Tensor NamedTensors::take(const std::string& name, std::vector<std::int64_t> shape) {
    const auto entry = tensors_.extract(name);
    if (entry.empty()) throw Error(nameForErrors_ + ": the tensor \"" + name + "\" is missing; the file is incomplete or of another network.");
    const torch::Tensor tensor = entry.mapped();
    if (!fits(tensor.sizes(), shape))
        throw Error(nameForErrors_ + ": the tensor \"" + name + "\" has the shape " + extentsText(tensor.sizes()) + ", expected " +
                    extentsText(shape) + ".");
    if (!torch::isfinite(tensor).all().item<bool>())
        throw Error(nameForErrors_ + ": the tensor \"" + name + "\" holds numbers that are not finite; the file is damaged.");
    return tensor;
}

std::size_t NamedTensors::numNumbers() const {
    std::size_t count = 0;
    for (const auto& [name, tensor] : tensors_) count += static_cast<std::size_t>(tensor.numel());
    return count;
}

bool isCropArchitecture(const std::string& architecture) {
    return architecture == kSlimArchitecture || architecture == kTransformerArchitecture || architecture == kScriptArchitecture;
}

void requireNumbersPerRotation(const NetworkRecipe& recipe, int numbers) {
    if (numbersPerRotation(recipe.rotationEncoding) != numbers)
        throw Error("The network \"" + recipe.architecture + "\" answers with " + std::to_string(numbers) +
                    " numbers a rotation, which cannot be \"" + recipe.rotationEncoding + "\".");
}

std::unique_ptr<CropNetwork> makeCropNetwork(const NetworkRecipe& recipe, NamedTensors tensors) {
    if (recipe.architecture == kSlimArchitecture) return std::make_unique<SlimHmr>(recipe, tensors);
    if (recipe.architecture == kTransformerArchitecture) return std::make_unique<TransformerHmr>(recipe, tensors);
    throw Error("Unknown network architecture \"" + recipe.architecture + "\".");
}

}  // namespace hmr
