// SPDX-License-Identifier: MIT
#include <array>

#include "network/crop_network.h"
#include "network/modules.h"
#include "network/published_weights.h"

namespace hmr {
namespace {

using Extents = std::vector<std::size_t>;  ///< of a tensor; 0 stands for any

constexpr std::size_t kNumFeatures = 2048, kNumSixD = 144, kNumAxisAngles = 72, kNumShapes = 10, kNumCameraNumbers = 3;
constexpr std::array<int, 4> kBlocksOfStages = {3, 4, 6, 3};
constexpr int kEncoderBlocks = 32, kDecoderBlocks = 6;

std::string textOf(const Extents& extents) {
    std::string text;
    for (const std::size_t extent : extents) text += (text.empty() ? "" : ",") + (extent ? std::to_string(extent) : std::string("any"));
    return "[" + text + "]";
}

/// Notes what a file lacks of the tensors that are asked for.
class LayoutCheck {
public:
    explicit LayoutCheck(const TensorFile& file) : tensors_(file.tensors()) {}

    void need(const std::string& name, const Extents& expected) {
        const auto found = tensors_.find(name);
        if (found == tensors_.end()) return flaws_.push_back(name + " " + textOf(expected));
        const TensorInfo& tensor = found->second;
        if (!fits(tensor.shape, expected)) return flaws_.push_back(name + " has the shape " + textOf(tensor.shape) + ", expected " + textOf(expected));
        const bool isReal = tensor.type == ElementType::Float16 || tensor.type == ElementType::Float32 || tensor.type == ElementType::Float64;
        if (!isReal) flaws_.push_back(name + " holds no floating-point numbers");
    }
    void needAll(const std::string& name, std::initializer_list<const char*> parts, const Extents& expected) {
        for (const char* part : parts) need(name + part, expected);
    }
    /// The first extent of a tensor, 0 where it is missing.
    std::size_t width(const std::string& name) const {
        const auto found = tensors_.find(name);
        return found == tensors_.end() || found->second.shape.empty() ? 0 : found->second.shape[0];
    }
    const std::vector<std::string>& flaws() const { return flaws_; }

private:
    static bool fits(const Extents& found, const Extents& expected) {
        if (found.size() != expected.size()) return false;
        for (std::size_t i = 0; i < found.size(); ++i)
            if (expected[i] != 0 && found[i] != expected[i]) return false;
        return true;
    }

