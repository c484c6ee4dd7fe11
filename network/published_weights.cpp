// SPDX-License-Identifier: MIT
#include "network/published_weights.h"

#include <algorithm>
#include <array>

#include "body/error.h"
#include "formats/strided_copy.h"
#include "formats/unread_layouts.h"
#include "network/detector_network.h"
#include "network/weights_file.h"

namespace hmr {
namespace {

using Tensors = std::map<std::string, NdArray>;
using Shape = std::vector<std::size_t>;

std::string shapeText(const Shape& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? "," : "") + std::to_string(shape[i]);
    return text + "]";
}

bool has(const TensorFile& file, const std::string& name) { return file.tensors().contains(name); }

const TensorInfo& requireTensor(const TensorFile& file, const std::string& name) {
    const auto found = file.tensors().find(name);
    if (found == file.tensors().end())
        throw Error(file.path().string() + ": the tensor \"" + name + "\" is missing; the file is incomplete or of another network.");
    return found->second;
}

NdArray readFloats(const TensorFile& file, const std::string& name) {
    requireFloats(requireTensor(file, name).type, name, file.path().string());
    NdArray array = file.read(name);
    if (array.type != ElementType::Float32) array = NdArray::from(array.as<float>(), array.shape);
    return array;
}

void requireShape(const TensorFile& file, const std::string& name, const Shape& found, const Shape& expected) {
    if (found != expected)
        throw Error(file.path().string() + ": the tensor \"" + name + "\" has the shape " + shapeText(found) + ", expected " + shapeText(expected) + ".");
}

/// How a matrix A is repeated (pairSigns): [A; −A], [A, −A; −A, A] or [A, −A].
enum class Signs { Rows, Both, Columns };

NdArray withSigns(const NdArray& array, Signs signs) {
    const std::vector<float> values = array.as<float>();
    const std::size_t rows = array.shape[0], columns = array.shape.size() > 1 ? array.shape[1] : 1;
    const std::size_t timesRows = signs == Signs::Columns ? 1 : 2, timesColumns = signs == Signs::Rows ? 1 : 2;
    std::vector<float> result(rows * columns * timesRows * timesColumns);
    const std::size_t width = columns * timesColumns;
    for (std::size_t i = 0; i < timesRows; ++i)
        for (std::size_t k = 0; k < timesColumns; ++k)
            for (std::size_t r = 0; r < rows; ++r)
                for (std::size_t c = 0; c < columns; ++c)
                    result[(i * rows + r) * width + k * columns + c] = i == k ? values[r * columns + c] : -values[r * columns + c];
    Shape shape = {rows * timesRows};
    if (array.shape.size() > 1) shape.push_back(width);
    return NdArray::from(result, shape);
}

constexpr const char* kLastConvolution = "layer4.2.conv3.weight";

/// The layers of SPIN's regressor fit each other as they are in the file, where their names begin with `head`.
void requireFittingLayers(const TensorFile& file, const Tensors& tensors, const std::string& head) {
    const auto extent = [&](const std::string& name) { return tensors.at(name).shape.empty() ? 1 : tensors.at(name).shape[0]; };
    const auto require = [&](const std::string& name, const Shape& expected) { requireShape(file, head + name, tensors.at(name).shape, expected); };
    const std::size_t hidden = extent("fc1.bias");
    std::size_t numInputs = extent(kLastConvolution);
    for (const std::string name : {"decpose", "decshape", "deccam"}) {
        const std::size_t numOutputs = extent(name + ".bias");
        require(name + ".weight", {numOutputs, hidden});
        numInputs += numOutputs;
    }
    require("fc1.weight", {hidden, numInputs});
    require("fc2.weight", {hidden, hidden});
    require("fc2.bias", {hidden});
}

/// SPIN has no ReLU behind its two hidden layers, our network has. Since x = relu(x) − relu(−x), hidden layers that carry each
/// unit with both signs give the same answer through ReLUs.
void pairSigns(Tensors& tensors) {
    for (const char* name : {"fc1.weight", "fc1.bias", "fc2.bias"}) tensors[name] = withSigns(tensors[name], Signs::Rows);
    tensors["fc2.weight"] = withSigns(tensors["fc2.weight"], Signs::Both);
    for (const char* name : {"decpose.weight", "decshape.weight", "deccam.weight"}) tensors[name] = withSigns(tensors[name], Signs::Columns);
}

bool isBackbone(const std::string& name) {
    return (name.starts_with("conv1.") || name.starts_with("bn1.") || name.starts_with("layer")) && !name.ends_with("num_batches_tracked");
}

constexpr std::array kRegressorTensors = {"fc1.weight",    "fc1.bias",        "fc2.weight",    "fc2.bias",      "decpose.weight",
                                          "decpose.bias",  "decshape.weight", "decshape.bias", "deccam.weight", "deccam.bias",
                                          "init_pose",     "init_shape",      "init_cam"};

NativeWeights spinWeights(const TensorFile& file, const std::string& backbone, const std::string& head) {
    NativeWeights weights;
    for (const auto& [name, info] : file.tensors()) {
        if (!name.starts_with(backbone)) continue;
        const std::string own = name.substr(backbone.size());
        if (isBackbone(own)) weights.tensors[own] = readFloats(file, name);
    }
    for (const std::string name : kRegressorTensors) weights.tensors[name] = readFloats(file, head + name);
    requireTensor(file, backbone + kLastConvolution);
    requireFittingLayers(file, weights.tensors, head);
    pairSigns(weights.tensors);
    weights.recipe.hiddenSize = static_cast<int>(weights.tensors["fc1.weight"].shape[0]);
    return weights;
}

/// Height, width, in, out (TensorFlow) to out, in, height, width; matrices from [in, out] to [out, in].
NdArray inOurOrder(NdArray array) {
    const std::size_t numDimensions = array.shape.size();
    if (numDimensions != 2 && numDimensions != 4) return array;
    const Strides strides = rowMajorStrides(array.shape);
    const Shape order = numDimensions == 4 ? Shape{3, 2, 0, 1} : Shape{1, 0};
    Shape shape;
    Strides turned;
    for (const std::size_t axis : order) {
        shape.push_back(array.shape[axis]);
        turned.push_back(strides[axis]);
    }
    array.bytes = rowMajorBytes(array.bytes, array.itemSize, shape, turned, 0);
    array.shape = shape;
    return array;
}

NativeWeights slimWeights(const TensorFile& file) {
    NativeWeights weights;
    for (const auto& [name, info] : file.tensors()) {
        const bool isOfTheNetwork = name.starts_with("resnet_v2_50/") || name.starts_with("3D_module/") || name == "mean_param";
        if (!isOfTheNetwork || name.find("Adam") != std::string::npos || name.find("/logits/") != std::string::npos) continue;
        NdArray array = readFloats(file, name);
        if (name.ends_with("/weights")) array = inOurOrder(std::move(array));
        std::string own = name;
        std::replace(own.begin(), own.end(), '/', '.');
        weights.tensors[own] = std::move(array);
    }
    return weights;
}

NativeWeights transformerWeights(const TensorFile& file) {
    NativeWeights weights;
    for (const auto& [name, info] : file.tensors())
        if (name.starts_with("backbone.") || name.starts_with("smpl_head.")) weights.tensors[name] = readFloats(file, name);
    return weights;
}

/// What an unknown file seems to hold, from the first part of its tensors' names.
std::string firstNames(const TensorFile& file) {
    std::string text;
    int count = 0;
    for (const auto& [name, info] : file.tensors()) {
        if (++count > 4) return text + ", …";
        text += (count > 1 ? ", " : "") + name;
    }
    return text.empty() ? "nothing" : text;
}

std::string unknownNetwork(const TensorFile& file) {
    std::vector<std::string> names;
    for (const auto& [name, info] : file.tensors()) names.push_back(name);
    if (const auto layout = unreadLayout(names)) return file.path().string() + " cannot be used as weights: " + *layout;
    return file.path().string() + ": this " + file.format() + " is of no network that is known here; its tensors are " + firstNames(file) +
           ". Choose weights of SPIN, EFT, MMHuman3D's HMR, the original HMR, HMR 2.0, or those that `hmr train` wrote.";
}

/// Which of our architectures the blocks of the third stage belong to; empty for tensors of no ResNet that we have.
std::string architectureOfTensors(const TensorFile& file) {
    const auto has = [&](const char* name) { return file.tensors().contains(name); };
    if (!has("layer3.0.conv2.weight") || has("layer3.6.conv2.weight")) return {};
    if (has("layer3.0.conv3.weight")) return "hmr-resnet50";
    return has("layer3.2.conv2.weight") ? "hmr-resnet34" : "hmr-resnet18";
}

/// What the metadata say, if the tensors can be that.
NetworkRecipe statedRecipe(const TensorFile& file) {
    const NetworkRecipe recipe = recipeFrom(file.metadata(), file.path().string());
    const std::string found = architectureOfTensors(file);
    if (recipe.architecture.starts_with("hmr-resnet") && !found.empty() && found != recipe.architecture)
        throw Error(file.path().string() + " says that it is " + recipe.architecture + ", but its tensors are those of " + found +
                    ". Choose other weights, or fetch the file again.");
    return recipe;
}

}  // namespace

