// SPDX-License-Identifier: MIT
#include "formats/motion/amass_file.h"

#include <cmath>

#include "body/error.h"
#include "body/motion/foot_locking.h"
#include "body/posing.h"
#include "body/rotation.h"
#include "formats/npz.h"

namespace hmr {
namespace {

constexpr std::size_t kPoseSize = 156, kExpressivePoseSize = 165, kNumBetasWritten = 16, kNumDmpls = 8;
constexpr int kNumBodyJoints = 22;
constexpr std::size_t kLeftHand = 66, kRightHand = 111;  // first index-finger joint of each hand

/// The z-up world of a take: AMASS's x to the body's left at rest, y to its back.
WorldFrame zUpWorld(WorldFrame world) {
    Eigen::Matrix3d turn;
    turn << 1, 0, 0, 0, 0, -1, 0, 1, 0;
    world.worldFromTake = turn * world.worldFromTake;
    return world;
}

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
    throw Error("Cannot read " + file.string() + ": " + what + " Choose a file in AMASS's layout.");
}

std::vector<double> finite(const std::filesystem::path& file, const NpzFile& npz, const std::string& key) {
    std::vector<double> values = npz.read(key).as<double>();
    for (const double value : values)
        if (!std::isfinite(value)) fail(file, "\"" + key + "\" holds numbers that are not finite.");
    return values;
}

/// Betas of SMPL-H and SMPL-X, which AMASS holds, mean nothing to the open body, and its own nothing to them.
bool knowsShape(const NpzFile& npz, const BodyModel& model) {
    const auto isOpen = [](const std::string& id) { return id.starts_with("openbody"); };
    const std::string made = npz.contains("body_model") ? npz.read("body_model").text() : std::string();
    return isOpen(made) == isOpen(model.data().modelId);
}

}  // namespace

void writeAmass(const std::filesystem::path& file, const BodyModel& model, const Take& take, int person, const MotionExportSettings& settings) {
    MotionExportSettings one = settings;
    one.people = {person};
    const Track track = exportedTracks(model, take, one).front();
    const WorldFrame world = zUpWorld(worldOf(model, take));
    const Eigen::VectorXd shape = track.samples.front()->body.betas;
    const Eigen::Vector3d pelvis = shapedJoints(model, shape).row(0).transpose();
    const std::size_t numFrames = track.samples.size();
    // SMPL-X has jaw and eyes between body and hands; the fingers of a body that has them rest.
    const bool isExpressive = model.numJoints() == static_cast<int>(kExpressivePoseSize / 3);
    const std::size_t width = isExpressive ? kExpressivePoseSize : kPoseSize;
    const int numWritten = model.numJoints() == kNumSmplJoints ? kNumSmplJoints : kNumBodyJoints;
    std::vector<double> poses(numFrames * width, 0), trans, betas(kNumBetasWritten, 0);
    for (std::size_t frame = 0; frame < numFrames; ++frame) {
        const BodyParameters body = inWorld(world, pelvis, track.samples[frame]->body);
        double* pose = poses.data() + frame * width;
        for (int joint = 0; joint < numWritten; ++joint) {
            const std::size_t at = joint < kNumBodyJoints ? static_cast<std::size_t>(3 * joint) : joint == kNumBodyJoints ? kLeftHand : kRightHand;
            for (int axis = 0; axis < 3; ++axis) pose[at + static_cast<std::size_t>(axis)] = body.pose(joint, axis);
        }
        trans.insert(trans.end(), body.translation.begin(), body.translation.end());
        if (frame % 64 == 0) reportProgress(settings, 0.3 * static_cast<double>(frame) / static_cast<double>(numFrames));
    }
    for (Eigen::Index i = 0; i < std::min<Eigen::Index>(shape.size(), kNumBetasWritten); ++i) betas[static_cast<std::size_t>(i)] = shape[i];
    NpzArrays arrays;
    arrays["poses"] = NdArray::from(poses, {numFrames, width});
    arrays["trans"] = NdArray::from(trans, {numFrames, 3});
    arrays["betas"] = NdArray::from(betas, {kNumBetasWritten});
    arrays["dmpls"] = NdArray::from(std::vector<double>(numFrames * kNumDmpls, 0), {numFrames, kNumDmpls});
    arrays["gender"] = NdArray::fromText("neutral");
    arrays["mocap_framerate"] = NdArray::from(std::vector<double>{take.frameRate}, {});
    arrays["first_frame"] = NdArray::from(std::vector<std::int32_t>{track.firstFrame - std::max(settings.range.first, 0)}, {});
    arrays["body_model"] = NdArray::fromText(model.data().modelId);
    writeNpz(file, arrays, [&](double share) { reportProgress(settings, 0.3 + 0.7 * share); });
}

