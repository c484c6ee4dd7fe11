// SPDX-License-Identifier: MIT
#include "cli/fitting_times.h"

#include <random>

#include "body/camera.h"
#include "body/fitting/articulation.h"
#include "body/fitting/inverse_kinematics.h"
#include "body/fitting/joint_fit.h"
#include "body/fitting/silhouette_fit.h"
#include "body/posing.h"
#include "body/rotation.h"
#include "formats/pose_mixture_file.h"
#include "renderer/overlay_painter.h"

namespace hmr {
namespace {

constexpr int kPictureSide = 300;
constexpr int kLeftAnkleJoint = 7, kRightAnkleJoint = 8, kLeftWristJoint = 20, kRightWristJoint = 21;

BodyParameters standing() {
    BodyParameters body;
    body.pose.row(0) = axisAngleFromRotation(rotationFromAxisAngle({EIGEN_PI, 0, 0}) * rotationFromAxisAngle({0, 0.3, 0})).transpose();
    body.pose(16, 2) = -0.9;
    body.pose(17, 2) = 0.9;
    return body;
}

/// As far from the network's answer as the truth may be: some degrees in every joint, an elbow by half a right angle, another shape.
BodyParameters moved(BodyParameters body) {
    std::mt19937 generator(4);
    std::normal_distribution<double> normal;
    for (double& angle : body.pose.bottomRows(kNumSmplJoints - 1).reshaped()) angle += 0.1 * normal(generator);
    body.pose(18, 1) -= 0.8;
    for (double& beta : body.betas) beta += 0.7 * normal(generator);
    return body;
}

}  // namespace

struct FittingTimes::Implementation {
    explicit Implementation(std::shared_ptr<const BodyModel> model) : body(std::move(model)), keypoints(*body), likelyPoses(shippedPoseMixture()) {
        const Points2d pixels = project(frameCamera(camera, crop), cocoPlusJoints(*body, poseBody(*body, truth).vertices));
        targets = cocoPlusTargets((pixels.rowwise() - crop.center.transpose()) * (2 / crop.side), Eigen::VectorXd::Constant(kNumCocoPlusJoints, 0.05));
        options.prior = likelyPoses.get();
    }
    std::string what(const std::string& wanted) const { return wanted + ", the pose prior, " + std::to_string(body->numVertices()) + " vertices"; }

    std::shared_ptr<const BodyModel> body;
    KeypointModel keypoints;
    std::shared_ptr<const PoseMixture> likelyPoses;
    const BodyParameters start = standing(), truth = moved(start);
    const CropWindow crop{{kPictureSide / 2.0, kPictureSide / 2.0}, kPictureSide};
    const WeakPerspectiveCamera camera{0.85, {0.02, 0.25}};
    std::vector<JointTarget> targets;
    FitOptions options;
};

FittingTimes::FittingTimes(std::shared_ptr<const BodyModel> body) : implementation_(std::make_unique<Implementation>(std::move(body))) {}
FittingTimes::~FittingTimes() = default;

StageTiming FittingTimes::drag(int minRuns) const {
    const Implementation& given = *implementation_;
    const Points3d joints = given.keypoints.evaluate(articulated(given.start), false).points.bottomRows<kNumSmplJoints>();
    DragOptions options;
    options.prior = given.likelyPoses.get();
    for (const int pin : {kLeftAnkleJoint, kRightAnkleJoint, kRightWristJoint}) options.pins[pin] = joints.row(pin).transpose();
    const Eigen::Vector3d target = joints.row(kLeftWristJoint).transpose() + Eigen::Vector3d(0.02, 0.02, 0);
    return timeStage({}, given.what("a step of inverse kinematics: a wrist, three joints pinned"), 1, minRuns,
                     [&] { dragJoint(given.keypoints, given.start, given.start, kLeftWristJoint, target, options); });
}

StageTiming FittingTimes::snap(int minRuns) const {
    const Implementation& given = *implementation_;
    return timeStage({}, given.what("a body fitted again to 19 joints"), 1, minRuns,
                     [&] { fitToJoints(given.keypoints, given.start, given.camera, given.targets, given.options); });
}

StageTiming FittingTimes::silhouette(int minRuns) const {
    const Implementation& given = *implementation_;
    PersonEstimate person;
    person.crop = given.crop;
    person.camera = given.camera;
    person.parameters = given.truth;
    const Silhouette mask = silhouetteOf(OverlayPainter(given.body).paintAlone(kPictureSide, kPictureSide, {person}), given.crop);
    return timeStage({}, given.what("a body fitted again to 19 joints and a silhouette"), 1, minRuns,
                     [&] { fitToSilhouette(*given.body, given.keypoints, given.start, given.camera, given.targets, mask, given.options); });
}

}  // namespace hmr
