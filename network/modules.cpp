// SPDX-License-Identifier: MIT
#include "network/modules.h"

#include <array>

#include "body/error.h"
#include "body/rotation.h"
#include "network/rotation_encoding.h"

namespace hmr {
namespace {

namespace nn = torch::nn;

constexpr double kHeadGain = 0.01;  ///< of the output layers' Xavier initialization, so that corrections start small

nn::Conv2d convolution(int inputChannels, int channels, int kernel, int stride) {
    return nn::Conv2d(
        nn::Conv2dOptions(inputChannels, channels, kernel).stride(stride).padding(kernel / 2).bias(false));
}

nn::Sequential projection(int inputChannels, int channels, int stride) {
    return nn::Sequential(convolution(inputChannels, channels, 1, stride), nn::BatchNorm2d(channels));
}

std::array<int, 4> blocksOf(int depth) {
    return depth == 18 ? std::array{2, 2, 2, 2} : std::array{3, 4, 6, 3};
}

void check(const HmrModelOptions& options) {
    if (options.backboneDepth != 18 && options.backboneDepth != 34 && options.backboneDepth != 50)
        throw Error("There is no backbone ResNet-" + std::to_string(options.backboneDepth) +
                    "; the network knows 18, 34 and 50.");
    numbersPerRotation(options.rotationEncoding);
    if (options.baseChannels < 8 || options.baseChannels > 256)
        throw Error("The backbone needs 8 to 256 base channels; found " + std::to_string(options.baseChannels) + ".");
    if (options.iterations < 1 || options.hiddenSize < 1)
        throw Error("The network needs at least one iteration and one hidden unit; found " +
                    std::to_string(options.iterations) + " and " + std::to_string(options.hiddenSize) + ".");
    if (!(options.dropout >= 0 && options.dropout < 1))
        throw Error("The dropout must be at least 0 and below 1; found " + std::to_string(options.dropout) + ".");
}

void initializeConvolutions(nn::Module& model) {
    for (const auto& module : model.modules(false))
        if (auto* convolution = module->as<nn::Conv2d>())
            nn::init::kaiming_normal_(convolution->weight, 0.0, torch::kFanOut, torch::kReLU);
}

}  // namespace

HmrModelOptions modelOptions(const NetworkRecipe& recipe) {
    HmrModelOptions options;
    options.backboneDepth = 0;
    for (const int depth : {18, 34, 50})
        if (recipe.architecture == architectureName(depth)) options.backboneDepth = depth;
    if (options.backboneDepth == 0)
        throw Error("Unknown network architecture \"" + recipe.architecture +
                    "\"; this program knows hmr-resnet18, hmr-resnet34 and hmr-resnet50.");
    options.baseChannels = recipe.baseChannels;
    options.iterations = recipe.iterations;
    options.rotationEncoding = recipe.rotationEncoding;
    options.hiddenSize = recipe.hiddenSize;
    options.hasJointMaps = recipe.hasJointMaps;
    check(options);
    return options;
}

std::string architectureName(int backboneDepth) { return "hmr-resnet" + std::to_string(backboneDepth); }

BasicBlockImpl::BasicBlockImpl(int inputChannels, int channels, int stride) {
    conv1_ = register_module("conv1", convolution(inputChannels, channels, 3, stride));
    bn1_ = register_module("bn1", nn::BatchNorm2d(channels));
    conv2_ = register_module("conv2", convolution(channels, channels, 3, 1));
    bn2_ = register_module("bn2", nn::BatchNorm2d(channels));
    if (stride != 1 || inputChannels != channels)
        downsample_ = register_module("downsample", projection(inputChannels, channels, stride));
    nn::init::zeros_(bn2_->weight);
}

torch::Tensor BasicBlockImpl::forward(const torch::Tensor& input) {
    auto x = torch::relu(bn1_(conv1_(input)));
    x = bn2_(conv2_(x));
    return torch::relu(x + (downsample_.is_empty() ? input : downsample_->forward(input)));
}

BottleneckImpl::BottleneckImpl(int inputChannels, int channels, int stride) {
    const int outputChannels = channels * kExpansion;
    conv1_ = register_module("conv1", convolution(inputChannels, channels, 1, 1));
    bn1_ = register_module("bn1", nn::BatchNorm2d(channels));
    conv2_ = register_module("conv2", convolution(channels, channels, 3, stride));
    bn2_ = register_module("bn2", nn::BatchNorm2d(channels));
    conv3_ = register_module("conv3", convolution(channels, outputChannels, 1, 1));
    bn3_ = register_module("bn3", nn::BatchNorm2d(outputChannels));
    if (stride != 1 || inputChannels != outputChannels)
        downsample_ = register_module("downsample", projection(inputChannels, outputChannels, stride));
    nn::init::zeros_(bn3_->weight);
}

torch::Tensor BottleneckImpl::forward(const torch::Tensor& input) {
    auto x = torch::relu(bn1_(conv1_(input)));
    x = torch::relu(bn2_(conv2_(x)));
    x = bn3_(conv3_(x));
    return torch::relu(x + (downsample_.is_empty() ? input : downsample_->forward(input)));
}

HmrModelImpl::HmrModelImpl(HmrModelOptions options) : options_(std::move(options)) {
    check(options_);
    const int base = channels_ = options_.baseChannels;
    conv1_ = register_module(
        "conv1", nn::Conv2d(nn::Conv2dOptions(3, channels_, 7).stride(2).padding(3).bias(false)));
    bn1_ = register_module("bn1", nn::BatchNorm2d(channels_));
    const auto blocks = blocksOf(options_.backboneDepth);
    layer1_ = register_module("layer1", makeLayer(base, blocks[0], 1));
    layer2_ = register_module("layer2", makeLayer(2 * base, blocks[1], 2));
    layer3_ = register_module("layer3", makeLayer(4 * base, blocks[2], 2));
    layer4_ = register_module("layer4", makeLayer(8 * base, blocks[3], 2));
    initializeConvolutions(*this);

    if (options_.hasJointMaps) {
        const int width = pooledSize() / 4;
        jointMaps_ = register_module("jointmaps", JointMapHead(std::array{width, 2 * width, 4 * width}, 2 * base));
    }

    const int poseSize = kNumSmplJoints * numbersPerRotation(options_.rotationEncoding);
    const int hidden = options_.hiddenSize;
    fc1_ = register_module("fc1", nn::Linear(featureSize() + poseSize + kNumBetas + 3, hidden));
    drop1_ = register_module("drop1", nn::Dropout(options_.dropout));
    fc2_ = register_module("fc2", nn::Linear(hidden, hidden));
    drop2_ = register_module("drop2", nn::Dropout(options_.dropout));
    decpose_ = register_module("decpose", nn::Linear(hidden, poseSize));
    decshape_ = register_module("decshape", nn::Linear(hidden, kNumBetas));
    deccam_ = register_module("deccam", nn::Linear(hidden, 3));
    for (const auto& head : {decpose_, decshape_, deccam_}) nn::init::xavier_uniform_(head->weight, kHeadGain);

    initPose_ = register_buffer("init_pose", torch::zeros({1, poseSize}));
    initShape_ = register_buffer("init_shape", torch::zeros({1, kNumBetas}));
    initCamera_ = register_buffer("init_cam", torch::zeros({1, 3}));
    BodyParameters upright;
    upright.pose(0, 0) = M_PI;
    setMeanParameters(upright, WeakPerspectiveCamera{});
}

torch::nn::Sequential HmrModelImpl::makeLayer(int channels, int numBlocks, int stride) {
    nn::Sequential layer;
    const bool hasBottlenecks = options_.backboneDepth >= 50;
    for (int block = 0; block < numBlocks; ++block, stride = 1) {
        if (hasBottlenecks)
            layer->push_back(Bottleneck(channels_, channels, stride));
        else
            layer->push_back(BasicBlock(channels_, channels, stride));
        channels_ = channels * (hasBottlenecks ? BottleneckImpl::kExpansion : BasicBlockImpl::kExpansion);
    }
    return layer;
}

int HmrModelImpl::pooledSize() const { return options_.baseChannels * (options_.backboneDepth >= 50 ? 32 : 8); }

int HmrModelImpl::appearanceSize() const {
    return pooledSize() + (options_.hasJointMaps ? kNumCocoPlusJoints * kJointAppearance : 0);
}

int HmrModelImpl::featureSize() const {
    return appearanceSize() + (options_.hasJointMaps ? kNumCocoPlusJoints * kJointNumbers : 0);
}

void HmrModelImpl::setMeanParameters(const BodyParameters& parameters, const WeakPerspectiveCamera& camera) {
    const bool isSixD = numbersPerRotation(options_.rotationEncoding) == 6;
    const SixDOrder order = options_.rotationEncoding == "6d" ? SixDOrder::Interleaved : SixDOrder::Sequential;
    std::vector<float> pose;
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        const Eigen::Vector3d axisAngle = parameters.pose.row(joint).transpose();
        if (isSixD) {
            const Vector6d sixD = sixDFromRotation(rotationFromAxisAngle(axisAngle), order);
            pose.insert(pose.end(), sixD.begin(), sixD.end());
        } else {
            pose.insert(pose.end(), axisAngle.begin(), axisAngle.end());
        }
    }
    const std::vector<float> betas(parameters.betas.begin(), parameters.betas.end());
    const torch::NoGradGuard noGrad;
    initPose_.copy_(torch::tensor(pose).unsqueeze(0));
    initShape_.copy_(torch::tensor(betas).unsqueeze(0));
    initCamera_.copy_(torch::tensor({camera.scale, camera.translation.x(), camera.translation.y()}).unsqueeze(0));
}

