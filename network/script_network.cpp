// SPDX-License-Identifier: MIT
#include "network/script_network.h"

#include <torch/script.h>

#include "body/error.h"
#include "network/rotation_encoding.h"

namespace hmr {
namespace {

constexpr std::int64_t kNumCamera = 3, kNumPose = 3 * kNumSmplJoints, kNumParameters = kNumCamera + kNumPose + kNumBetas;

std::string shapesOf(const std::vector<torch::Tensor>& tensors) {
    std::string text;
    for (const torch::Tensor& tensor : tensors) {
        text += text.empty() ? "[" : ", [";
        for (std::int64_t i = 0; i < tensor.dim(); ++i) text += (i ? "," : "") + std::to_string(tensor.size(i));
        text += "]";
    }
    return text.empty() ? "no tensor" : text;
}

std::vector<torch::Tensor> tensorsIn(const c10::IValue& value) {
    if (value.isTensor()) return {value.toTensor()};
    if (value.isTensorList()) return value.toTensorVector();
    std::vector<torch::Tensor> tensors;
    if (value.isTuple())
        for (const c10::IValue& element : value.toTupleRef().elements())
            if (element.isTensor()) tensors.push_back(element.toTensor());
    return tensors;
}

class ScriptNetwork : public CropNetwork {
public:
    ScriptNetwork(torch::jit::Module module, std::string name) : module_(std::move(module)), name_(std::move(name)) { module_.eval(); }

    HmrPrediction operator()(const torch::Tensor& images) const override {
        const torch::NoGradGuard noGrad;
        std::vector<torch::Tensor> answer = tensorsIn(const_cast<torch::jit::Module&>(module_).forward({images}));
        const auto count = images.size(0);
        HmrPrediction prediction;
        for (torch::Tensor& tensor : answer) {
            if (tensor.numel() == 0 || tensor.dim() == 0 || tensor.size(0) != count) continue;
            const auto numbers = tensor.to(torch::kFloat32).reshape({count, -1});
            if (numbers.size(1) == kNumParameters) {
                prediction.camera = numbers.narrow(1, 0, kNumCamera);
                prediction.rotations = rotationsFromAxisAngle(numbers.narrow(1, kNumCamera, kNumPose).reshape({count, kNumSmplJoints, 3}));
                prediction.betas = numbers.narrow(1, kNumCamera + kNumPose, kNumBetas);
            } else if (numbers.size(1) == 9 * kNumSmplJoints) {
                prediction.rotations = numbers.view({count, kNumSmplJoints, 3, 3});
            } else if (numbers.size(1) == kNumBetas) {
                prediction.betas = numbers;
            } else if (numbers.size(1) == kNumCamera) {
                prediction.camera = numbers;
            }
        }
        if (!prediction.camera.defined() || !prediction.rotations.defined() || !prediction.betas.defined())
            throw Error(name_ + " answered with " + shapesOf(answer) +
                        "; expected are [N,85], or rotations [N,24,3,3], betas [N,10] and camera [N,3].");
        for (const torch::Tensor& tensor : {prediction.camera, prediction.rotations, prediction.betas})
            if (!torch::isfinite(tensor).all().item<bool>()) throw Error(name_ + " answered with numbers that are not finite.");
        return prediction;
    }

    std::size_t numParameters() const override {
        std::size_t count = 0;
        for (const torch::Tensor& parameter : module_.parameters()) count += static_cast<std::size_t>(parameter.numel());
        return count;
    }

private:
    torch::jit::Module module_;
    std::string name_;  ///< for errors
};

}  // namespace

std::unique_ptr<CropNetwork> openScriptNetwork(const std::filesystem::path& file) {
    return std::make_unique<ScriptNetwork>(torch::jit::load(file.string(), torch::kCPU), file.string());
}

}  // namespace hmr
