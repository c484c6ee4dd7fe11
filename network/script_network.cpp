// SPDX-License-Identifier: MIT
#include "network/script_network.h"

#include <torch/script.h>

#include <array>
#include <string_view>

#include "body/error.h"
#include "network/rotation_encoding.h"

namespace hmr {
namespace {

/// What a module answers, with the names that a dictionary gives.
struct NamedTensor {
    std::string name;
    torch::Tensor tensor;
};

std::string shapesOf(const std::vector<NamedTensor>& answer) {
    std::string text;
    for (const auto& [name, tensor] : answer) {
        text += (text.empty() ? "" : ", ") + (name.empty() ? "" : name + " ") + "[";
        for (std::int64_t i = 0; i < tensor.dim(); ++i) text += (i ? "," : "") + std::to_string(tensor.size(i));
        text += "]";
    }
    return text.empty() ? "no tensor" : text;
}

std::vector<NamedTensor> tensorsIn(const c10::IValue& value) {
    std::vector<NamedTensor> tensors;
    const auto add = [&](const std::string& name, const c10::IValue& element) {
        if (element.isTensor()) tensors.push_back({name, element.toTensor()});
    };
    add({}, value);
    if (value.isTensorList())
        for (const torch::Tensor& tensor : value.toTensorVector()) tensors.push_back({{}, tensor});
    if (value.isTuple())
        for (const c10::IValue& element : value.toTupleRef().elements()) add({}, element);
    if (value.isGenericDict())
        for (const auto& entry : value.toGenericDict()) add(entry.key().isString() ? entry.key().toStringRef() : std::string(), entry.value());
    return tensors;
}

/// One part of an answer: how many numbers it has a picture, and what it is called where several have as many.
struct Part {
    std::int64_t numbers;
    std::array<std::string_view, 5> names;
};
constexpr Part kWhole = {kNumParameters, {"theta", "pred_theta", "parameters"}};
constexpr Part kRotations = {9 * kNumSmplJoints, {"pred_rotmat", "rotmat", "rotations", "pred_pose", "pose"}};
constexpr Part kBetas = {kNumBetas, {"pred_betas", "pred_shape", "betas", "shape"}};
constexpr Part kCamera = {kNumCamera, {"pred_cam", "pred_camera", "cam", "camera"}};

/// The tensor [count, numbers] of a part: the only one of its size, or the first of those that have its name; undefined without.
torch::Tensor partOf(const std::vector<NamedTensor>& answer, const Part& part, std::int64_t count) {
    std::vector<NamedTensor> fitting;
    for (const auto& [name, tensor] : answer)
        if (tensor.dim() > 0 && tensor.size(0) == count && tensor.numel() == count * part.numbers)
            fitting.push_back({name, tensor.to(torch::kFloat32).reshape({count, part.numbers})});
    if (fitting.size() == 1) return fitting.front().tensor;
    for (const std::string_view wanted : part.names)
        for (const auto& [name, tensor] : fitting)
            if (!wanted.empty() && name == wanted) return tensor;
    return {};
}

class ScriptNetwork : public CropNetwork {
public:
    ScriptNetwork(torch::jit::Module module, std::string name) : module_(std::move(module)), name_(std::move(name)) { module_.eval(); }

    HmrPrediction operator()(const torch::Tensor& images) const override {
        const torch::NoGradGuard noGrad;
        const std::vector<NamedTensor> answer = tensorsIn(const_cast<torch::jit::Module&>(module_).forward({images}));
        const auto count = images.size(0);
        HmrPrediction prediction;
        if (const auto whole = partOf(answer, kWhole, count); whole.defined()) {
            prediction.camera = whole.narrow(1, 0, kNumCamera);
            prediction.rotations = rotationsFromAxisAngle(whole.narrow(1, kNumCamera, kNumPose).reshape({count, kNumSmplJoints, 3}));
            prediction.betas = whole.narrow(1, kNumCamera + kNumPose, kNumBetas);
        } else {
            prediction.camera = partOf(answer, kCamera, count);
            prediction.rotations = partOf(answer, kRotations, count);
            prediction.betas = partOf(answer, kBetas, count);
        }
        if (!prediction.camera.defined() || !prediction.rotations.defined() || !prediction.betas.defined())
            throw Error(name_ + " answered with " + shapesOf(answer) +
                        "; expected are [N,85], or rotations [N,24,3,3], betas [N,10] and camera [N,3], told apart by size or by a dictionary's names.");
        prediction.rotations = prediction.rotations.reshape({count, kNumSmplJoints, 3, 3});
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