HmrEncoding HmrModelImpl::encode(const torch::Tensor& images) {
    auto x = torch::relu(bn1_(conv1_(images)));
    x = torch::max_pool2d(x, 3, 2, 1);
    x = layer1_->forward(x);
    const auto stride8 = layer2_->forward(x);
    const auto stride16 = layer3_->forward(stride8);
    const auto stride32 = layer4_->forward(stride16);
    HmrEncoding encoding{stride32.mean({2, 3}), std::nullopt};
    if (!options_.hasJointMaps) return encoding;
    encoding.maps = jointMaps_->forward(stride8, stride16, stride32);
    encoding.features = torch::cat({encoding.features.to(torch::kFloat32), jointFeatures(*encoding.maps)}, 1);
    return encoding;
}

std::vector<HmrPrediction> HmrModelImpl::regress(const torch::Tensor& imageFeatures) {
    const auto batch = imageFeatures.size(0);
    auto pose = initPose_.expand({batch, -1}), betas = initShape_.expand({batch, -1}),
         camera = initCamera_.expand({batch, -1});
    std::vector<HmrPrediction> predictions;
    for (int iteration = 0; iteration < options_.iterations; ++iteration) {
        auto x = torch::cat({imageFeatures, pose, betas, camera}, 1);
        x = drop1_(torch::relu(fc1_(x)));
        x = drop2_(torch::relu(fc2_(x)));
        pose = pose + decpose_(x);
        betas = betas + decshape_(x);
        camera = camera + deccam_(x);
        predictions.push_back({camera, decodeRotations(pose, options_.rotationEncoding), betas});
    }
    return predictions;
}

