// SPDX-License-Identifier: MIT
#include "formats/motion/animated_figure.h"

#include <algorithm>

#include "body/error.h"
#include "body/motion/cleanup.h"
#include "body/motion/foot_locking.h"
#include "body/rotation.h"
#include "body/shared_joints.h"
#include "formats/figure_mesh.h"

namespace hmr {
namespace {

/// y up into z up: a quarter turn about x.
Eigen::Matrix3d zUpFromYUp() {
    Eigen::Matrix3d turn;
    turn << 1, 0, 0, 0, 0, -1, 0, 1, 0;
    return turn;
}

/// The first frame that anybody is in, and who.
const MotionSample* firstSample(const Take& take) {
    const Track* earliest = nullptr;
    for (const Track& track : take.tracks)
        if (!track.samples.empty() && (!earliest || track.firstFrame < earliest->firstFrame)) earliest = &track;
    return earliest ? earliest->at(earliest->firstFrame) : nullptr;
}

Track inRange(const Track& track, FrameRange range) {
    Track result{track.id, track.name, 0, {}};
    for (int frame = std::max(range.first, track.firstFrame); frame < std::min(range.end, track.endFrame()); ++frame)
        if (const SharedSample& sample = track.samples[static_cast<std::size_t>(frame - track.firstFrame)]) result.set(frame, sample);
    return result;
}

/// Bind pose: the T-pose with the lowest vertex on the floor.
Figure bindFigure(const BodyModel& model, const Eigen::VectorXd& betas, const std::string& name) {
    BodyParameters rest;
    rest.betas = betas;
    Figure figure = figureFrom(model, rest, name, Eigen::Vector3d::Zero(), false, PoseCorrectives::Ignore);
    const float lowest = figure.restVertices.col(1).minCoeff();
    figure.restVertices.col(1).array() -= lowest;
    figure.restJoints.col(1).array() -= static_cast<double>(lowest);
    figure.posedVertices = figure.restVertices;
    figure.posedNormals = figure.restNormals;
    figure.rootTranslation.setZero();
    for (Eigen::Quaterniond& rotation : figure.localRotations) rotation.setIdentity();
    return figure;
}

/// A bone on the floor above all others.
void addRootBone(AnimatedFigure& animated, const std::string& name) {
    Figure& figure = animated.figure;
    const auto shifted = [](int parent) { return parent + 1; };
    std::transform(figure.parents.begin(), figure.parents.end(), figure.parents.begin(), shifted);
    figure.parents.insert(figure.parents.begin(), -1);
    figure.jointNames.insert(figure.jointNames.begin(), name);
    figure.localRotations.insert(figure.localRotations.begin(), Eigen::Quaterniond::Identity());
    Points3d joints(figure.restJoints.rows() + 1, 3);
    joints << Eigen::RowVector3d::Zero(), figure.restJoints;
    figure.restJoints = joints;
    std::vector<Eigen::Triplet<float>> weights;
    for (Eigen::Index v = 0; v < figure.skinWeights.rows(); ++v)
        for (decltype(figure.skinWeights)::InnerIterator entry(figure.skinWeights, v); entry; ++entry)
            weights.emplace_back(static_cast<int>(v), static_cast<int>(entry.col()) + 1, entry.value());
    figure.skinWeights.resize(figure.skinWeights.rows(), joints.rows());
    figure.skinWeights.setFromTriplets(weights.begin(), weights.end());
    JointCurve root;
    for (Eigen::Vector3d& place : animated.joints.front().places) {
        root.rotations.push_back(Eigen::Quaterniond::Identity());
        root.places.emplace_back(place.x(), 0, place.z());
        place -= root.places.back();
    }
    animated.joints.insert(animated.joints.begin(), std::move(root));
}

void keepHalf(std::vector<Eigen::Quaterniond>& rotations) {
    for (std::size_t i = 1; i < rotations.size(); ++i)
        if (rotations[i].dot(rotations[i - 1]) < 0) rotations[i].coeffs() *= -1;
}

/// Every direction of a y-up figure turned into other axes: places by the turn, rotations between turned axes.
void turnAxes(AnimatedFigure& animated, const Eigen::Matrix3d& turn) {
    Figure& figure = animated.figure;
    const auto turnPoints = [&](auto& points) { points = (points * turn.cast<typename std::decay_t<decltype(points)>::Scalar>().transpose()).eval(); };
    turnPoints(figure.restVertices);
    turnPoints(figure.restNormals);
    turnPoints(figure.restJoints);
    turnPoints(figure.posedVertices);
    turnPoints(figure.posedNormals);
    const Eigen::Quaterniond q(turn);
    for (JointCurve& curve : animated.joints) {
        for (Eigen::Quaterniond& rotation : curve.rotations) rotation = q * rotation * q.conjugate();
        for (Eigen::Vector3d& place : curve.places) place = turn * place;
    }
}

AnimatedFigure animatedFigure(const BodyModel& model, const Take& take, const Track& track, const WorldFrame& world,
                              FrameRange range, const ExportPreset& preset, RootHandling root, const ShareReport& report) {
    AnimatedFigure animated;
    animated.betas = track.samples.front()->body.betas;
    animated.figure = bindFigure(model, animated.betas, track.name);
    const int numJoints = model.numJoints(), numNamed = numJoints == kNumSmplJoints ? kNumSmplJoints : kNumSharedJoints;
    for (int joint = 0; joint < numNamed; ++joint) animated.figure.jointNames[static_cast<std::size_t>(joint)] = preset.boneName(joint);
    animated.frameRate = take.frameRate;
    animated.firstFrame = track.firstFrame - std::max(range.first, 0);
    animated.modelId = model.data().modelId;
    animated.origin = {take.source, take.width, take.height, take.focalLength, take.firstSourceFrame + track.firstFrame, track.samples};
    animated.joints.resize(static_cast<std::size_t>(numJoints));
    const Eigen::Vector3d pelvis = shapedJoints(model, animated.betas).row(0).transpose();
    for (const SharedSample& sample : track.samples) {
        const BodyParameters body = inWorld(world, pelvis, sample->body);
        const Points3d pose = poseForModel(model, body.pose);
        for (int joint = 0; joint < numJoints; ++joint)
            animated.joints[static_cast<std::size_t>(joint)].rotations.emplace_back(rotationFromAxisAngle(pose.row(joint).transpose()));
        Eigen::Vector3d place = pelvis + body.translation;
        if (root == RootHandling::InPlace) place.x() = place.z() = 0;
        animated.joints.front().places.push_back(place);
        if (const std::size_t done = animated.joints.front().places.size(); done % 64 == 0) report(static_cast<double>(done) / static_cast<double>(track.samples.size()));
    }
    for (JointCurve& curve : animated.joints) keepHalf(curve.rotations);
    if (root == RootHandling::RootBone) addRootBone(animated, std::string(preset.bonePrefix) + "root");
    return animated;
}

}  // namespace

WorldFrame worldOf(const BodyModel& model, const Take& take) {
    WorldFrame world;
    const FloorPlane floor = take.floor.isKnown ? take.floor : foundFloor(model, take, take.floor.normal);
    world.worldFromTake = Eigen::Quaterniond::FromTwoVectors(world.worldFromTake * floor.normal, Eigen::Vector3d::UnitY()).toRotationMatrix() * world.worldFromTake;
    if (const MotionSample* first = firstSample(take)) {
        world.origin = shapedJoints(model, first->body.betas).row(0).transpose() + first->body.translation;
        world.origin -= floor.heightOf(world.origin) * floor.normal;
    }
    return world;
}

BodyParameters inWorld(const WorldFrame& world, const Eigen::Vector3d& restPelvis, const BodyParameters& body) {
    BodyParameters result = body;
    result.pose.row(0) = axisAngleFromRotation(world.worldFromTake * rotationFromAxisAngle(body.pose.row(0).transpose())).transpose();
    result.translation = world.place(restPelvis + body.translation) - restPelvis;
    return result;
}

BodyParameters inTake(const WorldFrame& world, const Eigen::Vector3d& restPelvis, const BodyParameters& body) {
    BodyParameters result = body;
    result.pose.row(0) = axisAngleFromRotation(world.worldFromTake.transpose() * rotationFromAxisAngle(body.pose.row(0).transpose())).transpose();
    result.translation = world.worldFromTake.transpose() * (restPelvis + body.translation) + world.origin - restPelvis;
    return result;
}

void reportProgress(const MotionExportSettings& settings, double share) {
    if (settings.onProgress && !settings.onProgress(std::clamp(share, 0.0, 1.0)))
        throw Error("The export was cancelled; nothing was written.");
}

namespace {

/// ", which has 1, 2 and 5", as people are counted for the user.
std::string whoIsThere(const Take& take) {
    constexpr std::size_t kMostNamed = 12;
    std::string numbers;
    for (std::size_t i = 0; i < std::min(take.tracks.size(), kMostNamed); ++i) {
        const bool isLast = i + 1 == std::min(take.tracks.size(), kMostNamed);
        numbers += (i == 0 ? "" : isLast && take.tracks.size() <= kMostNamed ? " and " : ", ") + std::to_string(take.tracks[i].id + 1);
    }
    if (numbers.empty()) return {};
    return ", which has " + numbers + (take.tracks.size() > kMostNamed ? " …" : "");
}

}  // namespace

void requirePeople(const Take& take, const std::vector<int>& people) {
    for (const int person : people)
        if (!take.find(person)) throw Error("There is no person " + std::to_string(person + 1) + " in this motion" + whoIsThere(take) + ".");
}

std::vector<Track> exportedTracks(const BodyModel& model, const Take& take, const MotionExportSettings& settings) {
    if (!sharesSmplJoints(model.data().parents))
        throw Error("The body's " + std::to_string(model.numJoints()) + " joints are not those of SMPL, SMPL-H or SMPL-X, so no motion fits it. Choose a body in one of their layouts.");
    requirePeople(take, settings.people);
    std::vector<Track> tracks;
    UniqueNames names;
    for (const Track& track : take.tracks) {
        const bool isChosen = settings.people.empty() || std::find(settings.people.begin(), settings.people.end(), track.id) != settings.people.end();
        Track part = isChosen ? inRange(track, settings.range) : Track{};
        if (part.samples.empty()) continue;
        part = filledGaps(part, {part.firstFrame, part.endFrame()}, part.endFrame());
        part = withShape(part, model, shapeOf(part, ShapeChoice::Median));
        part.name = names.take(part.name);
        tracks.push_back(std::move(part));
    }
    if (tracks.empty()) throw Error("There is nobody to export in these frames. Choose other people or a longer range.");
    return tracks;
}

std::vector<AnimatedFigure> animatedFigures(const BodyModel& model, const Take& take, const MotionExportSettings& settings, UpAxis up) {
    const WorldFrame world = worldOf(model, take);
    const std::vector<Track> tracks = exportedTracks(model, take, settings);
    std::vector<AnimatedFigure> figures;
    const ShareReport report = [&](double share) {
        reportProgress(settings, 0.5 * (static_cast<double>(figures.size()) + share) / static_cast<double>(tracks.size()));
    };
    for (const Track& track : tracks) {
        figures.push_back(animatedFigure(model, take, track, world, settings.range, *settings.preset, settings.root.value_or(settings.preset->root), report));
        figures.back().up = up;
        if (up == UpAxis::Z) turnAxes(figures.back(), zUpFromYUp());
        report(0);
    }
    return figures;
}

Points3d jointPlaces(const AnimatedFigure& animated, int frame) {
    const Figure& figure = animated.figure;
    const auto f = static_cast<std::size_t>(frame);
    Points3d places(figure.restJoints.rows(), 3);
    std::vector<Eigen::Quaterniond> rotations;
    for (std::size_t j = 0; j < figure.parents.size(); ++j) {
        const auto row = static_cast<Eigen::Index>(j);
        const JointCurve& curve = animated.joints[j];
        const int parent = figure.parents[j];
        Eigen::Vector3d local = figure.restJoints.row(row).transpose();
        if (parent >= 0) local -= figure.restJoints.row(parent).transpose();
        if (!curve.places.empty()) local = curve.places[f];
        const Eigen::Quaterniond above = parent < 0 ? Eigen::Quaterniond::Identity() : rotations[static_cast<std::size_t>(parent)];
        const Eigen::Vector3d origin = parent < 0 ? Eigen::Vector3d(Eigen::Vector3d::Zero()) : Eigen::Vector3d(places.row(parent).transpose());
        places.row(row) = (origin + above * local).transpose();
        rotations.push_back(above * curve.rotations[f]);
    }
    return places;
}

}  // namespace hmr
