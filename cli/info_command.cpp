// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "body/error.h"
#include "cli/commands.h"
#include "cli/info_body.h"
#include "cli/info_lines.h"
#include "cli/info_motion.h"
#include "formats/mapped_file.h"
#include "formats/marked_people.h"
#include "formats/motion/amass_file.h"
#include "formats/motion/results_of_others.h"
#include "formats/motion/session_file.h"
#include "formats/named_arrays.h"
#include "formats/npy_stream.h"
#include "formats/parameters_file.h"
#include "formats/pickle/pickle.h"
#include "formats/pickle/pickle_arrays.h"
#include "formats/pose_file.h"
#include "formats/scene_file.h"
#include "formats/strided_copy.h"
#include "formats/tensors/tensor_bundle.h"
#include "formats/tensors/tensor_file.h"
#include "formats/tensors/torch_legacy.h"
#include "formats/unread_layouts.h"
#include "formats/zip_archive.h"
#include "network/detector_network.h"
#include "network/published_weights.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

template <typename Sizes>
std::string shapeText(const Sizes& shape) {
    std::string text;
    for (const auto size : shape) text += (text.empty() ? "" : " x ") + std::to_string(size);
    return text.empty() ? "a single value" : text;
}

std::string typeText(ElementType type) {
    switch (type) {
        case ElementType::Float16: return "float16";
        case ElementType::Float32: return "float32";
        case ElementType::Float64: return "float64";
        case ElementType::Int8: return "int8";
        case ElementType::UInt8: return "uint8";
        case ElementType::Int16: return "int16";
        case ElementType::UInt16: return "uint16";
        case ElementType::Int32: return "int32";
        case ElementType::UInt32: return "uint32";
        case ElementType::Int64: return "int64";
        case ElementType::UInt64: return "uint64";
        case ElementType::Bool: return "bool";
        case ElementType::Text: return "text";
        case ElementType::Bytes: return "bytes";
    }
    return "unknown";
}

std::string valueText(const nlohmann::ordered_json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

/// What the file says of itself. Whole training settings are long, so they come only with `everything`.
void describeMetadata(const std::map<std::string, std::string>& metadata, bool everything) {
    static const std::set<std::string> ofTheRecipe = {"crop", "input", "iterations", "rotation_encoding"};  // shown as they are used
    if (metadata.empty()) line("metadata", "none: not written by this program");
    for (const auto& [key, text] : metadata) {
        if (!everything && metadata.contains("recipe") && ofTheRecipe.contains(key)) continue;
        const auto value = nlohmann::ordered_json::parse(text, nullptr, false);
        if (!value.is_object()) {
            line(key, text);
        } else if (key == "accuracy") {
            line(key, "as measured when it was trained");
            for (const auto& [set, figures] : value.items()) {
                std::vector<std::string> words;
                if (!figures.is_object()) words.push_back(valueText(figures));
                if (figures.is_object()) {
                    for (const auto& [name, figure] : figures.items()) words.push_back(name + " " + valueText(figure));
                }
                line("  " + set, joined(words));
            }
        } else {
            line(key, everything ? text : "settings, shown with --all");
        }
    }
}

std::string colourText(const std::array<float, 3>& colours) {
    std::vector<std::string> words;
    for (const float colour : colours) words.push_back(decimal(static_cast<double>(colour), 3));
    return joined(words);
}

/// How the network is used, with what "<weights>.json" says.
void describeRecipe(const NetworkRecipe& own, const fs::path& weights) {
    const NetworkRecipe recipe = withOverrides(own, weights);
    const std::string size = std::to_string(recipe.inputSize);
    line("input", size + " x " + size + " RGB, " + describeCrop(recipe));
    line("crop rule", recipe.cropRule + ", contrast " + (recipe.stretchContrast ? "stretched" : "as it is"));
    line("normalisation", "mean " + colourText(recipe.mean) + ", deviation " + colourText(recipe.deviation) + " of RGB in 0 to 1");
    line("camera", describeCamera(recipe));
    if (recipe.architecture != kScriptArchitecture)
        line("rotations", recipe.rotationEncoding + ", " + std::to_string(recipe.iterations) + (recipe.iterations == 1 ? " step" : " steps of feedback"));
    std::error_code error;
    if (fs::exists(overridesOf(weights), error)) line("", "as " + overridesOf(weights).string() + " says");
}

std::vector<std::string> namesOf(const TensorFile& weights) {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : weights.tensors()) names.push_back(name);
    return names;
}

