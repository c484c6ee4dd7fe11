// SPDX-License-Identifier: MIT
#include "training/validation.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>

#include "body/metrics.h"
#include "body/posing.h"
#include "network/losses.h"
#include "training/batch.h"

namespace hmr {
namespace {

constexpr std::array kHips = {2, 3};
constexpr double kMillimetres = 1000;

std::vector<PredictedJoints> jointsOf(const HmrPrediction& prediction, const BodyLayer& body) {
    const torch::Tensor joints = body.cocoPlus(prediction.rotations, prediction.betas);
    const torch::Tensor projected = projectWeakPerspective(joints, prediction.camera).to(torch::kCPU, torch::kFloat64).contiguous();
    const torch::Tensor joints3d = joints.to(torch::kCPU, torch::kFloat64).contiguous();
    std::vector<PredictedJoints> result(static_cast<std::size_t>(joints.size(0)));
    for (std::size_t i = 0; i < result.size(); ++i) {
        const double* row3d = joints3d.data_ptr<double>() + i * kNumCocoPlusJoints * 3;
        const double* row2d = projected.data_ptr<double>() + i * kNumCocoPlusJoints * 2;
        result[i].joints3d = Eigen::Map<const Points3d>(row3d, kNumCocoPlusJoints, 3);
        result[i].joints2d = Eigen::Map<const Points2d>(row2d, kNumCocoPlusJoints, 2);
    }
    return result;
}

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

std::vector<PredictedJoints> predictJoints(Learner& learner, const std::vector<TrainingSample>& samples, int batch) {
    const torch::NoGradGuard noGradient;
    std::vector<PredictedJoints> predicted;
    for (std::size_t first = 0; first < samples.size(); first += static_cast<std::size_t>(batch)) {
        const std::size_t last = std::min(samples.size(), first + static_cast<std::size_t>(batch));
        const TensorBatch tensors = tensorBatch(std::vector(samples.begin() + static_cast<std::ptrdiff_t>(first),
                                                            samples.begin() + static_cast<std::ptrdiff_t>(last)), true, learner.device());
        std::vector<PredictedJoints> joints = jointsOf(learner.predict(tensors.pictures).back(), learner.body());
        if (torch::Tensor seen = learner.seenJoints(tensors.pictures); seen.defined()) {
            seen = seen.to(torch::kCPU, torch::kFloat64).contiguous();
            for (std::size_t i = 0; i < joints.size(); ++i)
                joints[i].seen2d = Eigen::Map<const Points2d>(seen.data_ptr<double>() + i * kNumCocoPlusJoints * 2, kNumCocoPlusJoints, 2);
        }
        std::ranges::move(joints, std::back_inserter(predicted));
    }
    return predicted;
}

std::vector<PredictedJoints> meanPoseJoints(Learner& learner, std::size_t count) {
    const torch::NoGradGuard noGradient;
    return std::vector(count, jointsOf(learner.startPrediction(), learner.body()).front());
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

Picture overlaySheet(const std::vector<PredictedJoints>& predicted, const std::vector<TrainingSample>& samples, int most, int columns) {
    std::vector<Picture> tiles;
    for (std::size_t i = 0; i < std::min<std::size_t>(samples.size(), static_cast<std::size_t>(most)); ++i) {
        const int factor = std::max(1, 192 / samples[i].size);
        Picture tile = enlarged(pictureOf(samples[i]), factor);
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
        tiles.push_back(std::move(tile));
    }
    return contactSheet(tiles, columns);
}

}  // namespace hmr
