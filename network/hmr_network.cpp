// SPDX-License-Identifier: MIT
#include "network/hmr_network.h"

#include <torch/torch.h>
#include <torch/version.h>

#include <algorithm>
#include <thread>

#include "body/error.h"
#include "body/rotation.h"
#include "network/crop_network.h"
#include "network/flip.h"
#include "network/frozen_network.h"
#include "network/plain_errors.h"
#include "network/published_weights.h"
#include "network/script_network.h"
#include "network/weights_file.h"

namespace hmr {
namespace {

constexpr int kLargestBatch = 16;  ///< crops that go through at once; more are cut into batches, to bound the memory

NetworkOutput outputFrom(const float* camera, const float* rotations, const float* betas) {
    using RotationMap = Eigen::Map<const Eigen::Matrix<float, 3, 3, Eigen::RowMajor>>;
    NetworkOutput output;
    output.camera = {camera[0], {camera[1], camera[2]}};
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        const Eigen::Matrix3d rotation = RotationMap(rotations + 9 * joint).cast<double>();
        output.parameters.pose.row(joint) = axisAngleFromRotation(rotation).transpose();
    }
    output.parameters.betas = Eigen::Map<const Eigen::VectorXf>(betas, kNumBetas).cast<double>();
    return output;
}

/// Threads of a small network wait for each other longer than they work: at 96 pixels and 32 channels one takes half the time of two.
bool isSmall(const NetworkRecipe& recipe) { return !isCropArchitecture(recipe.architecture) && recipe.inputSize * recipe.baseChannels <= 4096; }

SeenJoints seenJointsFrom(const JointMaps& maps, int picture) {
    using FloatPoints = Eigen::Matrix<float, kNumCocoPlusJoints, 2, Eigen::RowMajor>;
    using FloatDeviations = Eigen::Matrix<float, kNumCocoPlusJoints, 1>;
    const auto positions = maps.keypoints[picture].contiguous(), deviations = maps.logDeviation[picture].exp().contiguous();
    SeenJoints seen;
    seen.positions = Eigen::Map<const FloatPoints>(positions.data_ptr<float>()).cast<double>();
    seen.deviations = Eigen::Map<const FloatDeviations>(deviations.data_ptr<float>()).cast<double>();
    return seen;
}

}  // namespace

struct HmrNetwork::Implementation {
    NetworkRecipe recipe;
    std::map<std::string, std::string> metadata;
    std::size_t numParameters = 0;
    int threads = 0;
    bool flips = false;
    std::unique_ptr<FrozenNetwork> network;
    std::unique_ptr<CropNetwork> published;  ///< in place of `network` for architectures of others

    void open(const std::filesystem::path& weights) {
        const auto file = openTensorFile(weights);
        metadata = file->metadata();
        if (file->format() == kScriptFormat) return openScript(*file, weights);
        if (!metadata.contains("recipe") && (file->format() != "safetensors" || recognizePublished(*file))) {
            NativeWeights native = nativeWeights(*file);
            recipe = withOverrides(native.recipe, weights);
            metadata = metadataFrom(recipe);
            metadata.merge(native.metadata);
            build(std::move(native.tensors), weights.string());
        } else {
            recipe = withOverrides(ownRecipe(*file), weights);
            std::map<std::string, NdArray> tensors;
            for (const auto& [name, info] : file->tensors()) tensors.emplace(name, file->read(name));
            build(std::move(tensors), weights.string());
        }
    }

    void openScript(const TensorFile& file, const std::filesystem::path& weights) {
        if (!std::filesystem::exists(overridesOf(weights)))
            throw Error(weights.string() + " is a TorchScript module, which does not say how it wants its pictures; describe it in " +
                        overridesOf(weights).string() + " (docs/models.md tells how).");
        recipe = withOverrides(ownRecipe(file), weights);
        chooseThreads();
        metadata = metadataFrom(recipe);
        published = openScriptNetwork(weights);
        numParameters = published->numParameters();
    }

    void chooseThreads() {
        if (threads == 0 && isSmall(recipe)) threads = 1;
        useThreads(threads);
    }

    void build(std::map<std::string, NdArray> tensors, const std::string& nameForErrors) {
        chooseThreads();
        if (isCropArchitecture(recipe.architecture)) {
            published = makeCropNetwork(recipe, NamedTensors(std::move(tensors), nameForErrors));
            numParameters = published->numParameters();
            return;
        }
        std::map<std::string, TensorView> views;
        for (const auto& [name, array] : tensors) views[name] = {array.type, array.shape, array.bytes};
        HmrModel model(modelOptions(recipe));
        loadWeights(views, *model, nameForErrors);
        numParameters = countParameters(*model);
        network = std::make_unique<FrozenNetwork>(*model);
    }

