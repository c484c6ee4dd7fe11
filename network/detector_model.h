// SPDX-License-Identifier: MIT
#pragma once
#include <torch/nn.h>

#include <array>
#include <map>
#include <string>

#include "formats/safetensors.h"
#include "network/modules.h"

namespace hmr {

constexpr int kDetectorStride = 8;            ///< pixels a cell of the maps
inline constexpr std::array kSmallDetectorWidths = {24, 48, 96, 160, 224};  ///< channels at stride 2, 4, 8, 16 and 32
constexpr float kDetectorReach = 4;           ///< cells to a box's side where the head says zero

/// What the names of the pyramid's layers begin with in a recovery network's weights.
constexpr const char* kPyramidPrefix = "jointmaps.";

/// What the detector says of N pictures, one cell a stride.
struct DetectorMaps {
    torch::Tensor heat;   ///< [N,h,w] logit of "the middle of a person is here"
    torch::Tensor sides;  ///< [N,4,h,w] cells from the cell's centre to the person's left, top, right and bottom
};

/// Finds people without anchors: a heat map of their middles (Zhou et al., Objects as Points, 2019) and the distances to the
/// four sides of their boxes (Tian et al., FCOS, ICCV 2019), read off one map at stride 8 of a residual network with a feature
/// pyramid.
class DetectorModelImpl : public torch::nn::Module {
public:
    /// `resnetWidth` channels in the first stage of HMR's ResNet-18, whose layers and joint maps' pyramid have the same names and
    /// shapes, so that a recovery network that knows people is a start (kPyramidPrefix); 0: the layers of kSmallDetectorWidths.
    explicit DetectorModelImpl(int resnetWidth = 0);
    DetectorMaps forward(const torch::Tensor& images);  ///< normalized [N,3,H,W], sides multiples of 32

    int resnetWidth() const { return resnetWidth_; }

private:
    int resnetWidth_;
    torch::nn::Conv2d conv1_{nullptr}, lateral8_{nullptr}, lateral16_{nullptr}, lateral32_{nullptr}, smooth_{nullptr}, tower_{nullptr},
        head_{nullptr};
    torch::nn::BatchNorm2d bn1_{nullptr}, smoothNorm_{nullptr}, towerNorm_{nullptr};
    torch::nn::Sequential layer1_{nullptr}, layer2_{nullptr}, layer3_{nullptr}, layer4_{nullptr};
};
TORCH_MODULE(DetectorModel);

/// The `resnetWidth` of the model that these weights are of.
int detectorWidthOf(const std::map<std::string, TensorView>& weights);

/// The maps of the head's output [N,5,h,w].
DetectorMaps detectorMapsFrom(const torch::Tensor& head);

}  // namespace hmr