/// A file that is easily taken for a body or a network.
void describeUnread(const std::vector<std::string>& names) {
    if (const auto layout = unreadLayout(names)) line("use", "none: " + *layout);
}

/// A program, which says nothing of its pictures itself.
void describeScript(const TensorFile& weights) {
    const fs::path description = overridesOf(weights.path());
    std::error_code error;
    line("network", "a program of its own");
    if (!fs::exists(description, error)) {
        line("missing", description.string() + ", which says how it wants its pictures (docs/models.md)");
        line("use", "runs as it is (--weights) once that file is there; it cannot be converted");
        return;
    }
    describeRecipe(ownRecipe(weights), weights.path());
    line("use", "runs as it is (--weights); it cannot be converted");
}

/// What a network lacks, if anything, and else how it is used. Returns whether it runs.
bool describeUse(const std::vector<std::string>& missing, const char* use, bool everything) {
    constexpr std::size_t kFew = 4;
    const std::size_t numShown = everything ? missing.size() : std::min(kFew, missing.size());
    for (std::size_t i = 0; i < numShown; ++i) line(i == 0 ? "missing" : "", missing[i]);
    if (missing.size() > numShown) line("", "and " + std::to_string(missing.size() - numShown) + " more, shown with --all");
    line("use", missing.empty() ? use : "cannot run without what is missing");
    return missing.empty();
}

/// What network the tensors are, and how it is used. Returns false for one that cannot run.
bool describeNetwork(const TensorFile& weights, bool everything) {
    if (weights.format() == kScriptFormat) {
        describeScript(weights);
        return true;
    }
    const std::map<std::string, std::string> metadata = weights.metadata();
    if (metadata.contains("recipe")) {
        const NetworkRecipe recipe = ownRecipe(weights);
        describeRecipe(recipe, weights.path());
        return describeUse(missingTensors(weights, recipe), "opens as it is (--weights)", everything);
    }
    if (const auto architecture = metadata.find("architecture"); architecture != metadata.end() && architecture->second == kDetectorArchitecture) {
        line("network", "our person detector");
        line("use", "finds people as it is (--detector); hmr eval --detector measures it");
        return true;
    }
    const auto network = recognizePublished(weights);
    line("network", network ? describe(*network) : "of no kind that is run here");
    if (!network) {
        describeUnread(namesOf(weights));
        return true;
    }
    describeRecipe(publishedRecipe(*network), weights.path());
    line("body", "SMPL neutral (10 shapes); others of SMPL's joints work too");
    return describeUse(missingTensors(weights, *network), "opens as it is (--weights); hmr convert makes a copy that opens faster", everything);
}

/// Reads every tensor, one at a time: some of the file may be missing, cut off or no numbers. Returns what is wrong with the first such.
std::optional<std::string> damageOf(const TensorFile& weights) {
    if (weights.format() == kScriptFormat) return std::nullopt;
    for (const auto& [name, tensor] : weights.tensors()) {
        try {
            const NdArray array = weights.read(name);
            const bool isReal = tensor.type == ElementType::Float16 || tensor.type == ElementType::Float32 || tensor.type == ElementType::Float64;
            if (isReal && !std::ranges::all_of(array.as<float>(), [](float value) { return std::isfinite(value); }))
                return "the tensor \"" + name + "\" holds numbers that are not finite";
        } catch (const Error& error) {
            return error.what();
        }
    }
    return std::nullopt;
}

void describeWeights(const fs::path& file, bool everything) {
    const auto weights = openTensorFile(file);
    std::map<std::string, std::size_t> numbersOfPart;
    std::set<std::string> types;
    std::size_t numbers = 0, bytes = 0;
    for (const auto& [name, tensor] : weights->tensors()) {
        const std::size_t count = checkedNumBytes(tensor.shape, 1);
        numbersOfPart[name.substr(0, name.find_first_of("./"))] += count;
        numbers += count;
        bytes += count * elementSize(tensor.type);
        types.insert(typeText(tensor.type));
    }
    std::cout << file.string() << (weights->format() == kScriptFormat ? ": network\n" : ": network weights\n");
    line("format", weights->format());
    const std::optional<std::string> damage = damageOf(*weights);
    if (damage) line("damaged", *damage);
    const bool runs = damage ? false : describeNetwork(*weights, everything);
    line("tensors", std::to_string(weights->tensors().size()) + (types.empty() ? "" : ", " + joined({types.begin(), types.end()})));
    line("parameters", std::to_string(numbers) + " numbers (" + decimal(static_cast<double>(numbers) / 1e6, 2) + " million), " +
                           decimal(static_cast<double>(bytes) / 1e6, 1) + " MB");
    for (const auto& [part, count] : numbersOfPart) line("  " + part, std::to_string(count));
    if (weights->format() == "safetensors") describeMetadata(weights->metadata(), everything);
    if (everything) {
        std::cout << "  tensors:\n";
        for (const auto& [name, tensor] : weights->tensors())
            std::cout << "    " << name << "  " << typeText(tensor.type) << "  " << shapeText(tensor.shape) << "\n";
    }
    if (damage) throw Error(file.string() + " is damaged (above) and cannot be used. Fetch it again, all of its files.");
    if (!runs)
        throw Error(file.string() + " cannot run: tensors are missing or of another shape (\"missing\" above). Fetch it again, or save all of the network.");
}