    const std::map<std::string, TensorInfo>& tensors_;
    std::vector<std::string> flaws_;
};

void needBatchNorm(LayoutCheck& check, const std::string& name, std::size_t channels) {
    check.needAll(name, {".weight", ".bias", ".running_mean", ".running_var"}, {channels});
}

void needResNet50(LayoutCheck& check, const std::string& prefix) {
    check.need(prefix + "conv1.weight", {64, 3, 7, 7});
    needBatchNorm(check, prefix + "bn1", 64);
    std::size_t channels = 64, width = 64;
    for (std::size_t stage = 0; stage < kBlocksOfStages.size(); ++stage, width *= 2)
        for (int number = 0; number < kBlocksOfStages[stage]; ++number) {
            const std::string block = prefix + "layer" + std::to_string(stage + 1) + "." + std::to_string(number) + ".";
            check.need(block + "conv1.weight", {width, channels, 1, 1});
            check.need(block + "conv2.weight", {width, width, 3, 3});
            check.need(block + "conv3.weight", {4 * width, width, 1, 1});
            needBatchNorm(check, block + "bn1", width);
            needBatchNorm(check, block + "bn2", width);
            needBatchNorm(check, block + "bn3", 4 * width);
            if (number == 0) {
                check.need(block + "downsample.0.weight", {4 * width, channels, 1, 1});
                needBatchNorm(check, block + "downsample.1", 4 * width);
            }
            channels = 4 * width;
        }
}

void needSpin(LayoutCheck& check, const std::string& backbone, const std::string& head) {
    needResNet50(check, backbone);
    const std::size_t hidden = check.width(head + "fc1.bias");
    check.need(head + "fc1.weight", {hidden, kNumFeatures + kNumSixD + kNumShapes + kNumCameraNumbers});
    check.need(head + "fc1.bias", {hidden});
    check.need(head + "fc2.weight", {hidden, hidden});
    check.need(head + "fc2.bias", {hidden});
    const auto answer = [&](const char* layer, const char* start, std::size_t numbers) {
        check.need(head + layer + ".weight", {numbers, hidden});
        check.need(head + layer + ".bias", {numbers});
        check.need(head + start, {1, numbers});
    };
    answer("decpose", "init_pose", kNumSixD);
    answer("decshape", "init_shape", kNumShapes);
    answer("deccam", "init_cam", kNumCameraNumbers);
}

void needSlim(LayoutCheck& check) {
    const std::string root = "resnet_v2_50/";
    const auto norm = [&](const std::string& name, std::size_t channels) {
        check.needAll(name, {"/gamma", "/beta", "/moving_mean", "/moving_variance"}, {channels});
    };
    const auto withBiases = [&](const std::string& name, const Extents& shape) {
        check.need(name + "/weights", shape);
        check.need(name + "/biases", {shape.back()});
    };
    const auto withNorm = [&](const std::string& name, const Extents& shape) {
        check.need(name + "/weights", shape);
        norm(name + "/BatchNorm", shape.back());
    };
    withBiases(root + "conv1", {7, 7, 3, 64});
    std::size_t channels = 64, width = 64;
    for (std::size_t stage = 0; stage < kBlocksOfStages.size(); ++stage, width *= 2)
        for (int number = 1; number <= kBlocksOfStages[stage]; ++number) {
            const std::string unit = root + "block" + std::to_string(stage + 1) + "/unit_" + std::to_string(number) + "/bottleneck_v2/";
            norm(unit + "preact", channels);
            withNorm(unit + "conv1", {1, 1, channels, width});
            withNorm(unit + "conv2", {3, 3, width, width});
            withBiases(unit + "conv3", {1, 1, width, 4 * width});
            if (number == 1) withBiases(unit + "shortcut", {1, 1, channels, 4 * width});
            channels = 4 * width;
        }
    norm(root + "postnorm", channels);
    const std::size_t numParameters = kNumCameraNumbers + kNumAxisAngles + kNumShapes;
    const std::size_t hidden1 = check.width("3D_module/fc1/biases"), hidden2 = check.width("3D_module/fc2/biases");
    withBiases("3D_module/fc1", {kNumFeatures + numParameters, hidden1});
    withBiases("3D_module/fc2", {hidden1, hidden2});
    withBiases("3D_module/fc3", {hidden2, numParameters});
    check.need("mean_param", {1, numParameters});
}

void needLinear(LayoutCheck& check, const std::string& name, std::size_t outputs, std::size_t inputs) {
    check.need(name + ".weight", {outputs, inputs});
    check.need(name + ".bias", {outputs});
}

void needEncoder(LayoutCheck& check, std::size_t width) {
    check.need("backbone.patch_embed.proj.weight", {width, 3, 16, 16});
    check.need("backbone.patch_embed.proj.bias", {width});
    check.need("backbone.pos_embed", {1, 193, width});
    for (int number = 0; number < kEncoderBlocks; ++number) {
        const std::string block = "backbone.blocks." + std::to_string(number) + ".";
        for (const char* norm : {"norm1", "norm2"}) check.needAll(block + norm, {".weight", ".bias"}, {width});
        needLinear(check, block + "attn.qkv", 3 * width, width);
        needLinear(check, block + "attn.proj", width, width);
        needLinear(check, block + "mlp.fc1", 0, width);
        needLinear(check, block + "mlp.fc2", width, 0);
    }
    check.needAll("backbone.last_norm", {".weight", ".bias"}, {width});
}

void needHmr2(LayoutCheck& check) {
    const std::size_t width = check.width("backbone.patch_embed.proj.bias");
    needEncoder(check, width);
    const std::string head = "smpl_head.", transformer = head + "transformer.";
    const std::size_t token = check.width(transformer + "to_token_embedding.bias");
    needLinear(check, transformer + "to_token_embedding", token, 1);
    check.need(transformer + "pos_embedding", {1, 1, token});
    for (int number = 0; number < kDecoderBlocks; ++number) {
        const std::string layer = transformer + "transformer.layers." + std::to_string(number) + ".";
        for (const char* norm : {"0.norm", "1.norm", "2.norm"}) check.needAll(layer + norm, {".weight", ".bias"}, {token});
        check.need(layer + "0.fn.to_qkv.weight", {0, token});
        check.need(layer + "1.fn.to_q.weight", {0, token});
        check.need(layer + "1.fn.to_kv.weight", {0, width});
        for (const char* out : {"0.fn.to_out.0", "1.fn.to_out.0", "2.fn.net.3"}) needLinear(check, layer + out, token, 0);
        needLinear(check, layer + "2.fn.net.0", 0, token);
    }
    const auto answer = [&](const char* layer, const char* start, std::size_t numbers) {
        needLinear(check, head + layer, numbers, token);
        check.need(head + start, {1, numbers});
    };
    answer("decpose", "init_body_pose", kNumSixD);
    answer("decshape", "init_betas", kNumShapes);
    answer("deccam", "init_cam", kNumCameraNumbers);
}

}  // namespace

std::vector<std::string> missingTensors(const TensorFile& file, PublishedNetwork network) {
    LayoutCheck check(file);
    switch (network) {
        case PublishedNetwork::Spin: needSpin(check, "", ""); break;
        case PublishedNetwork::MmHuman3d: needSpin(check, "backbone.", "head."); break;
        case PublishedNetwork::HmrTensorFlow: needSlim(check); break;
        case PublishedNetwork::Hmr2: needHmr2(check); break;
    }
    return check.flaws();
}

std::vector<std::string> missingTensors(const TensorFile& file, const NetworkRecipe& recipe) {
    if (isCropArchitecture(recipe.architecture)) return {};
    LayoutCheck check(file);
    const HmrModel model(modelOptions(recipe));
    const auto needState = [&](const std::string& name, const torch::Tensor& state) {
        if (state.is_floating_point()) check.need(name, Extents(state.sizes().begin(), state.sizes().end()));  // not batch norm's counters
    };
    for (const auto& entry : model->named_parameters()) needState(entry.key(), entry.value());
    for (const auto& entry : model->named_buffers()) needState(entry.key(), entry.value());
    return check.flaws();
}

}  // namespace hmr
