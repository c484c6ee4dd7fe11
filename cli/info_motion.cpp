// SPDX-License-Identifier: MIT
#include "cli/info_motion.h"

#include <algorithm>
#include <optional>

#include "body/error.h"
#include "cli/info_lines.h"
#include "formats/marked_people.h"
#include "formats/motion/bvh_take.h"
#include "formats/motion/results_of_others.h"
#include "formats/motion/session_file.h"
#include "formats/npy_stream.h"
#include "formats/pose_file.h"

namespace hmr {
namespace {

constexpr const char* kUseOfMotion = "viewing, editing and cleaning in the window; hmr export";

void describeTake(const Take& take) {
    line("frames", std::to_string(take.numFrames) + ", " + decimal(take.frameRate, 2) + " a second");
    std::vector<std::string> people;
    for (const Track& track : take.tracks) people.push_back(track.name + " in " + std::to_string(track.numSamples()));
    line("people", std::to_string(people.size()) + (people.empty() ? "" : ": " + joined(people)));
    line("picture size", take.width > 0 ? std::to_string(take.width) + " x " + std::to_string(take.height) : "unknown");
}

/// A text of an .npz; empty where there is none, or one of a kind that is not read.
std::string textAt(const NpzFile& npz, const std::string& name) {
    try {
        return npz.contains(name) ? npz.read(name).text() : std::string();
    } catch (const Error&) {
        return {};
    }
}

std::optional<double> frameRateOf(const NpzFile& npz) {
    for (const char* name : {"mocap_framerate", "mocap_frame_rate"}) {
        if (!npz.contains(name)) continue;
        const std::vector<double> rate = npz.read(name).as<double>();
        if (rate.size() == 1) return rate[0];
    }
    return std::nullopt;
}

std::string layoutOf(std::size_t numbersOfPose) {
    switch (numbersOfPose) {
        case 72: return "72 numbers a frame (SMPL)";
        case 156: return "156 numbers a frame (SMPL-H); of the fingers, each hand's first joint is taken";
        case 165: return "165 numbers a frame (SMPL-X); jaw, eyes and fingers are left out";
        default: return std::to_string(numbersOfPose) + " numbers a frame, which is not read; 72, 156 or 165 were expected";
    }
}

}  // namespace

void describeResultsOfOthers(const std::filesystem::path& file, const std::string& program) {
    const Take take = readResultsOfOthers(file);
    std::cout << file.string() << ": motion that " << program << " recovered\n";
    describeTake(take);
    line("", "no frame rate is in it, 30 is taken");
    line("use", kUseOfMotion);
}

void describeAmass(const std::filesystem::path& file) {
    const auto headers = readNpzHeaders(file);
    const std::vector<std::size_t>& shape = headers.at("poses").shape;
    if (shape.size() != 2) throw Error("Cannot read " + file.string() + ": \"poses\" is no table of frames. Choose a file in AMASS's layout.");
    const NpzFile npz(file);
    const std::optional<double> frameRate = frameRateOf(npz);
    const std::string gender = textAt(npz, "gender");
    std::cout << file.string() << ": motion in AMASS's layout\n";
    line("frames", std::to_string(shape[0]) + (frameRate ? ", " + decimal(*frameRate, 2) + " a second" : ", of no frame rate: 30 is taken"));
    line("people", "1");
    line("pose", layoutOf(shape[1]));
    if (const auto betas = headers.find("betas"); betas != headers.end() && !betas->second.shape.empty())
        line("shape", std::to_string(betas->second.shape.back()) + " betas");
    line("gender", gender.empty() ? "unknown" : gender);
    line("use", kUseOfMotion);
}

void describeSession(const std::filesystem::path& file) {
    const SessionDocument session = readSession(file);
    std::cout << file.string() << ": session\n";
    line("sources", session.sources.empty() ? "none" : joined(session.sources));
    describeTake(session.take);
    line("edits by hand", std::to_string(session.edits.size()) + " people, boxes in " + std::to_string(session.boxes.size()) + " pictures, keys of " +
                              std::to_string(session.keys.size()) + " people");
    line("use", kUseOfMotion);
}

void describeBvh(const std::filesystem::path& file) {
    const BvhMotion motion = readBvh(file);
    const auto numEnds = std::count_if(motion.joints.begin(), motion.joints.end(), [](const BvhJoint& joint) { return joint.isEnd; });
    const auto skeleton = skeletonOf(motion);
    std::cout << file.string() << ": motion (BVH)\n";
    line("root", motion.joints.front().name);
    line("joints", std::to_string(motion.joints.size() - static_cast<std::size_t>(numEnds)) + " and " + std::to_string(numEnds) + " end sites");
    line("skeleton", skeleton.value_or("of no kind that is known here"));
    line("frames", std::to_string(motion.numFrames()) +
                       (motion.frameTime > 0 ? ", " + decimal(1 / motion.frameTime, 2) + " a second: " + decimal(motion.numFrames() * motion.frameTime, 1) + " s"
                                             : ", of no frame rate: 30 is taken"));
    line("use", skeleton ? kUseOfMotion : "none here: its bones are not those of a known skeleton (docs/export.md)");
}

void describePose(const std::filesystem::path& file) {
    const NamedPose pose = readPoseFile(file);
    constexpr double kTurned = 0.01;  // radians
    std::cout << file.string() << ": pose of the window's library\n";
    line("name", pose.name);
    line("joints", std::to_string(pose.pose.rows()) + ", " + std::to_string((pose.pose.rowwise().norm().array() > kTurned).count()) + " of them turned");
    line("use", "From file… of the window's Poses panel");
}

void describeMarkedPeople(const std::filesystem::path& file) {
    const std::vector<MarkedPerson> people = readMarkedPeople(file);
    const auto numJointed = std::count_if(people.begin(), people.end(), [](const MarkedPerson& person) { return person.joints.has_value(); });
    std::cout << file.string() << (numJointed > 0 ? ": OpenPose's joints of a picture\n" : ": person boxes of a picture\n");
    line("people", std::to_string(people.size()) + ", " + std::to_string(numJointed) + " with joints");
    const PixelBox& first = people.front().box;
    line("first box", decimal(first.x, 1) + ", " + decimal(first.y, 1) + ", " + decimal(first.width, 1) + " x " + decimal(first.height, 1) + " pixels");
    line("use", "boxes of the picture it belongs to: hmr run PICTURE --box " + file.filename().string() + ", or dropped on the window");
}

}  // namespace hmr
