// SPDX-License-Identifier: MIT
#include "network/script_network.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/script.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "body/error.h"
#include "formats/zip_archive.h"
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

/// The namespaces of operators that compute. Others reach files, other processes or the network.
constexpr std::array<std::string_view, 3> kOperatorNamespaces = {"aten", "prim", "quantized"};
/// Of those, the operators that do so too.
constexpr std::array<std::string_view, 5> kRefusedOperators = {"aten::save", "aten::from_file", "prim::rpc_async", "prim::rpc_sync", "prim::rpc_remote"};
constexpr std::string_view kLibraryClasses = "__torch__.torch.classes.";

/// Refuses operators and classes of LibTorch's that a network does not need, before anything runs.
class ProgramCheck {
public:
    explicit ProgramCheck(const std::string& file) : file_(file) {}

    /// What runs while a module is opened, which is before its operators are known.
    void requireNothingRunsOnOpening() const {
        const ZipArchive archive(file_, "TorchScript module");
        for (const std::string& name : archive.names()) {
            if (!isCode(name)) continue;
            const std::vector<std::byte> bytes = archive.read(name);
            const std::string_view code(reinterpret_cast<const char*>(bytes.data()), bytes.size());
            if (code.find("__setstate__") != std::string_view::npos) refuse("__setstate__");
        }
    }
    void requireHarmless(const torch::jit::Module& module) const {
        for (torch::jit::Function* function : module._ivalue()->compilation_unit()->get_functions())
            if (auto* program = torch::jit::tryToGraphFunction(*function)) requireHarmless(*program->graph()->block());
    }

private:
    [[noreturn]] void refuse(const std::string& name) const {
        throw Error(file_ + ": its program calls \"" + name.substr(0, 200) +
                    "\", which no network needs. Nothing of it was executed; such a file may have been made to do harm. If it is your own, save what "
                    "torch.jit.freeze makes of it.");
    }
    /// LibTorch finds code whatever the case of its name.
    static bool isCode(std::string name) {
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        return name.ends_with(".py");
    }
    static bool isOfANamespaceThatComputes(std::string_view name, std::string_view separator) {
        const std::string_view space = name.substr(0, name.find(separator));
        return std::find(kOperatorNamespaces.begin(), kOperatorNamespaces.end(), space) != kOperatorNamespaces.end();
    }
    void requireHarmless(const torch::jit::Block& block) const {
        for (const torch::jit::Node* node : block.nodes()) {
            const std::string name = node->kind().toQualString();
            const bool isRefused = std::find(kRefusedOperators.begin(), kRefusedOperators.end(), name) != kRefusedOperators.end();
            if (isRefused || !isOfANamespaceThatComputes(name, "::")) refuse(name);
            for (const torch::jit::Value* output : node->outputs()) requireHarmlessType(output->type()->annotation_str());
            for (const torch::jit::Block* inner : node->blocks()) requireHarmless(*inner);
            for (const c10::Symbol attribute : node->attributeNames())
                if (node->kindOf(attribute) == torch::jit::AttributeKind::g) requireHarmless(*node->g(attribute)->block());
        }
    }
    void requireHarmlessType(const std::string& type) const {
        for (std::size_t at = type.find(kLibraryClasses); at != std::string::npos; at = type.find(kLibraryClasses, at + 1))
            if (!isOfANamespaceThatComputes(std::string_view(type).substr(at + kLibraryClasses.size()), ".")) refuse(type.substr(at));
    }

    const std::string& file_;
};

/// The line of LibTorch's message that says why: the last of a program that failed, behind its traceback, else the first.
std::string causeIn(const std::string& message) {
    constexpr std::string_view kSpace = " \n\r\t";
    const std::size_t first = message.find_first_not_of(kSpace), last = message.find_last_not_of(kSpace);
    if (first == std::string::npos) return "no reason was given.";
    const bool hasFailed = message.find("TorchScript interpreter") != std::string::npos;
    const std::size_t start = hasFailed ? message.rfind('\n', last) + 1 : first;
    return message.substr(start, std::min(message.find('\n', start), last + 1) - start);
}

template <typename Work>
auto withCause(const std::string& doing, Work work) {
    try {
        return work();
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throw Error(doing + " in LibTorch: " + causeIn(error.what()));
    }
}

class ScriptNetwork : public CropNetwork {
public:
    ScriptNetwork(torch::jit::Module module, std::string name) : module_(std::move(module)), name_(std::move(name)) { module_.eval(); }

    HmrPrediction operator()(const torch::Tensor& images) const override {
        const torch::NoGradGuard noGrad;
        const std::vector<NamedTensor> answer = withCause("The program of " + name_ + " failed", [&] {
            return tensorsIn(const_cast<torch::jit::Module&>(module_).forward({images}));
        });
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
    const std::string name = file.string();
    const ProgramCheck check(name);
    check.requireNothingRunsOnOpening();
    return withCause(name + " does not open", [&] {
        torch::jit::Module module = torch::jit::load(name, torch::kCPU);
        check.requireHarmless(module);
        return std::make_unique<ScriptNetwork>(std::move(module), name);
    });
}

}  // namespace hmr
