// SPDX-License-Identifier: MIT
#include "training/detector_learner.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "body/detection_metrics.h"
#include "network/detector_answer.h"
#include "network/plain_errors.h"
#include "training/batch.h"
#include "training/drawing.h"

namespace hmr {
namespace {

constexpr float kLeastBoxWeight = 0.35f;  ///< of the Gaussian: cells farther from the middle do not learn the box
constexpr double kBelievedConfidence = 0.3;  ///< from there on somebody without a box is not punished in a photograph
constexpr double kFarFromPeople = 0.05;      ///< of the Gaussians: cells below are nobody's who has a box
constexpr double kJudgedConfidence = 0.3, kJudgedOverlap = 0.5;

/// Adds one person to the targets of picture `index`; the nearer middle wins a cell.
void addPerson(const PixelBox& box, std::int64_t index, DetectorTargets& targets) {
    auto heat = targets.heat.accessor<float, 3>();
    auto sides = targets.sides.accessor<float, 4>();
    auto weights = targets.weights.accessor<float, 3>();
    const auto height = targets.heat.size(1), width = targets.heat.size(2);
    const double left = box.x / kDetectorStride, top = box.y / kDetectorStride;
    const double right = left + box.width / kDetectorStride, bottom = top + box.height / kDetectorStride;
    const double middleX = (left + right) / 2, middleY = (top + bottom) / 2;
    const double deviationX = 0.4 + 0.1 * (right - left), deviationY = 0.4 + 0.1 * (bottom - top);
    const auto ownRow = std::clamp<std::int64_t>(static_cast<std::int64_t>(middleY), 0, height - 1);
    const auto ownColumn = std::clamp<std::int64_t>(static_cast<std::int64_t>(middleX), 0, width - 1);
    for (std::int64_t row = 0; row < height; ++row)
        for (std::int64_t column = 0; column < width; ++column) {
            const double x = static_cast<double>(column) + 0.5, y = static_cast<double>(row) + 0.5;
            const double dx = (x - middleX) / deviationX, dy = (y - middleY) / deviationY;
            const float value = row == ownRow && column == ownColumn ? 1.0f : static_cast<float>(std::exp(-0.5 * (dx * dx + dy * dy)));
            if (value <= heat[index][row][column]) continue;
            heat[index][row][column] = value;
            if (value < kLeastBoxWeight) continue;
            weights[index][row][column] = value;
            const double distances[] = {x - left, y - top, right - x, bottom - y};
            for (int side = 0; side < 4; ++side) sides[index][side][row][column] = static_cast<float>(std::max(distances[side], 0.05));
        }
}

void addPhotograph(const PixelBox& box, std::int64_t index, DetectorTargets& targets) {
    const auto cell = [&](double pixels) { return std::clamp<std::int64_t>(std::lround(pixels / kDetectorStride), 0, targets.heat.size(1)); };
    targets.photographs[index].slice(0, cell(box.y), cell(box.y + box.height)).slice(1, cell(box.x), cell(box.x + box.width)).fill_(1);
}

PixelBox scaled(const PixelBox& box, double factor) {
    return {box.x * factor, box.y * factor, box.width * factor, box.height * factor};
}

}  // namespace

DetectorTargets detectorTargets(const std::vector<TrainingSample>& samples) {
    const auto count = static_cast<std::int64_t>(samples.size());
    const std::int64_t cells = samples.front().size / kDetectorStride;
    DetectorTargets targets{torch::zeros({count, cells, cells}), torch::ones({count, 4, cells, cells}), torch::zeros({count, cells, cells}), torch::zeros({count, cells, cells})};
    for (std::int64_t i = 0; i < count; ++i) {
        for (const PixelBox& box : samples[static_cast<std::size_t>(i)].boxes) addPerson(box, i, targets);
        for (const PixelBox& box : samples[static_cast<std::size_t>(i)].photographs) addPhotograph(box, i, targets);
    }
    return targets;
}

torch::Tensor heatLoss(const torch::Tensor& logits, const DetectorTargets& targets) {
    const auto target = targets.heat.to(logits.device());
    const auto share = torch::sigmoid(logits);
    const auto isMiddle = (target == 1).to(logits.scalar_type());
    const auto isBelieved = ((share > kBelievedConfidence) & (target < kFarFromPeople)).to(logits.scalar_type()) * targets.photographs.to(logits.device());
    const auto right = isMiddle * (1 - share).square() * torch::log_sigmoid(logits);
    const auto wrong = (1 - isBelieved) * (1 - isMiddle) * (1 - target).pow(4) * share.square() * torch::log_sigmoid(-logits);
    return -(right + wrong).sum() / isMiddle.sum().clamp_min(1);
}

torch::Tensor boxLoss(const torch::Tensor& sides, const torch::Tensor& target, const torch::Tensor& weights) {
    const auto area = [](const torch::Tensor& s) { return (s.select(1, 0) + s.select(1, 2)) * (s.select(1, 1) + s.select(1, 3)); };
    const auto shared = area(torch::minimum(sides, target)), hull = area(torch::maximum(sides, target));
    const auto joined = area(sides) + area(target) - shared;
    const auto loss = 1 - shared / joined + (hull - joined) / hull;
    return (weights * loss).sum() / weights.sum().clamp_min(1);
}

DetectorLearner::DetectorLearner(const TrainingConfig& config, torch::Device device, ProcessGroup* group)
    : Learner(config, device, group), model_(config.architecture == kSmallDetector ? 0 : config.baseChannels) {
    if (!config.initialWeights.empty()) loadMatchingWeights(config.initialWeights, *model_, kPyramidPrefix);
    adopt(*model_);
}

DetectorMaps DetectorLearner::mapsOf(const std::vector<TrainingSample>& samples) {
    const AutocastScope autocast(config_.precision == "bfloat16", device_);
    torch::Tensor images = normalizedImages(picturesTensor(samples).to(device_), NetworkRecipe{});
    return model_->forward(config_.channelsLast ? images.contiguous(torch::MemoryFormat::ChannelsLast) : images);
}

StepFigures DetectorLearner::learn(const SampleBatch& batch, double learningRateFactor) {
    model_->train();
    if (startsUpdate()) clearGradients();
    const DetectorTargets targets = detectorTargets(batch.samples);
    const DetectorMaps maps = mapsOf(batch.samples);
    const auto heat = heatLoss(maps.heat, targets);
    const auto boxes = boxLoss(maps.sides, targets.sides.to(device_), targets.weights.to(device_));
    StepFigures figures;
    figures.terms = {{"heat", heat.item<double>()}, {"boxes", boxes.item<double>()}};
    addGradient(heat + config_.losses.boxes * boxes, figures);
    finishBatch(config_.learningRate * learningRateFactor, figures);
    return figures;
}

Verdict DetectorLearner::judge(const std::vector<TrainingSample>& samples, double) {
    std::vector<PictureBoxes> found, whole;
    withAverage([&] {
        model_->eval();
        for (const TrainingSample& sample : samples) {
            DetectorMaps maps = mapsOf({sample});
            maps = {maps.heat.cpu(), maps.sides.cpu()};
            found.push_back({suppressOverlaps(boxesFrom(maps, 0, 0.05), kJudgedOverlap), sample.boxes, {}});
            const double side = sample.size;
            whole.push_back({{{{0, 0, side, side}, 1}}, sample.boxes, {}});
        }
    });
    const auto figuresAt = [](std::vector<PictureBoxes> pictures) {
        const double precision = detectorFigures(pictures).averagePrecision;
        for (PictureBoxes& picture : pictures)
            std::erase_if(picture.found, [](const Detection& box) { return box.confidence < kJudgedConfidence; });
        const DetectorFigures figures = detectorFigures(pictures);
        return Figures{{"AP50", precision}, {"recall", figures.recall}, {"precision", figures.precision}};
    };
    Verdict verdict{figuresAt(found), figuresAt(whole), 0, {}};
    verdict.score = verdict.network.front().second;
    verdict.sheet = sampleSheet(samples, [&](std::size_t i, Picture& tile) {
        const double factor = static_cast<double>(tile.width) / samples[i].size;
        for (const PixelBox& box : samples[i].boxes) drawBox(tile, scaled(box, factor), {40, 230, 90});
        for (const Detection& box : found[i].found)
            if (box.confidence >= kJudgedConfidence) drawBox(tile, scaled(box.box, factor), {255, 80, 60});
    });
    return verdict;
}

void DetectorLearner::exportWeights(const std::filesystem::path& file, int inputSize, Metadata metadata) {
    metadata["architecture"] = kDetectorArchitecture;
    metadata["working_side"] = std::to_string(inputSize);
    metadata["input"] = "RGB, the longer side brought to " + std::to_string(inputSize) + " pixels";
    withAverage([&] { saveWeights(file, *model_, metadata); });
}

}  // namespace hmr