    FrozenNetwork::Answer answer(const torch::Tensor& images) const {
        return published ? FrozenNetwork::Answer{(*published)(images), std::nullopt} : (*network)(images);
    }

    std::vector<NetworkOutput> recover(const std::uint8_t* crops, int count) const {
        const std::size_t cropBytes = static_cast<std::size_t>(recipe.inputSize) * static_cast<std::size_t>(recipe.inputSize) * 3;
        std::vector<NetworkOutput> outputs;
        for (int first = 0; first < count; first += kLargestBatch)
            recoverBatch(crops + cropBytes * static_cast<std::size_t>(first), std::min(kLargestBatch, count - first), outputs);
        return outputs;
    }

    void recoverBatch(const std::uint8_t* crops, int count, std::vector<NetworkOutput>& outputs) const {
        const auto pictures =
            torch::from_blob(const_cast<std::uint8_t*>(crops), {count, recipe.inputSize, recipe.inputSize, 3}, torch::kUInt8);
        const auto [prediction, maps] = answer(normalizedImages(pictures, recipe));
        const auto camera = prediction.camera.contiguous(), betas = prediction.betas.contiguous(),
                   rotations = prediction.rotations.contiguous();
        for (int i = 0; i < count; ++i) {
            outputs.push_back(outputFrom(camera.data_ptr<float>() + 3 * i,
                                         rotations.data_ptr<float>() + 9 * kNumSmplJoints * i,
                                         betas.data_ptr<float>() + kNumBetas * i));
            if (maps) outputs.back().seenJoints = seenJointsFrom(*maps, i);
        }
    }
};

HmrNetwork::HmrNetwork(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
HmrNetwork::~HmrNetwork() = default;

std::shared_ptr<HmrNetwork> HmrNetwork::load(const std::filesystem::path& weights, NetworkOptions options) {
    return withPlainErrors("Opening " + weights.string(), [&] {
        auto implementation = std::make_unique<Implementation>();
        implementation->threads = options.threads;
        implementation->flips = options.flips;
        implementation->open(weights);
        std::shared_ptr<HmrNetwork> network(new HmrNetwork(std::move(implementation)));
        // oneDNN makes its kernels on first use; that must not fall on the first frame.
        const auto size = static_cast<std::size_t>(network->recipe().inputSize);
        network->recover(std::vector<std::uint8_t>(size * size * 3), 1);
        return network;
    });
}

const NetworkRecipe& HmrNetwork::recipe() const { return implementation_->recipe; }
const std::map<std::string, std::string>& HmrNetwork::metadata() const { return implementation_->metadata; }
std::size_t HmrNetwork::numParameters() const { return implementation_->numParameters; }

std::string HmrNetwork::device() const {
    const int threads = numThreads(implementation_->threads);
    return "CPU, " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
}

std::vector<NetworkOutput> HmrNetwork::recover(std::span<const std::uint8_t> crops, int count) {
    const auto size = static_cast<std::size_t>(recipe().inputSize);
    const std::size_t cropBytes = size * size * 3;
    if (count < 0 || crops.size() != cropBytes * static_cast<std::size_t>(count))
        throw Error("The network expects " + std::to_string(count) + " crops of " + std::to_string(size) + "x" +
                    std::to_string(size) + " RGB pixels (" + std::to_string(cropBytes) + " bytes each); found " +
                    std::to_string(crops.size()) + " bytes.");
    return withPlainErrors("Recovering a body", [&] {
        // OpenMP counts its threads for each calling thread, so this is said in the thread that works.
        useThreads(implementation_->threads);
        std::vector<NetworkOutput> outputs = implementation_->recover(crops.data(), count);
        if (!implementation_->flips) return outputs;
        const std::vector<std::uint8_t> flipped = flippedPictures(crops, recipe().inputSize);
        const std::vector<NetworkOutput> others = implementation_->recover(flipped.data(), count);
        for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i] = averagedWithFlip(outputs[i], others[i]);
        return outputs;
    });
}

std::string torchDescription() {
    std::string text = "LibTorch " TORCH_VERSION ", " + std::to_string(at::get_num_threads());
    text += at::get_num_threads() == 1 ? " thread, " : " threads, ";
    text += at::globalContext().hasMKLDNN() ? "oneDNN, " : "no oneDNN, ";
    return text + (torch::cuda::is_available() ? "CUDA" : "no CUDA");
}

}  // namespace hmr
