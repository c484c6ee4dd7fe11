// SPDX-License-Identifier: MIT
#include "training/evaluation/fitted_labels.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <numbers>

#include "body/fitting/articulation.h"
#include "body/fitting/joint_fit.h"
#include "body/fitting/pose_terms.h"
#include "body/posing.h"
#include "body/rotation.h"
#include "formats/pose_mixture_file.h"
#include "training/datasets/crop_transform.h"

namespace hmr {
namespace {

constexpr int kFewestJoints = 8;
constexpr double kAnnotationDeviation = 0.02;                      ///< crop coordinates that an annotated joint may be off
constexpr double kUsualError = 0.03, kWorstError = 0.15;           ///< crop coordinates: median and worst joint of a label that counts
constexpr double kGoodMisfit = 25;                                 ///< of the first two headings: no need to try others
constexpr double kFreeRoot = 1.5, kFreePose = 0.7;                 ///< radians
constexpr double kPoseWeight = 0.1;                                ///< of the likely poses, when results are compared

BodyParameters turnedAbout(BodyParameters parameters, double angle) {
    const Eigen::Matrix3d root = rotationFromAxisAngle(parameters.pose.row(0).transpose());
    const Eigen::Matrix3d turn = Eigen::AngleAxisd(angle, Eigen::Vector3d::UnitY()).toRotationMatrix();
    parameters.pose.row(0) = axisAngleFromRotation(turn * root).transpose();
    return parameters;
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace

struct LabelFitter::Implementation {
    std::shared_ptr<HmrNetwork> network;
    std::shared_ptr<const BodyModel> body;
    KeypointModel keypoints;
    std::shared_ptr<const PoseMixture> likelyPoses;

    struct Fit {
        FitResult result;
        double misfit = 0;
    };

    Fit fitFrom(const BodyParameters& start, const WeakPerspectiveCamera& camera, std::span<const JointTarget> targets) const {
        FitOptions options;
        options.prior = likelyPoses.get();
        options.poseDeviation = kFreePose;
        options.rootDeviation = kFreeRoot;
        options.maxIterations = 30;
        Fit fit{fitToJoints(keypoints, start, camera, targets, options)};
        for (const double error : fit.result.errors) {
            const double square = options.robustScale * options.robustScale;
            fit.misfit += 0.5 * square / (square + error * error) * error * error / (kAnnotationDeviation * kAnnotationDeviation);
        }
        fit.misfit += addPosePrior(articulated(fit.result.parameters).rotations, *likelyPoses, kPoseWeight, nullptr);
        return fit;
    }
};

LabelFitter::LabelFitter(std::shared_ptr<HmrNetwork> network, std::shared_ptr<const BodyModel> body)
    : implementation_(new Implementation{std::move(network), body, KeypointModel(*body), shippedPoseMixture()}) {}
LabelFitter::~LabelFitter() = default;

std::optional<PackedLabels> LabelFitter::operator()(const PackedPictures::Entry& person) const {
    const NetworkRecipe& recipe = implementation_->network->recipe();
    const CropTransform crop{windowOfBox(person.box, recipe.personShare)};
    const Keypoints keypoints = cropKeypoints(person.keypoints, crop);
    std::vector<JointTarget> targets;
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint)
        if (const float* place = &keypoints[static_cast<std::size_t>(3 * joint)]; place[2] > 0)
            targets.push_back({keypointOfCocoPlus(joint), {place[0], place[1]}, kAnnotationDeviation});
    if (targets.size() < kFewestJoints) return std::nullopt;
    std::vector<std::uint8_t> pixels;
    cropPixels(person.picture, crop, recipe.inputSize, pixels);
    const NetworkOutput output = implementation_->network->recover(pixels, 1).front();
    std::optional<Implementation::Fit> best;
    for (const double turn : {0.0, 1.0, 0.5, -0.5}) {
        if (std::abs(turn) == 0.5 && best->misfit < kGoodMisfit) break;
        Implementation::Fit fit = implementation_->fitFrom(turnedAbout(output.parameters, turn * std::numbers::pi), output.camera, targets);
        if (!best || fit.misfit < best->misfit) best = std::move(fit);
    }
    const std::vector<double>& errors = best->result.errors;
    if (median(errors) > kUsualError || *std::ranges::max_element(errors) > kWorstError) return std::nullopt;
    const BodyModel& body = *implementation_->body;
    return PackedLabels{best->result.parameters, cocoPlusJoints(body, poseBody(body, best->result.parameters).vertices)};
}

}  // namespace hmr
