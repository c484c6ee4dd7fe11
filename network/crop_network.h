// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <memory>
#include <string>

#include "body/skeleton.h"
#include "formats/npz.h"
#include "network/modules.h"

namespace hmr {

/// The 85 numbers a person of HMR: camera, pose as axis-angles, betas.
inline constexpr std::int64_t kNumCamera = 3, kNumPose = 3 * kNumSmplJoints, kNumParameters = kNumCamera + kNumPose + kNumBetas;

/// A network of an architecture that only published weights have: answers for normalized crops. Immutable.
class CropNetwork {
public:
    virtual ~CropNetwork() = default;
    /// Of normalized pictures [N,3,S,S].
    virtual HmrPrediction operator()(const torch::Tensor& images) const = 0;
    virtual std::size_t numParameters() const = 0;
};

/// The tensors that a network is made of, by name; what it asks for is checked.
class NamedTensors {
public:
    /// Takes the arrays' memory over, since large networks would not fit twice. Throws Error when one holds no floating-point numbers.
    NamedTensors(std::map<std::string, NdArray> arrays, std::string nameForErrors);

    bool contains(const std::string& name) const { return tensors_.contains(name); }
    /// Each can be taken once: who takes a tensor may bring it into another form without holding both. Throws Error when it is missing, of
    /// another shape (−1 stands for any extent), or holds numbers that are not finite.
    torch::Tensor take(const std::string& name, std::vector<std::int64_t> shape);
    std::size_t numNumbers() const;  ///< of those that were not taken yet

private:
    std::map<std::string, torch::Tensor> tensors_;
    std::string nameForErrors_;
};

/// Whether the architecture is made by makeCropNetwork, not by HmrModel.
bool isCropArchitecture(const std::string& architecture);

/// Throws Error when the recipe's encoding of rotations is of another size.
void requireNumbersPerRotation(const NetworkRecipe& recipe, int numbers);

/// Throws Error when the tensors are not those of the recipe's architecture.
std::unique_ptr<CropNetwork> makeCropNetwork(const NetworkRecipe& recipe, NamedTensors tensors);

}  // namespace hmr
