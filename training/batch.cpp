// SPDX-License-Identifier: MIT
#include "training/batch.h"

#include <algorithm>
#include <torch/torch.h>

namespace hmr {
namespace {

torch::Tensor zeros(std::initializer_list<std::int64_t> shape) { return torch::zeros(torch::IntArrayRef(shape), torch::kFloat32); }

template <typename Array>
void copyRow(torch::Tensor& rows, std::int64_t row, const Array& values) {
    std::copy(values.begin(), values.end(), rows.data_ptr<float>() + row * static_cast<std::int64_t>(values.size()));
}

}  // namespace

torch::Tensor picturesTensor(const std::vector<TrainingSample>& samples) {
    const std::int64_t size = samples.front().size;
    torch::Tensor pictures = torch::empty({static_cast<std::int64_t>(samples.size()), size, size, 3}, torch::kUInt8);
    auto* to = pictures.data_ptr<std::uint8_t>();
    for (const TrainingSample& sample : samples) to = std::copy(sample.pixels.begin(), sample.pixels.end(), to);
    return pictures;
}

TensorBatch tensorBatch(const std::vector<TrainingSample>& samples, bool paired, torch::Device device) {
    const auto count = static_cast<std::int64_t>(samples.size());
    TensorBatch batch;
    batch.pictures = picturesTensor(samples);
    batch.keypoints = zeros({count, kNumCocoPlusJoints, 3});
    batch.joints3d = zeros({count, kNumCocoPlusJoints, 3});
    batch.rotations = zeros({count, kNumSmplJoints, 3, 3});
    batch.betas = zeros({count, kNumBetas});
    batch.hasJoints3d = zeros({count});
    batch.hasParameters = zeros({count});
    for (std::int64_t i = 0; i < count; ++i) {
        const TrainingSample& sample = samples[static_cast<std::size_t>(i)];
        copyRow(batch.keypoints, i, sample.keypoints);
        copyRow(batch.joints3d, i, sample.joints3d);
        copyRow(batch.rotations, i, sample.rotations);
        copyRow(batch.betas, i, sample.betas);
        batch.hasJoints3d.data_ptr<float>()[i] = paired && sample.hasJoints3d ? 1 : 0;
        batch.hasParameters.data_ptr<float>()[i] = paired && sample.hasParameters ? 1 : 0;
    }
    for (torch::Tensor* tensor : {&batch.pictures, &batch.keypoints, &batch.joints3d, &batch.rotations, &batch.betas,
                                  &batch.hasJoints3d, &batch.hasParameters})
        *tensor = tensor->to(device);
    return batch;
}

TensorBatch tensorBatch(const SampleBatch& samples, bool paired, torch::Device device) {
    TensorBatch batch = tensorBatch(samples.samples, paired, device);
    const auto count = static_cast<std::int64_t>(samples.realBodies.size());
    torch::Tensor rotations = zeros({count, kNumSmplJoints, 3, 3}), betas = zeros({count, kNumBetas});
    for (std::int64_t i = 0; i < count; ++i) {
        copyRow(rotations, i, samples.realBodies[static_cast<std::size_t>(i)].rotations);
        copyRow(betas, i, samples.realBodies[static_cast<std::size_t>(i)].betas);
    }
    batch.realRotations = rotations.to(device);
    batch.realBetas = betas.to(device);
    return batch;
}

}  // namespace hmr