std::optional<PublishedNetwork> recognizePublished(const TensorFile& file) {
    if (has(file, "smpl_head.decpose.weight") && has(file, "backbone.patch_embed.proj.weight")) return PublishedNetwork::Hmr2;
    if (has(file, "head.fc1.weight") && has(file, "backbone.conv1.weight") && has(file, "head.decpose.weight")) return PublishedNetwork::MmHuman3d;
    if (has(file, "fc1.weight") && has(file, "conv1.weight") && has(file, "decpose.weight") && has(file, kLastConvolution))
        return PublishedNetwork::Spin;
    if (has(file, "3D_module/fc1/weights") && has(file, "resnet_v2_50/conv1/weights")) return PublishedNetwork::HmrTensorFlow;
    return std::nullopt;
}

std::string describe(PublishedNetwork network) {
    switch (network) {
        case PublishedNetwork::Spin: return "SPIN family (ResNet-50, 6D rotations)";
        case PublishedNetwork::MmHuman3d: return "MMHuman3D's HMR (ResNet-50, 6D rotations)";
        case PublishedNetwork::HmrTensorFlow: return "HMR, the paper's own (TensorFlow, resnet_v2_50, axis-angle)";
        case PublishedNetwork::Hmr2: return "HMR 2.0 of 4D-Humans (vision transformer)";
    }
    return {};
}