std::vector<HmrPrediction> HmrModelImpl::forward(const torch::Tensor& images) { return regress(encode(images).features); }

torch::Tensor normalizedImages(const torch::Tensor& pictures, const NetworkRecipe& recipe) {
    const auto options = torch::TensorOptions(pictures.device()).dtype(torch::kFloat32);
    std::vector<float> factors, offsets;
    for (std::size_t channel = 0; channel < 3; ++channel) {
        factors.push_back(1 / (255 * recipe.deviation[channel]));
        offsets.push_back(-recipe.mean[channel] / recipe.deviation[channel]);
    }
    const auto factor = torch::tensor(factors).to(options), offset = torch::tensor(offsets).to(options);
    return (pictures.to(torch::kFloat32) * factor + offset).permute({0, 3, 1, 2}).contiguous();
}

void useChannelsLast(torch::nn::Module& module) {
    const torch::NoGradGuard noGrad;
    for (auto& parameter : module.parameters())
        if (parameter.dim() == 4) parameter.set_data(parameter.contiguous(torch::MemoryFormat::ChannelsLast));
}

std::size_t countParameters(const torch::nn::Module& module) {
    std::size_t count = 0;
    for (const auto& parameter : module.parameters()) count += static_cast<std::size_t>(parameter.numel());
    return count;
}

}  // namespace hmr
