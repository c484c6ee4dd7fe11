// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <filesystem>
#include <map>
#include <string>

#include "body/camera.h"

namespace hmr {

using Metadata = std::map<std::string, std::string>;

/// What a network expects of its crop, chosen by what the weights file is.
struct NetworkRecipe {
    std::string architecture = "hmr-resnet50";  ///< hmr-resnet18 | hmr-resnet34 | hmr-resnet50
    int inputSize = 224;                        ///< pixels, square
    std::array<float, 3> mean = {0.485f, 0.456f, 0.406f}, deviation = {0.229f, 0.224f, 0.225f};  ///< of RGB in [0,1]
    /// A person box's longer side is this share of the crop (HMR: 150/224). Crop side = longer side / share.
    double personShare = 150.0 / 224.0;
    /// Width over height that the box is grown to before its longer side is taken, 0.25 to 1 (HMR 2.0: 3 / 4; 1: the box as it is).
    double boxAspect = 1;
    /// Of the pinhole behind the crop's camera: focal length over the crop's side (SPIN: 5000/224, HMR 2.0: 5000/256). Networks whose
    /// training projected in parallel (HMR, ours) are drawn with SPIN's, which differs from parallel by less than a pixel.
    double relativeFocalLength = kCropFocalLength / kCropResolution;
    bool padWithEdge = true;        ///< beyond the picture: repeat the border (HMR) or black (SPIN)
    /// How the crop's pixels are taken from the picture (inference/crop.h): "area", ours, or as the authors of published networks do,
    /// "hmr", "spin", "hmr2".
    std::string cropRule = "area";
    /// Spreads the crop's darkest and brightest value to 0 and 255, as SPIN's own crops were (with rule "spin" alone). Off, since that is
    /// a habit of an old SciPy function: the colours of a person then depend on what else the crop shows.
    bool stretchContrast = false;
    std::string rotationEncoding = "6d";  ///< axis-angle (HMR) | 6d (SPIN's order) | 6d-sequential (HMR 2.0's)
    int iterations = 3;             ///< of the error feedback regressor
    int baseChannels = 64;          ///< of the backbone's first stage; 64: as published
    int hiddenSize = 1024;          ///< of the regressor's hidden layers
    bool hasJointMaps = false;      ///< a second head finds the joints in the picture and tells the regressor
    std::string bodyModelId, bodyModelHash;
    bool operator==(const NetworkRecipe&) const = default;
};

/// The recipe as safetensors metadata: "recipe" holds it whole as JSON text, and readable keys repeat what a person looks
/// for (architecture, input, crop, rotation_encoding, iterations, body_model, body_model_hash).
Metadata metadataFrom(const NetworkRecipe& recipe);

/// For people: "the box's longer side is 0.670 of the crop, beyond the picture the border repeats".
std::string describeCrop(const NetworkRecipe& recipe);

/// For people: "scale, x, y of the crop; focal length 22.321 of its side".
std::string describeCamera(const NetworkRecipe& recipe);

/// The recipe in a file's metadata. Throws Error when it is missing or names something that does not exist.
NetworkRecipe recipeFrom(const Metadata& metadata, const std::string& nameForErrors);

/// Where a person says what is otherwise than a weights file tells: "<weights>.json" beside it.
std::filesystem::path overridesOf(const std::filesystem::path& weights);

/// The recipe with what that file says: a JSON object of the recipe's own keys, such as "input_size", "mean", "deviation",
/// "person_share", "box_aspect", "relative_focal_length", "pad_with_edge" and "crop_rule". The recipe itself where there is no such file. Throws Error: no JSON object, a key that no
/// recipe has, a value that cannot be.
NetworkRecipe withOverrides(const NetworkRecipe& recipe, const std::filesystem::path& weights);

/// Writes in that file what `wanted` has otherwise than `own`; removes the file when that is nothing. Throws Error: a value that cannot
/// be, no right to write.
void writeOverrides(const std::filesystem::path& weights, const NetworkRecipe& own, const NetworkRecipe& wanted);

}  // namespace hmr
