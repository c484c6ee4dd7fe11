// SPDX-License-Identifier: MIT
#pragma once
#include <torch/nn.h>

#include <string>
#include <vector>

namespace hmr {

/// A module's tensors by name, on the CPU, float32, without gradients.
class ModuleStates {
public:
    explicit ModuleStates(const torch::nn::Module& module) : parameters_(module.named_parameters()), buffers_(module.named_buffers()) {}

    torch::Tensor operator[](const std::string& name) const;
    bool contains(const std::string& name) const { return parameters_.contains(name); }

private:
    torch::OrderedDict<std::string, torch::Tensor> parameters_, buffers_;
};

/// Whether tensors can be kept in oneDNN's own order between layers; otherwise the functions below leave them plain.
bool hasOneDnn();
torch::Tensor toNative(const torch::Tensor& tensor);
torch::Tensor toDense(const torch::Tensor& tensor);
/// ResNet's pooling after its first convolution: the highest of 3×3, every second pixel.
torch::Tensor poolStem(const torch::Tensor& native);

/// A convolution made for answering on the CPU: odd kernel, padded by half of it, weights packed once for oneDNN.
struct FrozenConvolution {
    torch::Tensor weight, bias;
    std::int64_t stride = 1, padding = 0;

    torch::Tensor operator()(const torch::Tensor& native) const;
};

/// A convolution without bias and the batch norm behind it, as one.
FrozenConvolution foldedConvolution(const ModuleStates& states, const std::string& convolution, const std::string& batchNorm,
                                    std::int64_t stride);

/// A convolution with bias.
FrozenConvolution plainConvolution(const ModuleStates& states, const std::string& convolution);

/// A residual block: convolutions in a row with ReLUs between, added to what came in.
struct FrozenBlock {
    std::vector<FrozenConvolution> convolutions, downsample;  ///< of downsample none or one

    torch::Tensor operator()(const torch::Tensor& native) const;
};

/// The block whose states' names begin with `name` (torchvision's: conv1, bn1, …, downsample.0); the stride sits in the first
/// 3×3 convolution.
FrozenBlock frozenBlock(const ModuleStates& states, const std::string& name, std::int64_t stride);

}  // namespace hmr
