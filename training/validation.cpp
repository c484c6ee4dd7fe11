// SPDX-License-Identifier: MIT
#include "training/validation.h"

#include <algorithm>
#include <array>

#include "body/metrics.h"

namespace hmr {
namespace {

constexpr std::array kHips = {2, 3};
constexpr double kMillimetres = 1000;
constexpr std::size_t kSheetPictures = 24;
constexpr int kSheetColumns = 8, kTileSide = 192;

Picture pictureOf(const TrainingSample& sample) {
    Picture picture(sample.size, sample.size, 3);
    picture.pixels = sample.pixels;
    return picture;
}

}  // namespace

const std::vector<TrainingSample>& ValidationSet::samples(int size) {
    if (size == size_) return samples_;
    const std::unique_ptr<SampleSource> source = makeSource_(size);
    samples_.resize(static_cast<std::size_t>(count_));
    for (int i = 0; i < count_; ++i) source->draw(static_cast<std::uint64_t>(i), samples_[static_cast<std::size_t>(i)]);
    size_ = size;
    return samples_;
}

Accuracy accuracyOf(const std::vector<PredictedJoints>& predicted, const std::vector<TrainingSample>& samples, double personShare) {
    const double boxSide = 2 * personShare;  // of the crop, which is two units wide
    std::vector<double> errors2d, seenErrors2d, errors3d, alignedErrors;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const TrainingSample& sample = samples[i];
        for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
            if (sample.keypoints[3 * joint + 2] <= 0) continue;
            const Eigen::Vector2d truth(sample.keypoints[3 * joint], sample.keypoints[3 * joint + 1]);
            errors2d.push_back((predicted[i].joints2d.row(joint).transpose() - truth).norm() / boxSide);
            if (predicted[i].seen2d.rows() > 0) seenErrors2d.push_back((predicted[i].seen2d.row(joint).transpose() - truth).norm() / boxSide);
        }
        if (!sample.hasJoints3d) continue;
        Points3d truth(kNumLspJoints, 3);
        for (int joint = 0; joint < kNumLspJoints; ++joint)
            for (int axis = 0; axis < 3; ++axis) truth(joint, axis) = sample.joints3d[3 * joint + axis];
        const Points3d answer = predicted[i].joints3d.topRows(kNumLspJoints);
        errors3d.push_back(meanPointError(centredOn(answer, kHips), centredOn(truth, kHips)) * kMillimetres);
        alignedErrors.push_back(meanPointError(procrustesAligned(answer, truth), truth) * kMillimetres);
    }
    const auto mean = [](const std::vector<double>& values) {
        double sum = 0;
        for (const double value : values) sum += value;
        return values.empty() ? -1 : sum / static_cast<double>(values.size());
    };
    Accuracy accuracy{static_cast<int>(samples.size()), mean(errors3d), mean(alignedErrors), shareBelow(errors2d, 0.1), shareBelow(errors2d, 0.05)};
    if (!seenErrors2d.empty()) accuracy.seenPck10 = shareBelow(seenErrors2d, 0.1), accuracy.seenPck05 = shareBelow(seenErrors2d, 0.05);
    return accuracy;
}

Figures figuresOf(const Accuracy& accuracy) {
    Figures figures = {{"PCK@0.1", accuracy.pck10}, {"PCK@0.05", accuracy.pck05}};
    if (accuracy.seenPck10 >= 0) {
        figures.emplace_back("PCK@0.1 of the joint maps", accuracy.seenPck10);
        figures.emplace_back("PCK@0.05 of the joint maps", accuracy.seenPck05);
    }
    if (accuracy.mpjpe >= 0) {
        figures.emplace_back("MPJPE mm", accuracy.mpjpe);
        figures.emplace_back("reconstruction error mm", accuracy.reconstructionError);
    }
    return figures;
}

Picture sampleSheet(const std::vector<TrainingSample>& samples, const std::function<void(std::size_t index, Picture& tile)>& draw) {
    std::vector<Picture> tiles;
    for (std::size_t i = 0; i < std::min(samples.size(), kSheetPictures); ++i) {
        tiles.push_back(enlarged(pictureOf(samples[i]), std::max(1, kTileSide / samples[i].size)));
        draw(i, tiles.back());
    }
    return contactSheet(tiles, kSheetColumns);
}

Picture overlaySheet(const std::vector<PredictedJoints>& predicted, const std::vector<TrainingSample>& samples) {
    return sampleSheet(samples, [&](std::size_t i, Picture& tile) {
        const double half = tile.width / 2.0;
        Keypoints keypoints{};
        for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
            keypoints[3 * joint] = static_cast<float>((predicted[i].joints2d(joint, 0) + 1) * half);
            keypoints[3 * joint + 1] = static_cast<float>((predicted[i].joints2d(joint, 1) + 1) * half);
            keypoints[3 * joint + 2] = 1;
        }
        drawSkeleton(tile, keypoints, 2.5);
        for (int joint = 0; joint < kNumCocoPlusJoints; ++joint)
            if (samples[i].keypoints[3 * joint + 2] > 0)
                drawDisc(tile, {(samples[i].keypoints[3 * joint] + 1) * half, (samples[i].keypoints[3 * joint + 1] + 1) * half}, 2, {40, 230, 90});
    });
}

}  // namespace hmr