void describeParameters(const fs::path& file, const EstimateDocument& document) {
    std::set<int> ids;
    std::size_t numEstimates = 0;
    for (const FrameRecord& frame : document.frames) {
        for (const PersonEstimate& person : frame.people) ids.insert(person.id);
        numEstimates += frame.people.size();
    }
    std::cout << file.string() << ": body parameters\n";
    line("source", document.source.empty() ? "unknown" : document.source);
    line("picture size", std::to_string(document.width) + " x " + std::to_string(document.height));
    line("frames", std::to_string(document.frames.size()) +
                       (document.frameRate > 0 ? ", " + decimal(document.frameRate, 2) + " a second" : ""));
    line("people", std::to_string(ids.size()) + " in " + std::to_string(numEstimates) + " estimates");
}

void describeArrays(const fs::path& file, const std::map<std::string, NpyHeader>& arrays) {
    std::cout << file.string() << ": NumPy arrays, neither a body model nor motion\n";
    std::vector<std::string> names;
    for (const auto& [name, array] : arrays) {
        line(name, (array.type ? typeText(*array.type) : "not read here") + "  " + shapeText(array.shape));
        if (const auto regressor = unreadArray(array.shape); regressor && arrays.size() == 1) line("use", "none: " + *regressor);
        names.push_back(name);
    }
    describeUnread(names);
}

/// From its header alone.
void describeNpy(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    const ByteSource source = [&](std::byte* target, std::size_t size) {
        stream.read(reinterpret_cast<char*>(target), static_cast<std::streamsize>(size));
        return static_cast<std::size_t>(stream.gcount());
    };
    describeArrays(file, {{"array", readNpyHeader(source, fs::file_size(file), file.string())}});
}

void describeScene(const fs::path& file) {
    const SceneSummary scene = summarizeScene(file);
    const Eigen::Vector3d extent = scene.highest - scene.lowest;
    std::cout << file.string() << ": mesh or scene\n";
    line("format", scene.format);
    line("meshes", std::to_string(scene.numMeshes) + " with " + std::to_string(scene.numVertices) + " vertices, " +
                       std::to_string(scene.numTriangles) + " triangles");
    line("skeleton", std::to_string(scene.numBones) + " bones");
    line("animations", std::to_string(scene.numAnimations));
    line("size", decimal(extent.x(), 3) + " x " + decimal(extent.y(), 3) + " x " + decimal(extent.z(), 3) + " in the file's units");
}

/// The shape of a pickle that is one array; nothing for others.
std::optional<std::vector<std::size_t>> shapeOfBareArray(const fs::path& file) {
    const MappedFile mapped(file);
    const Pickle pickle(mapped.bytes(), file.string());
    return looksLikeArray(pickle.root()) ? std::optional(ndArrayFrom(pickle.root()).shape) : std::nullopt;
}

void describeBareArray(const fs::path& file, const std::vector<std::size_t>& shape) {
    std::cout << file.string() << ": Python pickle of one array\n";
    line("array", shapeText(shape));
    if (const auto regressor = unreadArray(shape)) line("use", "none: " + *regressor);
}

void describePickle(const fs::path& file) {
    if (const auto program = programOfResults(file)) return describeResultsOfOthers(file, *program);
    const auto arrays = openNamedArrays(file);
    if (arrays->contains("v_template")) return describeBody(file);
    if (const auto shape = shapeOfBareArray(file)) return describeBareArray(file, *shape);
    std::cout << file.string() << ": Python pickle, no body model\n";
    for (const std::string& name : arrays->names()) {
        try {
            const NdArray array = arrays->read(name);
            line(name, typeText(array.type) + "  " + shapeText(array.shape));
        } catch (const Error&) {
            line(name, "no array");
        }
    }
    describeUnread(arrays->names());
}

