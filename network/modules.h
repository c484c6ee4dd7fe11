// SPDX-License-Identifier: MIT
#pragma once
#include <torch/nn.h>

#include <optional>
#include <string>
#include <vector>

#include "body/body_parameters.h"
#include "body/camera.h"
#include "network/hmr_network.h"
#include "network/joint_maps.h"

namespace hmr {

struct HmrModelOptions {
    int backboneDepth = 50;               ///< ResNet 18, 34 or 50
    int baseChannels = 64;                ///< of its first stage; each next stage has twice as many. 64: as published
    int iterations = 3;                   ///< of the error feedback
    std::string rotationEncoding = "6d";  ///< rotation_encoding.h
    int hiddenSize = 1024;                ///< of the regressor's two hidden layers
    double dropout = 0.5;                 ///< behind each of them
    bool hasJointMaps = false;            ///< the regressor also sees what joint maps say (joint_maps.h)
};

/// The model that a recipe describes; throws Error for an architecture or encoding that does not exist.
HmrModelOptions modelOptions(const NetworkRecipe& recipe);

/// "hmr-resnet18" and so on.
std::string architectureName(int backboneDepth);

/// What one iteration of the regressor says of N pictures.
struct HmrPrediction {
    torch::Tensor camera;     ///< [N,3] s, tx, ty: x = s·(X_xy + t) in [−1,1] of the crop, y down
    torch::Tensor rotations;  ///< [N,24,3,3] joint to parent; the root to camera axes
    torch::Tensor betas;      ///< [N,10]
};

/// What the encoder says of N pictures.
struct HmrEncoding {
    torch::Tensor features;         ///< [N,F] for the regressor: pooled, then what the joint maps say
    std::optional<JointMaps> maps;
};

/// Two 3×3 convolutions with a shortcut (ResNet-18 and 34). State names are torchvision's.
class BasicBlockImpl : public torch::nn::Module {
public:
    static constexpr int kExpansion = 1;
    BasicBlockImpl(int inputChannels, int channels, int stride);
    torch::Tensor forward(const torch::Tensor& input);

private:
    torch::nn::Conv2d conv1_{nullptr}, conv2_{nullptr};
    torch::nn::BatchNorm2d bn1_{nullptr}, bn2_{nullptr};
    torch::nn::Sequential downsample_{nullptr};
};
TORCH_MODULE(BasicBlock);

/// 1×1, 3×3 (which carries the stride) and 1×1 convolution with a shortcut (ResNet-50).
class BottleneckImpl : public torch::nn::Module {
public:
    static constexpr int kExpansion = 4;
    BottleneckImpl(int inputChannels, int channels, int stride);
    torch::Tensor forward(const torch::Tensor& input);

private:
    torch::nn::Conv2d conv1_{nullptr}, conv2_{nullptr}, conv3_{nullptr};
    torch::nn::BatchNorm2d bn1_{nullptr}, bn2_{nullptr}, bn3_{nullptr};
    torch::nn::Sequential downsample_{nullptr};
};
TORCH_MODULE(Bottleneck);

/// HMR (Kanazawa et al., CVPR 2018): ResNet v1 backbone, global average pool, and a regressor that corrects the mean
/// parameters `iterations` times (fc1, fc2 with ReLU and dropout; decpose, decshape, deccam add to the parameters).
/// With joint maps, which the paper has not, the regressor also sees where the joints are in the picture.
/// State names and shapes are torchvision's and SPIN's. Takes pictures of any size of at least 32 pixels.
class HmrModelImpl : public torch::nn::Module {
public:
    explicit HmrModelImpl(HmrModelOptions options = {});

    /// One prediction an iteration of normalized pictures [N,3,S,S]; the last one is the answer.
    std::vector<HmrPrediction> forward(const torch::Tensor& images);

    HmrEncoding encode(const torch::Tensor& images);
    std::vector<HmrPrediction> regress(const torch::Tensor& imageFeatures);  ///< from [N,F]

    /// Where the iterations start: by default the rest pose turned by π about x (upright before the camera), mean shape
    /// and camera [0.9, 0, 0]. Kept in the buffers init_pose, init_shape, init_cam.
    void setMeanParameters(const BodyParameters& parameters, const WeakPerspectiveCamera& camera);

    const HmrModelOptions& options() const { return options_; }
    int featureSize() const;        ///< F
    int appearanceSize() const;     ///< how many features, the first ones, depend on more than where the joints are

private:
    int pooledSize() const;         ///< channels of the last stage
    torch::nn::Sequential makeLayer(int channels, int numBlocks, int stride);

    HmrModelOptions options_;
    int channels_ = 0;  ///< of the stage built last
    torch::nn::Conv2d conv1_{nullptr};
    torch::nn::BatchNorm2d bn1_{nullptr};
    torch::nn::Sequential layer1_{nullptr}, layer2_{nullptr}, layer3_{nullptr}, layer4_{nullptr};
    JointMapHead jointMaps_{nullptr};
    torch::nn::Linear fc1_{nullptr}, fc2_{nullptr}, decpose_{nullptr}, decshape_{nullptr}, deccam_{nullptr};
    torch::nn::Dropout drop1_{nullptr}, drop2_{nullptr};
    torch::Tensor initPose_, initShape_, initCamera_;
};
TORCH_MODULE(HmrModel);

/// Normalized pictures [N,3,S,S] float32, on the same device, of RGB pictures [N,S,S,3] uint8.
torch::Tensor normalizedImages(const torch::Tensor& pictures, const NetworkRecipe& recipe);

/// Stores the convolution weights in channels-last order, which suits some devices; results stay the same.
void useChannelsLast(torch::nn::Module& module);

std::size_t countParameters(const torch::nn::Module& module);

}  // namespace hmr
