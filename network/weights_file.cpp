// SPDX-License-Identifier: MIT
#include "network/weights_file.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>

#include "body/error.h"
#include "formats/atomic_file.h"
#include "network/crop_network.h"
#include "network/modules.h"

namespace hmr {
namespace {

constexpr double kLargestHalf = 65504;
constexpr std::size_t kLargestOverrides = 1 << 20;

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
    switch (type) {
        case ElementType::Float16: return torch::kFloat16;
        case ElementType::Float32: return torch::kFloat32;
        case ElementType::Float64: return torch::kFloat64;
        default:
            throw Error(file + ": the tensor \"" + tensor +
                        "\" does not hold floating-point numbers (float16, float32 or float64 expected).");
    }
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

torch::Tensor checkedTensor(const std::map<std::string, TensorView>& weights, const std::string& name,
                            torch::IntArrayRef expectedShape, const std::string& file) {
    const auto found = weights.find(name);
    if (found == weights.end())
        throw Error(file + ": the tensor \"" + name + "\" is missing; the file holds weights of another architecture or " +
                    "is incomplete.");
    auto tensor = tensorFrom(found->second, name, file);
    if (tensor.sizes() != expectedShape)
        throw Error(file + ": the tensor \"" + name + "\" has the shape " + shapeText(tensor.sizes()) + ", expected " +
                    shapeText(expectedShape) + "; the file holds weights of another architecture.");
    if (!torch::isfinite(tensor).all().item<bool>())
        throw Error(file + ": the tensor \"" + name + "\" holds numbers that are not finite; the training that wrote it " +
                    "diverged or the file is damaged.");
    return tensor;
}

std::array<float, 3> threeNumbers(const nlohmann::json& json) {
    return {json.at(0).get<float>(), json.at(1).get<float>(), json.at(2).get<float>()};
}

NetworkRecipe recipeFromJson(const nlohmann::json& json) {
    NetworkRecipe recipe;
    recipe.architecture = json.at("architecture");
    recipe.inputSize = json.at("input_size");
    recipe.mean = threeNumbers(json.at("mean"));
    recipe.deviation = threeNumbers(json.at("deviation"));
    recipe.personShare = json.at("person_share");
    recipe.padWithEdge = json.at("pad_with_edge");
    recipe.cropRule = json.value("crop_rule", recipe.cropRule);
    recipe.stretchContrast = json.value("stretch_contrast", recipe.stretchContrast);
    recipe.rotationEncoding = json.at("rotation_encoding");
    recipe.iterations = json.at("iterations");
    recipe.baseChannels = json.value("base_channels", recipe.baseChannels);
    recipe.hiddenSize = json.value("hidden_size", recipe.hiddenSize);
    recipe.hasJointMaps = json.value("joint_maps", recipe.hasJointMaps);
    recipe.bodyModelId = json.value("body_model", "");
    recipe.bodyModelHash = json.value("body_model_hash", "");
    return recipe;
}

void check(const NetworkRecipe& recipe) {
    if (!isCropArchitecture(recipe.architecture)) modelOptions(recipe);
    if (recipe.inputSize < 32 || recipe.inputSize > 2048)
        throw Error("the input size is " + std::to_string(recipe.inputSize) + " pixels, expected 32 to 2048.");
    if (!(recipe.personShare > 0.1 && recipe.personShare <= 1.5))
        throw Error("the person's share of the crop is " + std::to_string(recipe.personShare) + ", expected 0.1 to 1.5.");
    constexpr std::array kCropRules = {"area", "hmr", "spin", "hmr2"};
    if (std::find(kCropRules.begin(), kCropRules.end(), recipe.cropRule) == kCropRules.end())
        throw Error("the rule for crops is \"" + recipe.cropRule + "\", expected area, hmr, spin or hmr2.");
    if (recipe.stretchContrast && recipe.cropRule != "spin")
        throw Error("contrast is stretched (\"stretch_contrast\") under the rule \"spin\" for crops alone.");
    for (const float deviation : recipe.deviation)
        if (!(deviation > 0)) throw Error("a deviation of the input colours is not positive.");
}

}  // namespace

Metadata metadataFrom(const NetworkRecipe& recipe) {
    const nlohmann::json json = {{"architecture", recipe.architecture},
                                 {"input_size", recipe.inputSize},
                                 {"mean", recipe.mean},
                                 {"deviation", recipe.deviation},
                                 {"person_share", recipe.personShare},
                                 {"pad_with_edge", recipe.padWithEdge},
                                 {"crop_rule", recipe.cropRule},
                                 {"stretch_contrast", recipe.stretchContrast},
                                 {"rotation_encoding", recipe.rotationEncoding},
                                 {"iterations", recipe.iterations},
                                 {"base_channels", recipe.baseChannels},
                                 {"hidden_size", recipe.hiddenSize},
                                 {"joint_maps", recipe.hasJointMaps},
                                 {"body_model", recipe.bodyModelId},
                                 {"body_model_hash", recipe.bodyModelHash}};
    const auto size = std::to_string(recipe.inputSize);
    char share[16];
    std::snprintf(share, sizeof share, "%.3f", recipe.personShare);
    return {{"recipe", json.dump()},
            {"architecture", recipe.architecture},
            {"input", size + "x" + size + " RGB"},
            {"crop", std::string("square, the box's longer side is ") + share + " of it, beyond the picture " +
                         (recipe.padWithEdge ? "the border repeats" : "it is black")},
            {"rotation_encoding", recipe.rotationEncoding},
            {"iterations", std::to_string(recipe.iterations)},
            {"body_model", recipe.bodyModelId},
            {"body_model_hash", recipe.bodyModelHash}};
}

NetworkRecipe recipeFrom(const Metadata& metadata, const std::string& nameForErrors) {
    const auto text = metadata.find("recipe");
    if (text == metadata.end())
        throw Error(nameForErrors + ": the file does not say what network it is for (no \"recipe\" in its metadata); " +
                    "choose weights that `hmr train` wrote.");
    try {
        auto recipe = recipeFromJson(nlohmann::json::parse(text->second));
        check(recipe);
        return recipe;
    } catch (const nlohmann::json::exception& error) {
        throw Error(nameForErrors + ": the network's recipe in the metadata cannot be read (" + error.what() + ").");
    } catch (const Error& error) {
        throw Error(nameForErrors + ": " + error.what());
    }
}

std::filesystem::path overridesOf(const std::filesystem::path& weights) {
    auto file = weights;
    return file += ".json";
}

NetworkRecipe withOverrides(const NetworkRecipe& recipe, const std::filesystem::path& weights) {
    const auto file = overridesOf(weights);
    std::error_code error;
    if (!std::filesystem::exists(file, error)) return recipe;
    const auto said = nlohmann::json::parse(readWholeFile(file, kLargestOverrides), nullptr, false);
    if (!said.is_object()) throw Error(file.string() + " is no JSON object of the network's recipe; correct or remove it.");
    auto all = nlohmann::json::parse(metadataFrom(recipe).at("recipe"));
    for (const auto& [key, value] : said.items()) {
        if (!all.contains(key)) throw Error(file.string() + ": a recipe has no \"" + key + "\".");
        all[key] = value;
    }
    return recipeFrom({{"recipe", all.dump()}}, file.string());
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
    for (const auto& [name, state] : states)
        loaded[name] = checkedTensor(weights, name, state.sizes(), nameForErrors);
    for (const auto& [name, view] : weights)
        if (!states.contains(name) && !name.ends_with("num_batches_tracked"))
            throw Error(nameForErrors + ": the tensor \"" + name + "\" has no place in this network; the file holds " +
                        "weights of another architecture.");
    const torch::NoGradGuard noGrad;
    for (auto& [name, state] : states) state.copy_(loaded[name]);
}

std::size_t loadMatchingWeights(const std::filesystem::path& file, torch::nn::Module& module) {
    const SafetensorsFile weights(file);
    std::map<std::string, torch::Tensor> loaded;
    auto states = statesOf(module);
    for (const auto& [name, state] : states) {
        const auto found = weights.tensors().find(name);
        if (found == weights.tensors().end()) continue;
        const std::vector<std::int64_t> shape(found->second.shape.begin(), found->second.shape.end());
        if (state.sizes() == torch::IntArrayRef(shape)) loaded[name] = checkedTensor(weights.tensors(), name, state.sizes(), file.string());
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