bool isTorchArchive(const fs::path& file) {
    const ZipArchive archive(file, "archive");
    const auto& names = archive.names();
    return std::any_of(names.begin(), names.end(), [](const std::string& name) { return name.ends_with("/data.pkl"); });
}

void describeNpz(const fs::path& file) {
    const NpzFile npz(file);
    if (npz.contains("v_template")) return describeBody(file);
    if (npz.contains("pose") && npz.contains("betas") && npz.contains("camera")) return describeParameters(file, readParametersNpz(file));
    if (npz.contains("session")) return describeSession(file);
    if (isAmass(file)) return describeAmass(file);
    if (const auto program = programOfResults(file)) return describeResultsOfOthers(file, *program);
    describeArrays(file, readNpzHeaders(file));
}

void describeJson(const fs::path& file) {
    if (looksLikeMarkedPeople(file)) return describeMarkedPeople(file);
    if (looksLikePose(file)) return describePose(file);
    describeParameters(file, readParametersJson(file));
}

std::string lowerExtension(const fs::path& file) {
    std::string extension = file.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return extension;
}

/// The first bytes, which tell formats apart where the name does not.
std::string firstBytes(const fs::path& file) {
    std::error_code error;
    if (fs::is_directory(file, error)) throw Error(file.string() + " is a folder. Name a file.");
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw Error(file.string() + " cannot be opened. Check that it is there and may be read.");
    std::string bytes(16, '\0');
    stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    if (bytes.empty()) throw Error(file.string() + " is empty.");
    return bytes;
}

void describe(const fs::path& file, bool everything) {
    static const std::set<std::string> sceneExtensions = {".obj", ".fbx", ".glb", ".gltf", ".ply", ".stl", ".dae", ".3ds", ".off", ".blend", ".x3d"};
    if (tensorBundleIndex(file)) return describeWeights(file, everything);
    const std::string bytes = firstBytes(file), extension = lowerExtension(file);
    if (isSafetensors(bytes) || extension == ".safetensors") return describeWeights(file, everything);
    static const std::set<std::string> torchExtensions = {".pt", ".pth", ".ckpt", ".tar"};
    if (bytes.starts_with("PK")) return isTorchArchive(file) || torchExtensions.contains(extension) ? describeWeights(file, everything) : describeNpz(file);
    if (isTorchLegacy(bytes)) return describeWeights(file, everything);
    if (bytes.starts_with('\x80') || extension == ".pkl") return describePickle(file);
    if (bytes.starts_with("\x93NUMPY")) return describeNpy(file);
    if (bytes.starts_with("\x89HDF"))
        throw Error(file.string() + " is an HDF5 file, which is not read here. HMR's neutral_smpl_mean_params.h5 is not needed: its checkpoint " +
                    "(model.ckpt-667589.index) has the mean parameters.");
    if (extension == ".json") return describeJson(file);
    if (extension == ".bvh") return describeBvh(file);
    if (sceneExtensions.contains(extension)) return describeScene(file);
    throw Error(file.string() + " is of no kind that is known here. Expected a body model (.npz, .pkl), parameters or motion (.npz, .json, .pkl, " +
                ".hmrs, .bvh), weights (.safetensors, .pt, .pth, .ckpt, .index), or a mesh or scene (.obj, .fbx, .glb, .gltf, .ply, .stl, .dae). "
                "For pictures and videos use hmr run.");
}

}  // namespace

void addInfoCommand(CLI::App& app, int& exitCode) {
    auto files = std::make_shared<std::vector<fs::path>>();
    auto everything = std::make_shared<bool>(false);
    CLI::App* info = app.add_subcommand("info", "Tell what body, weights, motion, parameters or mesh files are");
    info->add_option("files", *files, "Files to look at")->required();
    info->add_flag("--all", *everything, "Show every tensor of weights and the settings they were trained with");
    info->callback([files, everything, &exitCode] {
        for (const fs::path& file : *files) {
            try {
                describe(file, *everything);
            } catch (const Error& error) {
                std::cerr << "hmr: " << error.what() << "\n";
                exitCode = 1;
            }
        }
    });
}

}  // namespace hmr
