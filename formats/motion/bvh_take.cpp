// SPDX-License-Identifier: MIT
#include "formats/motion/bvh_take.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>

#include "body/error.h"
#include "body/motion/foot_locking.h"
#include "body/posing.h"
#include "body/rotation.h"
#include "body/shared_joints.h"
#include "formats/atomic_file.h"
#include "formats/retarget.h"

namespace hmr {
namespace {

constexpr double kEndSiteMetres = 0.05;  // length of the last bones, which have no joint at their end

/// Angles (degrees) z, x, y of R = Rz·Rx·Ry.
Eigen::Vector3d zxyDegrees(const Eigen::Matrix3d& m) {
    Eigen::Vector3d angles;
    const double cosX = std::hypot(m(2, 0), m(2, 2));
    angles[1] = std::atan2(m(2, 1), cosX);
    if (cosX > 1e-9) {
        angles[0] = std::atan2(-m(0, 1), m(1, 1));
        angles[2] = std::atan2(-m(2, 0), m(2, 2));
    } else {  // z and y turn about the same axis: all of it goes to z
        angles[0] = std::atan2(m(1, 0), m(0, 0));
        angles[2] = 0;
    }
    return angles * 180 / std::numbers::pi;
}

/// The same rotation's angles that lie nearest to those before.
Eigen::Vector3d nearestAngles(const Eigen::Vector3d& degrees, const Eigen::Vector3d& before) {
    const Eigen::Vector3d other(degrees[0] + 180, 180 - degrees[1], degrees[2] + 180);
    const auto near = [&](const Eigen::Vector3d& angles) -> Eigen::Vector3d { return angles - 360 * ((angles - before) / 360).array().round().matrix(); };
    const Eigen::Vector3d a = near(degrees), b = near(other);
    return (a - before).squaredNorm() <= (b - before).squaredNorm() ? a : b;
}

std::string number(double value) {
    char text[40];
    std::snprintf(text, sizeof(text), "%.6f", value);
    return std::string(text) == "-0.000000" ? "0.000000" : text;
}

void writeJoint(std::string& text, const BvhMotion& motion, std::size_t index, int depth) {
    const BvhJoint& joint = motion.joints[index];
    const std::string indent(static_cast<std::size_t>(depth), '\t'), inner = indent + "\t";
    text += indent + (joint.isEnd ? "End Site" : (joint.parent < 0 ? "ROOT " : "JOINT ") + joint.name) + "\n" + indent + "{\n";
    text += inner + "OFFSET " + number(joint.offset.x()) + " " + number(joint.offset.y()) + " " + number(joint.offset.z()) + "\n";
    if (!joint.isEnd) {
        constexpr std::string_view kNames[] = {"Xposition", "Yposition", "Zposition", "Xrotation", "Yrotation", "Zrotation"};
        text += inner + "CHANNELS " + std::to_string(joint.channels.size());
        for (const BvhChannel channel : joint.channels) text += " " + std::string(kNames[static_cast<int>(channel)]);
        text += "\n";
    }
    for (std::size_t child = index + 1; child < motion.joints.size(); ++child)
        if (motion.joints[child].parent == static_cast<int>(index)) writeJoint(text, motion, child, depth + 1);
    text += indent + "}\n";
}

/// Channels of a joint from its rotation and, for moving joints, place.
void fillChannels(BvhMotion& motion, std::size_t index, const JointCurve& curve, double unit, int lead) {
    const BvhJoint& joint = motion.joints[index];
    const bool moves = joint.channels.size() == 6;
    Eigen::Vector3d before = Eigen::Vector3d::Zero();
    for (Eigen::Index frame = 0; frame < motion.frames.rows(); ++frame) {
        const auto i = static_cast<std::size_t>(std::max<Eigen::Index>(0, frame - lead));
        Eigen::Index at = joint.firstChannel;
        if (moves) {
            motion.frames.block<1, 3>(frame, at) = unit * curve.places[i].transpose();
            at += 3;
        }
        before = nearestAngles(zxyDegrees(curve.rotations[i].toRotationMatrix()), before);
        motion.frames.block<1, 3>(frame, at) = before.transpose();
    }
}

/// The preset whose bone names the file has; nothing when it is another skeleton. Bodies with hands lack SMPL's two last joints.
const ExportPreset* presetOf(const BvhMotion& motion) {
    for (const ExportPreset& preset : exportPresets()) {
        bool hasAll = true;
        for (int joint = 0; joint < kNumSharedJoints && hasAll; ++joint) hasAll = motion.find(preset.boneName(joint)) >= 0;
        if (hasAll) return &preset;
    }
    return nullptr;
}

/// A file's own frame into y up: the rest pose's head is above its pelvis.
Eigen::Matrix3d yUpFromFile(const Points3d& rest, int pelvis, int head) {
    const Eigen::Vector3d up = (rest.row(head) - rest.row(pelvis)).transpose();
    Eigen::Matrix3d turn = Eigen::Matrix3d::Identity();
    if (up.z() > std::abs(up.y())) turn << 1, 0, 0, 0, 0, 1, 0, -1, 0;
    return turn;
}

Points3d restPlaces(const BvhMotion& motion) {
    Points3d places(static_cast<Eigen::Index>(motion.joints.size()), 3);
    for (std::size_t i = 0; i < motion.joints.size(); ++i) {
        const BvhJoint& joint = motion.joints[i];
        places.row(static_cast<Eigen::Index>(i)) = joint.offset.transpose();
        if (joint.parent >= 0) places.row(static_cast<Eigen::Index>(i)) += places.row(joint.parent);
    }
    return places;
}

/// Pelvis places and poses of a file, y up, in metres of our body's size.
struct FileMotion {
    std::vector<Points3d> poses;
    std::vector<Eigen::Vector3d> pelvis;
};

double legLength(const Points3d& places, int hip, int knee, int ankle) {
    return (places.row(knee) - places.row(hip)).norm() + (places.row(ankle) - places.row(knee)).norm();
}

FileMotion onOurSkeleton(const BvhMotion& motion, const ExportPreset& preset, double ourLeg) {
    FileMotion result;
    const auto boneOf = [&](int joint) { return motion.find(preset.boneName(joint)); };
    const Points3d rest = restPlaces(motion);
    const Eigen::Matrix3d turn = yUpFromFile(rest, boneOf(0), boneOf(15));
    const double scale = ourLeg / legLength(rest, boneOf(1), boneOf(4), boneOf(7));
    for (int frame = 0; frame < motion.numFrames(); ++frame) {
        const std::vector<Eigen::Matrix3d> world = worldRotations(motion, frame);
        Points3d pose = Points3d::Zero(kNumSmplJoints, 3);
        for (int joint = 0; joint < kNumSmplJoints; ++joint) {
            if (boneOf(joint) < 0) continue;
            const Eigen::Matrix3d own = turn * world[static_cast<std::size_t>(boneOf(joint))] * turn.transpose();
            const int parent = kSmplParents[static_cast<std::size_t>(joint)];
            const Eigen::Matrix3d above = parent < 0 ? Eigen::Matrix3d(Eigen::Matrix3d::Identity()) : Eigen::Matrix3d(turn * world[static_cast<std::size_t>(boneOf(parent))] * turn.transpose());
            pose.row(joint) = axisAngleFromRotation(above.transpose() * own).transpose();
        }
        result.poses.push_back(std::move(pose));
        result.pelvis.push_back(scale * (turn * worldPositions(motion, frame).row(boneOf(0)).transpose()));
    }
    return result;
}

FileMotion onAnotherSkeleton(const BvhMotion& motion, double ourLeg, const std::string& name) {
    FileMotion result;
    RetargetedClip clip = retargeted(motion, name);
    const std::vector<std::string> bones = retargetBoneNames(motion);
    const Points3d rest = restPlaces(motion);
    const int pelvis = motion.find(bones[0]);
    const Eigen::Matrix3d turn = yUpFromFile(rest, pelvis, motion.find(bones[15]));
    const double scale = ourLeg / legLength(rest, motion.find(bones[1]), motion.find(bones[4]), motion.find(bones[7]));
    const int skipped = motion.numFrames() - static_cast<int>(clip.poses.size());  // a T-pose in front is left out
    for (int frame = skipped; frame < motion.numFrames(); ++frame)
        result.pelvis.push_back(scale * (turn * worldPositions(motion, frame).row(pelvis).transpose()));
    result.poses = std::move(clip.poses);
    return result;
}

}  // namespace

BvhMotion bvhOf(const AnimatedFigure& animated, double unit) {
    const Figure& figure = animated.figure;
    BvhMotion motion;
    motion.frameTime = 1 / animated.frameRate;
    int numChannels = 0;
    for (std::size_t j = 0; j < figure.parents.size(); ++j) {
        const auto row = static_cast<Eigen::Index>(j);
        BvhJoint joint;
        joint.name = figure.jointNames[j];
        joint.parent = figure.parents[j];
        joint.offset = unit * figure.restJoints.row(row).transpose();
        if (joint.parent >= 0) joint.offset -= unit * figure.restJoints.row(joint.parent).transpose();
        if (!animated.joints[j].places.empty()) joint.channels = {BvhChannel::XPosition, BvhChannel::YPosition, BvhChannel::ZPosition};
        for (const BvhChannel channel : {BvhChannel::ZRotation, BvhChannel::XRotation, BvhChannel::YRotation}) joint.channels.push_back(channel);
        motion.joints.push_back(std::move(joint));
    }
    // Channels stand in the order in which the hierarchy is written: depth first.
    std::vector<std::size_t> order;
    const auto visit = [&](const auto& self, std::size_t j) -> void {
        order.push_back(j);
        for (std::size_t child = j + 1; child < figure.parents.size(); ++child)
            if (figure.parents[child] == static_cast<int>(j)) self(self, child);
    };
    visit(visit, 0);
    for (const std::size_t j : order) {
        motion.joints[j].firstChannel = numChannels;
        numChannels += static_cast<int>(motion.joints[j].channels.size());
    }
    const int lead = std::max(0, animated.firstFrame);
    motion.frames.resize(lead + animated.numFrames(), numChannels);
    for (std::size_t j = 0; j < figure.parents.size(); ++j) fillChannels(motion, j, animated.joints[j], unit, lead);
    for (std::size_t j = 0; j < figure.parents.size(); ++j) {
        bool isLeaf = true;
        for (const int parent : figure.parents) isLeaf = isLeaf && parent != static_cast<int>(j);
        if (!isLeaf) continue;
        const Eigen::Vector3d offset = motion.joints[j].offset;
        motion.joints.push_back({figure.jointNames[j] + "_end", static_cast<int>(j), kEndSiteMetres * unit * offset.normalized(), {}, 0, true});
    }
    return motion;
}

void writeBvh(const std::filesystem::path& file, const BvhMotion& motion, const ShareReport& report) {
    std::string text = "HIERARCHY\n";
    writeJoint(text, motion, 0, 0);
    text += "MOTION\nFrames: " + std::to_string(motion.numFrames()) + "\nFrame Time: ";
    char time[40];
    std::snprintf(time, sizeof(time), "%.9f\n", motion.frameTime);
    text += time;
    for (Eigen::Index frame = 0; frame < motion.frames.rows(); ++frame) {
        for (Eigen::Index channel = 0; channel < motion.frames.cols(); ++channel)
            text += (channel > 0 ? " " : "") + number(motion.frames(frame, channel));
        text += "\n";
        if (report && frame % 64 == 0) report(static_cast<double>(frame) / static_cast<double>(motion.frames.rows()));
    }
    writeWholeFile(file, text);
}

std::optional<std::string> skeletonOf(const BvhMotion& motion) {
    if (const ExportPreset* preset = presetOf(motion)) return "SMPL's, bones named for " + std::string(preset->title);
    try {
        return retargeted(motion, {}).skeleton;
    } catch (const Error&) {
        return std::nullopt;
    }
}

Take takeFromBvh(const BodyModel& model, const std::filesystem::path& file) {
    const BvhMotion motion = readBvh(file);
    if (motion.numFrames() == 0) throw Error(file.string() + " holds no frames of motion; choose a file that does.");
    const Points3d joints = shapedJoints(model, Eigen::VectorXd::Zero(0));
    const double ourLeg = legLength(joints, 1, 4, 7);
    const ExportPreset* preset = presetOf(motion);
    const FileMotion found = preset ? onOurSkeleton(motion, *preset, ourLeg) : onAnotherSkeleton(motion, ourLeg, file.string());
    Take take;
    take.source = file.string();
    take.frameRate = motion.frameTime > 0 ? 1 / motion.frameTime : 30;
    take.numFrames = static_cast<int>(found.poses.size());
    take.floor = {{0, -1, 0}, 0, true};
    const Eigen::Vector3d pelvis = joints.row(0).transpose();
    const WorldFrame world;
    Track track{0, "person_1", 0, {}};
    for (std::size_t frame = 0; frame < found.poses.size(); ++frame) {
        BodyParameters body;
        body.pose = found.poses[frame];
        body.betas = Eigen::VectorXd::Zero(model.numBetas());
        body.translation = found.pelvis[frame] - pelvis;
        MotionSample sample;
        sample.body = inTake(world, pelvis, body);
        track.set(static_cast<int>(frame), std::make_shared<const MotionSample>(std::move(sample)));
    }
    take.tracks.push_back(std::move(track));
    // Another skeleton's ankles are not as high above its soles as ours.
    if (!preset) take.floor = foundFloor(model, take, take.floor.normal);
    return take;
}

}  // namespace hmr
