// SPDX-License-Identifier: MIT
#include "network/detector_network.h"

#include <torch/torch.h>

#include "body/error.h"
#include "network/detector_answer.h"
#include "network/frozen_convolution.h"
#include "network/plain_errors.h"
#include "network/weights_file.h"

namespace hmr {
namespace {

constexpr int kSmallestSide = 64, kLargestSide = 1024;

/// The trained model, made for answering as FrozenNetwork is.
class FrozenDetector {
public:
    explicit FrozenDetector(const DetectorModelImpl& model) : isResnet_(model.resnetWidth() > 0) {
        const torch::NoGradGuard noGrad;
        const ModuleStates states(model);
        stem_ = foldedConvolution(states, "conv1", "bn1", 2);
        for (int stage = 1; stage <= 4; ++stage)
            for (int index = 0;; ++index) {
                const auto name = "layer" + std::to_string(stage) + "." + std::to_string(index) + ".";
                if (!states.contains(name + "conv1.weight")) break;
                stages_[static_cast<std::size_t>(stage - 1)].push_back(frozenBlock(states, name, index == 0 && (stage > 1 || !isResnet_) ? 2 : 1));
            }
        lateral8_ = plainConvolution(states, "lateral8");
        lateral16_ = plainConvolution(states, "lateral16");
        lateral32_ = plainConvolution(states, "lateral32");
        smooth_ = foldedConvolution(states, "smooth", isResnet_ ? "norm" : "smooth_norm", 1);
        tower_ = foldedConvolution(states, "tower", "tower_norm", 1);
        head_ = plainConvolution(states, "head");
    }

    DetectorMaps operator()(const torch::Tensor& images) const {
        const torch::NoGradGuard noGrad;
        auto x = stem_(toNative(images)).relu_();
        if (isResnet_) x = poolStem(x);
        std::array<torch::Tensor, 4> outputs;
        for (std::size_t stage = 0; stage < stages_.size(); ++stage) {
            for (const auto& block : stages_[stage]) x = block(x);
            outputs[stage] = x;
        }
        const auto middle = toDense(lateral16_(outputs[2])), fine = toDense(lateral8_(outputs[1]));
        const auto coarse = middle + enlargedTo(toDense(lateral32_(outputs[3])), middle);
        x = toNative((fine + enlargedTo(coarse, fine)).relu_());
        return detectorMapsFrom(toDense(head_(tower_(smooth_(x).relu_()).relu_())));
    }

private:
    bool isResnet_;
    FrozenConvolution stem_, lateral8_, lateral16_, lateral32_, smooth_, tower_, head_;
    std::array<std::vector<FrozenBlock>, 4> stages_;
};

int workingSideFrom(const Metadata& metadata, const std::string& file) {
    const auto architecture = metadata.find("architecture"), side = metadata.find("working_side");
    if (architecture == metadata.end() || architecture->second != kDetectorArchitecture || side == metadata.end())
        throw Error(file + ": these are no weights of a person detector (architecture " +
                    (architecture == metadata.end() ? "not named" : architecture->second) + "); choose those of `hmr train` with \"task\": \"detector\".");
    const int pixels = std::atoi(side->second.c_str());
    if (pixels < kSmallestSide || pixels > kLargestSide)
        throw Error(file + ": the working side is " + side->second + " pixels, expected " + std::to_string(kSmallestSide) + " to " +
                    std::to_string(kLargestSide) + ".");
    return pixels;
}

}  // namespace

std::vector<Detection> boxesFrom(const DetectorMaps& maps, std::int64_t picture, double leastConfidence) {
    const auto heat = torch::sigmoid(maps.heat[picture]);
    const auto highest = torch::max_pool2d(heat.unsqueeze(0), 3, 1, 1).squeeze(0);
    const auto peaks = torch::nonzero((heat >= leastConfidence).logical_and(heat == highest)).contiguous();
    const auto sides = maps.sides[picture].contiguous();
    const auto heats = heat.contiguous();
    const auto scores = heats.accessor<float, 2>();
    const auto distances = sides.accessor<float, 3>();
    const auto cells = peaks.accessor<std::int64_t, 2>();
    std::vector<Detection> boxes;
    for (std::int64_t i = 0; i < peaks.size(0); ++i) {
        const auto row = cells[i][0], column = cells[i][1];
        const double x = static_cast<double>(column) + 0.5, y = static_cast<double>(row) + 0.5;
        const double left = distances[0][row][column], top = distances[1][row][column];
        const double right = distances[2][row][column], bottom = distances[3][row][column];
        boxes.push_back({{kDetectorStride * (x - left), kDetectorStride * (y - top), kDetectorStride * (left + right),
                          kDetectorStride * (top + bottom)},
                         scores[row][column]});
    }
    return boxes;
}

struct DetectorNetwork::Implementation {
    Metadata metadata;
    int workingSide = 0, threads = 0;
    std::unique_ptr<FrozenDetector> network;
};

DetectorNetwork::DetectorNetwork(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
DetectorNetwork::~DetectorNetwork() = default;

std::shared_ptr<DetectorNetwork> DetectorNetwork::load(const std::filesystem::path& weights, int threads) {
    return withPlainErrors("Opening " + weights.string(), [&] {
        auto implementation = std::make_unique<Implementation>();
        const SafetensorsFile file(weights);
        implementation->metadata = file.metadata();
        implementation->workingSide = workingSideFrom(file.metadata(), weights.string());
        implementation->threads = threads;
        useThreads(threads);
        DetectorModel model(detectorWidthOf(file.tensors()));
        loadWeights(file, *model, weights.string());
        implementation->network = std::make_unique<FrozenDetector>(*model);
        std::shared_ptr<DetectorNetwork> network(new DetectorNetwork(std::move(implementation)));
        // oneDNN makes its kernels on first use; that must not fall on the first picture.
        const int side = network->workingSide() / 32 * 32;
        network->detect(std::vector<std::uint8_t>(static_cast<std::size_t>(side) * side * 3), side, side, 0.5);
        return network;
    });
}

int DetectorNetwork::workingSide() const { return implementation_->workingSide; }
const std::map<std::string, std::string>& DetectorNetwork::metadata() const { return implementation_->metadata; }

std::vector<Detection> DetectorNetwork::detect(std::span<const std::uint8_t> pixels, int width, int height, double leastConfidence) {
    if (width < 32 || height < 32 || width % 32 != 0 || height % 32 != 0 || pixels.size() != static_cast<std::size_t>(width) * height * 3)
        throw Error("The detector expects an RGB picture whose sides are multiples of 32; found " + std::to_string(width) + "x" +
                    std::to_string(height) + " in " + std::to_string(pixels.size()) + " bytes.");
    return withPlainErrors("Finding people", [&] {
        useThreads(implementation_->threads);
        const auto picture = torch::from_blob(const_cast<std::uint8_t*>(pixels.data()), {1, height, width, 3}, torch::kUInt8);
        return boxesFrom((*implementation_->network)(normalizedImages(picture, NetworkRecipe{})), 0, leastConfidence);
    });
}

}  // namespace hmr
