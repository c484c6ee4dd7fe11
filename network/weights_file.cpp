// SPDX-License-Identifier: MIT
#include "network/weights_file.h"

#include <torch/torch.h>

#include <cstring>

#include "body/error.h"
#include "formats/tensors/tensor_file.h"

namespace hmr {
namespace {

constexpr double kLargestHalf = 65504;

std::string shapeText(torch::IntArrayRef shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? "," : "") + std::to_string(shape[i]);
    return text + "]";
}

// Everything of a module that has a place in a weights file, by name: not the counters of batch norm, which are integers.
std::map<std::string, torch::Tensor> statesOf(const torch::nn::Module& module) {
    std::map<std::string, torch::Tensor> states;
    for (const auto& entry : module.named_parameters()) states[entry.key()] = entry.value();
    for (const auto& entry : module.named_buffers())
        if (entry.value().is_floating_point()) states[entry.key()] = entry.value();
    return states;
}

NdArray arrayFrom(const torch::Tensor& tensor, bool half) {
    const auto values = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
    const auto* first = values.data_ptr<float>();
    const std::vector<float> numbers(first, first + values.numel());
    const std::vector<std::size_t> shape(tensor.sizes().begin(), tensor.sizes().end());
    const bool fits = half && tensor.dim() > 1 && values.abs().max().item<float>() <= kLargestHalf;
    return fits ? NdArray::halfFrom(numbers, shape) : NdArray::from(numbers, shape);
}

torch::ScalarType scalarType(ElementType type, const std::string& tensor, const std::string& file) {
    requireFloats(type, tensor, file);
    return type == ElementType::Float16 ? torch::kFloat16 : type == ElementType::Float32 ? torch::kFloat32 : torch::kFloat64;
}

torch::Tensor tensorFrom(const TensorView& view, const std::string& name, const std::string& file) {
    const std::vector<std::int64_t> shape(view.shape.begin(), view.shape.end());
    auto tensor = torch::empty(shape, scalarType(view.type, name, file));
    if (view.bytes.size() != static_cast<std::size_t>(tensor.nbytes()))
        throw Error(file + ": the tensor \"" + name + "\" holds " + std::to_string(view.bytes.size()) + " bytes where " +
                    std::to_string(tensor.nbytes()) + " are expected.");
    if (!view.bytes.empty()) std::memcpy(tensor.data_ptr(), view.bytes.data(), view.bytes.size());
    return tensor.to(torch::kFloat32);
}

torch::Tensor checkedTensor(const TensorView& view, const std::string& name, torch::IntArrayRef expectedShape, const std::string& file) {
    auto tensor = tensorFrom(view, name, file);
    if (tensor.sizes() != expectedShape)
        throw Error(file + ": the tensor \"" + name + "\" has the shape " + shapeText(tensor.sizes()) + ", expected " +
                    shapeText(expectedShape) + "; the file holds weights of another architecture.");
    if (!torch::isfinite(tensor).all().item<bool>())
        throw Error(file + ": the tensor \"" + name + "\" holds numbers that are not finite; the training that wrote it " +
                    "diverged or the file is damaged.");
    return tensor;
}

}  // namespace

void requireFloats(ElementType type, const std::string& tensor, const std::string& nameForErrors) {
    if (type == ElementType::Float16 || type == ElementType::Float32 || type == ElementType::Float64) return;
    throw Error(nameForErrors + ": the tensor \"" + tensor + "\" does not hold floating-point numbers (float16, float32 or float64 expected).");
}

void saveWeights(const std::filesystem::path& file, const torch::nn::Module& module, const NetworkRecipe& recipe,
                 Metadata metadata, bool half) {
    auto all = metadataFrom(recipe);
    all.merge(metadata);
    saveWeights(file, module, all, half);
}

void saveWeights(const std::filesystem::path& file, const torch::nn::Module& module, const Metadata& metadata, bool half) {
    std::map<std::string, NdArray> tensors;
    for (const auto& [name, tensor] : statesOf(module)) tensors.emplace(name, arrayFrom(tensor, half));
    writeSafetensors(file, tensors, metadata);
}

void loadWeights(const SafetensorsFile& weights, torch::nn::Module& module, const std::string& nameForErrors) {
    loadWeights(weights.tensors(), module, nameForErrors);
}

void loadWeights(const std::map<std::string, TensorView>& weights, torch::nn::Module& module, const std::string& nameForErrors) {
    auto states = statesOf(module);
    std::map<std::string, torch::Tensor> loaded;
    for (const auto& [name, state] : states) {
        const auto found = weights.find(name);
        if (found == weights.end())
            throw Error(nameForErrors + ": the tensor \"" + name + "\" is missing; the file holds weights of another architecture or " +
                        "is incomplete.");
        loaded[name] = checkedTensor(found->second, name, state.sizes(), nameForErrors);
    }
    for (const auto& [name, view] : weights)
        if (!states.contains(name) && !name.ends_with("num_batches_tracked"))
            throw Error(nameForErrors + ": the tensor \"" + name + "\" has no place in this network; the file holds " +
                        "weights of another architecture.");
    const torch::NoGradGuard noGrad;
    for (auto& [name, state] : states) state.copy_(loaded[name]);
}

std::size_t loadMatchingWeights(const std::filesystem::path& file, torch::nn::Module& module, const std::string& prefix) {
    const auto weights = openTensorFile(file);
    std::map<std::string, torch::Tensor> loaded;
    auto states = statesOf(module);
    for (const auto& [name, state] : states) {
        auto found = weights->tensors().find(name);
        if (found == weights->tensors().end()) found = weights->tensors().find(prefix + name);
        if (found == weights->tensors().end()) continue;
        const std::vector<std::int64_t> shape(found->second.shape.begin(), found->second.shape.end());
        if (state.sizes() != torch::IntArrayRef(shape)) continue;
        const NdArray array = weights->read(found->first);
        loaded[name] = checkedTensor({array.type, array.shape, array.bytes}, found->first, state.sizes(), file.string());
    }
    if (loaded.empty()) throw Error(file.string() + ": no tensor fits this network; the file holds weights of another architecture.");
    const torch::NoGradGuard noGrad;
    for (auto& [name, tensor] : loaded) states[name].copy_(tensor);
    return states.size() - loaded.size();
}

Metadata loadWeights(const std::filesystem::path& file, torch::nn::Module& module) {
    const SafetensorsFile weights(file);
    loadWeights(weights, module, file.string());
    return weights.metadata();
}

}  // namespace hmr
