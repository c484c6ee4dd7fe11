// SPDX-License-Identifier: MIT
#include "network/network_recipe.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "body/error.h"
#include "formats/atomic_file.h"
#include "network/crop_network.h"
#include "network/modules.h"
#include "network/published_weights.h"

namespace hmr {
namespace {

constexpr std::size_t kLargestOverrides = 1 << 20;

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
    recipe.boxAspect = json.value("box_aspect", recipe.boxAspect);
    recipe.relativeFocalLength = json.value("relative_focal_length", recipe.relativeFocalLength);
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
    if (!(recipe.boxAspect >= 0.25 && recipe.boxAspect <= 1))
        throw Error("the box's width over its height (\"box_aspect\") is " + std::to_string(recipe.boxAspect) + ", expected 0.25 to 1.");
    if (!(recipe.relativeFocalLength >= 0.5 && recipe.relativeFocalLength <= 1000))
        throw Error("the camera's focal length over the crop's side (\"relative_focal_length\") is " + std::to_string(recipe.relativeFocalLength) +
                    ", expected 0.5 to 1000.");
    constexpr std::array kCropRules = {"area", "hmr", "spin", "hmr2"};
    if (std::find(kCropRules.begin(), kCropRules.end(), recipe.cropRule) == kCropRules.end())
        throw Error("the rule for crops is \"" + recipe.cropRule + "\", expected area, hmr, spin or hmr2.");
    if (recipe.stretchContrast && recipe.cropRule != "spin")
        throw Error("contrast is stretched (\"stretch_contrast\") under the rule \"spin\" for crops alone.");
    for (const float deviation : recipe.deviation)
        if (!(deviation > 0)) throw Error("a deviation of the input colours is not positive.");
}

nlohmann::json jsonFrom(const NetworkRecipe& recipe) {
    return {{"architecture", recipe.architecture},
            {"input_size", recipe.inputSize},
            {"mean", recipe.mean},
            {"deviation", recipe.deviation},
            {"person_share", recipe.personShare},
            {"box_aspect", recipe.boxAspect},
            {"relative_focal_length", recipe.relativeFocalLength},
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
}

std::string withThreeDecimals(double value) {
    char text[16];
    std::snprintf(text, sizeof text, "%.3f", value);
    return text;
}

}  // namespace

std::string describeCrop(const NetworkRecipe& recipe) {
    const std::string box = recipe.boxAspect < 1 ? "the box grown to " + withThreeDecimals(recipe.boxAspect) + " of its height in width, its" : "the box's";
    return box + " longer side is " + withThreeDecimals(recipe.personShare) + " of the crop, beyond the picture " +
           (recipe.padWithEdge ? "the border repeats" : "it is black");
}

std::string describeCamera(const NetworkRecipe& recipe) {
    return "scale, x, y of the crop; focal length " + withThreeDecimals(recipe.relativeFocalLength) + " of its side";
}

Metadata metadataFrom(const NetworkRecipe& recipe) {
    const auto size = std::to_string(recipe.inputSize);
    return {{"recipe", jsonFrom(recipe).dump()},
            {"architecture", recipe.architecture},
            {"input", size + "x" + size + " RGB"},
            {"crop", "square, " + describeCrop(recipe)},
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
    auto all = jsonFrom(recipe);
    for (const auto& [key, value] : said.items()) {
        if (!all.contains(key)) throw Error(file.string() + ": a recipe has no \"" + key + "\".");
        all[key] = value;
    }
    return recipeFrom({{"recipe", all.dump()}}, file.string());
}

void writeOverrides(const std::filesystem::path& weights, const NetworkRecipe& own, const NetworkRecipe& wanted) {
    const auto file = overridesOf(weights);
    try {
        check(wanted);
    } catch (const Error& error) {
        throw Error(weights.string() + ": " + error.what());
    }
    auto said = nlohmann::json::object();
    const auto before = jsonFrom(own), after = jsonFrom(wanted);
    for (const auto& [key, value] : after.items())
        if (value != before.at(key)) said[key] = value;
    if (said.empty() && own.architecture == kScriptArchitecture) said["input_size"] = wanted.inputSize;  // it wants such a file in any case
    if (!said.empty()) return writeWholeFile(file, said.dump(2) + "\n");
    std::error_code error;
    std::filesystem::remove(file, error);
    if (error) throw Error("Cannot remove " + file.string() + ": " + error.message() + ".");
}

}  // namespace hmr
