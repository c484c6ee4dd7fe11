// SPDX-License-Identifier: MIT
#include "training/scenes/synthetic_video.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "body/error.h"
#include "body/rotation.h"
#include "training/prior/prior_builder.h"

namespace hmr {
namespace {

constexpr double kCameraHeight = 1.1, kDistance = 6;  ///< metres
constexpr double kKeptFramesPerSecond = 30;           ///< of faster recordings
constexpr double kPersonShare = 0.62;                 ///< of a 1.7 m body in the picture's height

std::vector<BodyParameters> recordedPoses(const std::filesystem::path& recording, const SyntheticVideoSettings& settings) {
    PriorOptions options;
    options.amcFramesPerSecond = settings.recordedFramesPerSecond;
    options.framesPerSecond = std::min(kKeptFramesPerSecond, settings.recordedFramesPerSecond);
    PriorReport report;
    const PosePrior clip = buildPosePrior({recording}, options, report);
    const int count = static_cast<int>(std::lround(settings.seconds * settings.framesPerSecond));
    const double last = (settings.start + (count - 1) / settings.framesPerSecond) * options.framesPerSecond;
    if (count < 1 || settings.start < 0 || last > clip.size() - 1)
        throw Error(recording.string() + ": holds " + std::to_string(clip.size() / options.framesPerSecond) +
                    " usable seconds, fewer than asked for; choose another start or fewer seconds");
    std::vector<BodyParameters> motion(static_cast<std::size_t>(count));
    for (int frame = 0; frame < count; ++frame) {
        const double at = (settings.start + frame / settings.framesPerSecond) * options.framesPerSecond;
        const int before = static_cast<int>(at), after = std::min(before + 1, clip.size() - 1);
        const auto rotation = [&](int row, int joint) { return rotationFromAxisAngle(clip.poses.row(row).segment<3>(3 * joint).transpose().cast<double>()); };
        for (int joint = 0; joint < kNumSmplJoints; ++joint)
            motion[static_cast<std::size_t>(frame)].pose.row(joint) =
                axisAngleFromRotation(interpolate(rotation(before, joint), rotation(after, joint), at - before)).transpose();
    }
    return motion;
}

void turnAbout(const Eigen::AngleAxisd& turn, BodyParameters& parameters) {
    parameters.pose.row(0) = axisAngleFromRotation(turn * rotationFromAxisAngle(parameters.pose.row(0).transpose())).transpose();
    parameters.translation = turn * parameters.translation;
}

/// Moves each frame so that the point that bore the body in the frame before stays in place and nothing sinks into the floor.
void placeSteps(const BodyModel& body, std::vector<BodyParameters>& motion) {
    Eigen::Index bearing = 0;
    Eigen::Vector3d bearingPlace = Eigen::Vector3d::Zero();
    for (std::size_t frame = 0; frame < motion.size(); ++frame) {
        const Points3f vertices = poseBody(body, motion[frame]).vertices;
        Eigen::Vector3d& translation = motion[frame].translation;
        if (frame > 0) translation = bearingPlace - vertices.row(bearing).cast<double>().transpose();
        translation.y() = -vertices.col(1).minCoeff(&bearing);
        bearingPlace = vertices.row(bearing).cast<double>().transpose() + translation;
    }
}

}  // namespace

std::vector<BodyParameters> walkedMotion(const BodyModel& body, const std::filesystem::path& recording, const SyntheticVideoSettings& settings) {
    std::vector<BodyParameters> motion = recordedPoses(recording, settings);
    Random shape = Random(settings.seed).fork("shape");
    Eigen::VectorXd betas = Eigen::VectorXd::Zero(kNumBetas);
    for (double& beta : betas) beta = shape.normal(0, 0.7);
    for (BodyParameters& frame : motion) frame.betas = betas;
    placeSteps(body, motion);
    const Eigen::Vector3d path = motion.back().translation - motion.front().translation;
    const double isHeading = std::atan2(path.x(), path.z()), wanted = settings.headingDegrees * std::numbers::pi / 180;
    const Eigen::Vector3d middle = (motion.back().translation + motion.front().translation) / 2;
    for (BodyParameters& frame : motion) {
        frame.translation -= Eigen::Vector3d(middle.x(), 0, middle.z());
        turnAbout(Eigen::AngleAxisd(wanted - isHeading, Eigen::Vector3d::UnitY()), frame);
    }
    return motion;
}

void drawSyntheticVideo(const SyntheticAssets& assets, const std::filesystem::path& recording, const SyntheticVideoSettings& settings,
                        const std::function<void(const Picture&)>& onFrame) {
    const std::vector<BodyParameters> motion = walkedMotion(*assets.body->model, recording, settings);
    const Random random(settings.seed);
    Random clothes = random.fork("look"), light = random.fork("light"), backdrop = random.fork("backdrop");
    const PersonLook look = drawPersonLook(assets.body->marks, clothes);
    // The camera stands level, looks toward -z of the world, and sees the floor at this place.
    const Eigen::Matrix3d cameraFromWorld = Eigen::Vector3d(1, -1, -1).asDiagonal();
    const Eigen::Vector3d origin(0, kCameraHeight, kDistance);
    const Floor floor{Eigen::Vector3f(0, static_cast<float>(kCameraHeight), static_cast<float>(kDistance)), -Eigen::Vector3f::UnitY()};
    const PinholeCamera camera{kPersonShare * settings.height * kDistance / 1.7,
                               Eigen::Vector2d(0.5 * settings.width, 0.45 * settings.height), Eigen::Vector3d::Zero()};
    Picture empty(settings.width, settings.height, 3);
    const std::vector<int> photographs = assets.backgrounds ? assets.backgrounds->ofSplit(DataSplit::Training) : std::vector<int>{};
    if (photographs.empty()) paintProcedural(camera, floor, backdrop, empty);
    else paintPhotograph(*assets.backgrounds, photographs, backdrop, empty);
    const LightRig lights = drawLightRig(light, floor.up);
    PeoplePainter painter;
    for (BodyParameters parameters : motion) {
        const Eigen::Vector3d place = cameraFromWorld * parameters.translation + origin;
        parameters.pose.row(0) = axisAngleFromRotation(cameraFromWorld * rotationFromAxisAngle(parameters.pose.row(0).transpose())).transpose();
        parameters.translation.setZero();
        const DressedPerson person = dressPerson(*assets.body, parameters, look);
        const PlacedPerson placed{&person, place};
        Picture picture = empty;
        painter.paintFloorShadow(camera, std::span(&placed, 1), lights, floor.point, 0.5f, picture);
        painter.paint(camera, std::span(&placed, 1), assets.body->marks, lights, picture, nullptr);
        onFrame(picture);
    }
}

}  // namespace hmr
