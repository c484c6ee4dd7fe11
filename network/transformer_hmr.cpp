// SPDX-License-Identifier: MIT
#include "network/transformer_hmr.h"

#include <torch/torch.h>

#include <cmath>

#include "body/error.h"
#include "network/rotation_encoding.h"

namespace hmr {
namespace {

constexpr std::int64_t kPatch = 16, kPatchPadding = 2;
constexpr std::int64_t kPatchRows = 16, kPatchColumns = 12;  ///< of 256 x 192 pixels
constexpr std::int64_t kEncoderHeadSize = 80, kDecoderHeadSize = 64;
constexpr double kEncoderEpsilon = 1e-6, kDecoderEpsilon = 1e-5;
constexpr std::int64_t kNumPose6d = 6 * kNumSmplJoints;

/// [N,T,H·d] to [N,H,T,d].
torch::Tensor splitHeads(const torch::Tensor& x, std::int64_t heads) {
    return x.view({x.size(0), x.size(1), heads, -1}).transpose(1, 2);
}

/// Softmax attention of queries over keys, heads joined again: [N,T,H·d].
torch::Tensor attend(const torch::Tensor& query, const torch::Tensor& key, const torch::Tensor& value, std::int64_t heads) {
    const auto q = splitHeads(query, heads), k = splitHeads(key, heads), v = splitHeads(value, heads);
    const double scale = 1 / std::sqrt(static_cast<double>(q.size(-1)));
    const auto weights = torch::softmax(torch::matmul(q, k.transpose(-1, -2)) * scale, -1);
    return torch::matmul(weights, v).transpose(1, 2).reshape({query.size(0), query.size(1), -1});
}

// oneDNN's product, since LibTorch's own goes to whatever BLAS the system has, which may be a very slow one.
torch::Tensor product(const torch::Tensor& input, const auto& layer) {
    if (!layer.weight.is_mkldnn()) return at::linear(input, layer.weight, layer.bias);
    return at::linear(input.contiguous().to_mkldnn(), layer.weight, layer.bias).to_dense();
}

}  // namespace

TransformerHmr::Layer TransformerHmr::norm(NamedTensors& tensors, const std::string& name, std::int64_t size) {
    return {tensors.take(name + ".weight", {size}), tensors.take(name + ".bias", {size})};
}

TransformerHmr::Layer TransformerHmr::linear(NamedTensors& tensors, const std::string& name, std::int64_t inputs,
                                             std::int64_t outputs, bool hasBias) {
    Layer layer;
    layer.weight = tensors.take(name + ".weight", {outputs, inputs});
    if (hasBias) layer.bias = tensors.take(name + ".bias", {layer.weight.size(0)});
    if (!at::globalContext().hasMKLDNN()) return layer;
    layer.weight = layer.weight.contiguous().to_mkldnn();
    if (hasBias) layer.bias = layer.bias.to_mkldnn();
    return layer;
}

TransformerHmr::TransformerHmr(const NetworkRecipe& recipe, NamedTensors& tensors)
    : rotationEncoding_(recipe.rotationEncoding), numParameters_(tensors.numNumbers()) {
    requireNumbersPerRotation(recipe, 6);
    const torch::NoGradGuard noGrad;
    readEncoder(tensors);
    readDecoder(tensors);
}

void TransformerHmr::readEncoder(NamedTensors& tensors) {
    patches_.weight = tensors.take("backbone.patch_embed.proj.weight", {-1, 3, kPatch, kPatch});
    const auto width = patches_.weight.size(0);
    if (width % kEncoderHeadSize != 0) throw Error("The transformer is " + std::to_string(width) + " wide, a multiple of 80 was expected.");
    encoderHeads_ = width / kEncoderHeadSize;
    patches_.bias = tensors.take("backbone.patch_embed.proj.bias", {width});
    const auto positions = tensors.take("backbone.pos_embed", {1, kPatchRows * kPatchColumns + 1, width});
    positions_ = positions.narrow(1, 1, kPatchRows * kPatchColumns) + positions.narrow(1, 0, 1);
    for (int number = 0;; ++number) {
        const std::string name = "backbone.blocks." + std::to_string(number) + ".";
        if (number > 0 && !tensors.contains(name + "norm1.weight")) break;
        EncoderBlock block;
        block.norm1 = norm(tensors, name + "norm1", width);
        block.queryKeyValue = linear(tensors, name + "attn.qkv", width, 3 * width);
        block.project = linear(tensors, name + "attn.proj", width, width);
        block.norm2 = norm(tensors, name + "norm2", width);
        block.expand = linear(tensors, name + "mlp.fc1", width, -1);
        block.reduce = linear(tensors, name + "mlp.fc2", block.expand.weight.size(0), width);
        encoder_.push_back(block);
    }
    lastNorm_ = norm(tensors, "backbone.last_norm", width);
}

void TransformerHmr::readDecoder(NamedTensors& tensors) {
    const std::string head = "smpl_head.", transformer = head + "transformer.";
    const auto context = patches_.weight.size(0);
    const auto width = tensors.take(transformer + "to_token_embedding.weight", {-1, 1}).size(0);
    // The token that goes in is zero, so that only the embedding's bias is left of it.
    token_ = tensors.take(transformer + "to_token_embedding.bias", {width}).view({1, 1, width}) + tensors.take(transformer + "pos_embedding", {1, 1, width});
    for (int number = 0;; ++number) {
        const std::string name = transformer + "transformer.layers." + std::to_string(number) + ".";
        if (number > 0 && !tensors.contains(name + "0.norm.weight")) break;
        DecoderBlock block;
        block.selfNorm = norm(tensors, name + "0.norm", width);
        block.queryKeyValue = linear(tensors, name + "0.fn.to_qkv", width, -1, false);
        const auto inner = block.queryKeyValue.weight.size(0) / 3;
        block.selfOut = linear(tensors, name + "0.fn.to_out.0", inner, width);
        block.crossNorm = norm(tensors, name + "1.norm", width);
        block.query = linear(tensors, name + "1.fn.to_q", width, inner, false);
        block.keyValue = linear(tensors, name + "1.fn.to_kv", context, 2 * inner, false);
        block.crossOut = linear(tensors, name + "1.fn.to_out.0", inner, width);
        block.norm = norm(tensors, name + "2.norm", width);
        block.expand = linear(tensors, name + "2.fn.net.0", width, -1);
        block.reduce = linear(tensors, name + "2.fn.net.3", block.expand.weight.size(0), width);
        if (inner % kDecoderHeadSize != 0) throw Error("The decoder's attention is " + std::to_string(inner) + " wide, a multiple of 64 was expected.");
        decoderHeads_ = inner / kDecoderHeadSize;
        decoder_.push_back(block);
    }
    pose_ = linear(tensors, head + "decpose", width, kNumPose6d);
    shape_ = linear(tensors, head + "decshape", width, kNumBetas);
    camera_ = linear(tensors, head + "deccam", width, 3);
    initialPose_ = tensors.take(head + "init_body_pose", {1, kNumPose6d});
    initialShape_ = tensors.take(head + "init_betas", {1, kNumBetas});
    initialCamera_ = tensors.take(head + "init_cam", {1, 3});
}

torch::Tensor TransformerHmr::encode(const torch::Tensor& images) const {
    const auto margin = (images.size(3) - kPatch * kPatchColumns) / 2;
    auto x = torch::conv2d(images.narrow(3, margin, kPatch * kPatchColumns), patches_.weight, patches_.bias, kPatch, kPatchPadding);
    x = x.flatten(2).transpose(1, 2) + positions_;
    const auto width = x.size(2);
    for (const EncoderBlock& block : encoder_) {
        auto y = torch::layer_norm(x, {width}, block.norm1.weight, block.norm1.bias, kEncoderEpsilon);
        const auto parts = product(y, block.queryKeyValue).chunk(3, -1);
        x = x + product(attend(parts[0], parts[1], parts[2], encoderHeads_), block.project);
        y = torch::layer_norm(x, {width}, block.norm2.weight, block.norm2.bias, kEncoderEpsilon);
        y = torch::gelu(product(y, block.expand));
        x = x + product(y, block.reduce);
    }
    return torch::layer_norm(x, {width}, lastNorm_.weight, lastNorm_.bias, kEncoderEpsilon);
}

torch::Tensor TransformerHmr::decode(const torch::Tensor& patches) const {
    auto x = token_.expand({patches.size(0), -1, -1});
    const auto width = x.size(2);
    const auto normed = [&](const Layer& layer) { return torch::layer_norm(x, {width}, layer.weight, layer.bias, kDecoderEpsilon); };
    for (const DecoderBlock& block : decoder_) {
        const auto parts = product(normed(block.selfNorm), block.queryKeyValue).chunk(3, -1);
        x = x + product(attend(parts[0], parts[1], parts[2], decoderHeads_), block.selfOut);
        const auto query = product(normed(block.crossNorm), block.query);
        const auto keysAndValues = product(patches, block.keyValue).chunk(2, -1);
        x = x + product(attend(query, keysAndValues[0], keysAndValues[1], decoderHeads_), block.crossOut);
        const auto y = torch::gelu(product(normed(block.norm), block.expand));
        x = x + product(y, block.reduce);
    }
    return x.squeeze(1);
}

HmrPrediction TransformerHmr::operator()(const torch::Tensor& images) const {
    const torch::NoGradGuard noGrad;
    const auto token = decode(encode(images));
    HmrPrediction prediction;
    prediction.rotations = decodeRotations(product(token, pose_) + initialPose_, rotationEncoding_);
    prediction.betas = product(token, shape_) + initialShape_;
    prediction.camera = product(token, camera_) + initialCamera_;
    return prediction;
}

}  // namespace hmr
