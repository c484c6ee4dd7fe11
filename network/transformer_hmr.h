// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "network/crop_network.h"

namespace hmr {

/// HMR 2.0 (Goel et al., ICCV 2023): a plain vision transformer over 16-pixel patches of the crop's middle 3:4 part, and a
/// decoder whose one token attends to the patches and gives pose, betas and camera in a single step. Six numbers a joint in
/// sequential order: first three, then last three are the columns before Gram-Schmidt. Tensor names are 4D-Humans'; widths
/// and depths are those of the tensors (attention heads have 80 numbers in the encoder and 64 in the decoder).
class TransformerHmr : public CropNetwork {
public:
    TransformerHmr(const NetworkRecipe& recipe, NamedTensors& tensors);
    HmrPrediction operator()(const torch::Tensor& images) const override;
    std::size_t numParameters() const override { return numParameters_; }

private:
    struct Layer {
        torch::Tensor weight, bias;  ///< bias undefined where there is none
    };
    struct EncoderBlock {
        Layer norm1, queryKeyValue, project, norm2, expand, reduce;
    };
    struct DecoderBlock {
        Layer selfNorm, queryKeyValue, selfOut, crossNorm, query, keyValue, crossOut, norm, expand, reduce;
    };

    static Layer norm(NamedTensors& tensors, const std::string& name, std::int64_t size);
    static Layer linear(NamedTensors& tensors, const std::string& name, std::int64_t inputs, std::int64_t outputs, bool hasBias = true);
    void readEncoder(NamedTensors& tensors);
    void readDecoder(NamedTensors& tensors);
    torch::Tensor encode(const torch::Tensor& images) const;                        ///< [N,P,D]
    torch::Tensor decode(const torch::Tensor& patches) const;                       ///< [N,E]

    std::string rotationEncoding_;
    std::size_t numParameters_;
    std::int64_t encoderHeads_ = 1, decoderHeads_ = 1;
    Layer patches_;
    torch::Tensor positions_;  ///< [1,P,D]
    std::vector<EncoderBlock> encoder_;
    Layer lastNorm_;
    torch::Tensor token_;      ///< [1,1,E] the decoder's input, the same for every picture
    std::vector<DecoderBlock> decoder_;
    Layer pose_, shape_, camera_;
    torch::Tensor initialPose_, initialShape_, initialCamera_;
};

}  // namespace hmr