bool isAmass(const std::filesystem::path& file) {
    const NpzFile npz(file);
    return npz.contains("poses") && npz.contains("trans");
}

Take readAmass(const std::filesystem::path& file, const BodyModel& model, std::string* remark) {
    const NpzFile npz(file);
    const NdArray poseArray = npz.read("poses");
    if (poseArray.shape.size() != 2 || poseArray.shape[0] == 0) fail(file, "\"poses\" is no table of frames.");
    const std::size_t numFrames = poseArray.shape[0], width = poseArray.shape[1];
    if (width != kPoseSize && width != 72 && width != kExpressivePoseSize)
        fail(file, "\"poses\" has " + std::to_string(width) + " numbers a frame; 156 (SMPL-H), 72 (SMPL) or 165 (SMPL-X) were expected.");
    const std::vector<double> poses = finite(file, npz, "poses"), trans = finite(file, npz, "trans");
    if (trans.size() != 3 * numFrames) fail(file, "\"trans\" has " + std::to_string(trans.size()) + " numbers for " + std::to_string(numFrames) + " frames.");
    Eigen::VectorXd shape = Eigen::VectorXd::Zero(model.numBetas());
    const bool isOwnShape = knowsShape(npz, model);
    if (npz.contains("betas") && isOwnShape) {
        const std::vector<double> betas = finite(file, npz, "betas");
        for (Eigen::Index i = 0; i < std::min<Eigen::Index>(shape.size(), static_cast<Eigen::Index>(betas.size())); ++i) shape[i] = betas[static_cast<std::size_t>(i)];
    }
    Take take;
    take.source = file.string();
    for (const char* key : {"mocap_framerate", "mocap_frame_rate"}) {
        if (!npz.contains(key)) continue;
        const std::vector<double> rate = finite(file, npz, key);
        if (rate.size() != 1 || !(rate[0] > 0)) fail(file, std::string("\"") + key + "\" is no frame rate.");
        take.frameRate = rate[0];
    }
    int firstFrame = 0;
    if (npz.contains("first_frame")) {
        const std::vector<double> first = finite(file, npz, "first_frame");
        if (first.size() == 1 && first[0] >= 0 && first[0] < 1e8) firstFrame = static_cast<int>(first[0]);
    }
    take.numFrames = firstFrame + static_cast<int>(numFrames);
    take.floor = {{0, -1, 0}, 0, true};
    const WorldFrame world = zUpWorld({});
    const Eigen::Vector3d pelvis = shapedJoints(model, shape).row(0).transpose();
    Track track{0, "person_1", firstFrame, {}};
    for (std::size_t frame = 0; frame < numFrames; ++frame) {
        BodyParameters body;
        body.betas = shape;
        const double* pose = poses.data() + frame * width;
        for (int joint = 0; joint < kNumSmplJoints; ++joint) {
            std::size_t at = static_cast<std::size_t>(3 * joint);
            if (width == kPoseSize && joint >= kNumBodyJoints) at = joint == kNumBodyJoints ? kLeftHand : kRightHand;
            if (width == kExpressivePoseSize && joint >= kNumBodyJoints) continue;  // jaw and eyes stand there
            body.pose.row(joint) << pose[at], pose[at + 1], pose[at + 2];
        }
        body.translation << trans[3 * frame], trans[3 * frame + 1], trans[3 * frame + 2];
        MotionSample sample;
        sample.body = inTake(world, pelvis, body);
        track.samples.push_back(std::make_shared<const MotionSample>(std::move(sample)));
    }
    take.tracks.push_back(std::move(track));
    if (!isOwnShape) {
        take.floor = foundFloor(model, take, take.floor.normal);  // of other legs
        if (remark) *remark = "The shape in " + file.string() + " is of another body than the one in use: its poses are kept, the body has the mean shape.";
    }
    return take;
}

}  // namespace hmr