NetworkRecipe publishedRecipe(PublishedNetwork network) {
    NetworkRecipe recipe;
    recipe.bodyModelId = "smpl-neutral";
    switch (network) {
        case PublishedNetwork::Spin:
        case PublishedNetwork::MmHuman3d:
            recipe.architecture = "hmr-resnet50";
            recipe.personShare = network == PublishedNetwork::Spin ? 1 / 1.2 : 1 / 1.25;
            recipe.padWithEdge = false;
            // MMHuman3D warps as HMR 2.0 does, but for the blur of crops that shrink by more than 2.2.
            recipe.cropRule = network == PublishedNetwork::Spin ? "spin" : "hmr2";
            break;
        case PublishedNetwork::HmrTensorFlow:
            recipe.architecture = kSlimArchitecture;
            recipe.mean = recipe.deviation = {0.5f, 0.5f, 0.5f};  // [−1, 1]
            recipe.cropRule = "hmr";
            recipe.rotationEncoding = "axis-angle";
            break;
        case PublishedNetwork::Hmr2:
            recipe.architecture = kTransformerArchitecture;
            recipe.inputSize = 256;
            recipe.personShare = 1;
            recipe.boxAspect = 0.75;  // of the 256 columns it sees 192
            recipe.relativeFocalLength = 5000. / 256;
            recipe.padWithEdge = false;
            recipe.cropRule = "hmr2";
            recipe.rotationEncoding = "6d-sequential";
            recipe.iterations = 1;
            break;
    }
    return recipe;
}

NetworkRecipe ownRecipe(const TensorFile& file) {
    NetworkRecipe recipe;
    if (file.format() == kScriptFormat) {
        recipe.architecture = kScriptArchitecture;
        return recipe;
    }
    const auto metadata = file.metadata();
    if (metadata.contains("recipe")) return statedRecipe(file);
    if (const auto kind = metadata.find("architecture"); kind != metadata.end() && kind->second == kDetectorArchitecture)
        throw Error(file.path().string() + ": this is a person detector, not body weights. Use it as the detector, and choose other weights.");
    if (const auto network = recognizePublished(file)) return publishedRecipe(*network);
    throw Error(unknownNetwork(file));
}

NativeWeights nativeWeights(const TensorFile& file) {
    const auto network = recognizePublished(file);
    if (!network) throw Error(unknownNetwork(file));
    NativeWeights weights;
    switch (*network) {
        case PublishedNetwork::Spin: weights = spinWeights(file, "", ""); break;
        case PublishedNetwork::MmHuman3d: weights = spinWeights(file, "backbone.", "head."); break;
        case PublishedNetwork::HmrTensorFlow: weights = slimWeights(file); break;
        case PublishedNetwork::Hmr2: weights = transformerWeights(file); break;
    }
    const int hiddenSize = weights.recipe.hiddenSize;
    weights.recipe = publishedRecipe(*network);
    weights.recipe.hiddenSize = hiddenSize;
    weights.metadata["origin"] = describe(*network) + ", from " + file.path().filename().string();
    weights.metadata["licence"] = "that of the people who published the file";
    return weights;
}

}  // namespace hmr
