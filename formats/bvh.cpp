// SPDX-License-Identifier: MIT
#include "formats/bvh.h"

#include <Eigen/Geometry>
#include <cctype>
#include <charconv>
#include <cmath>
#include <numbers>

#include "body/error.h"
#include "formats/atomic_file.h"

namespace hmr {
namespace {

constexpr std::size_t kMaxJoints = 4096;

/// Words of a text, with the line they stand on.
class Words {
public:
    Words(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {}

    /// The next word, empty at the end.
    std::string_view next() {
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) {
            if (text_[at_] == '\n') ++line_;
            ++at_;
        }
        const std::size_t start = at_;
        while (at_ < text_.size() && !std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
        return text_.substr(start, at_ - start);
    }
    std::string_view peek() {
        const std::size_t at = at_;
        const int line = line_;
        const std::string_view word = next();
        at_ = at;
        line_ = line;
        return word;
    }
    double number(const char* of) {
        std::string_view word = next();
        if (word.empty()) fail(std::string("the file ends where ") + of + " should stand; it may have been cut off");
        if (word.front() == '+') word.remove_prefix(1);
        double value = 0;
        const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), value);
        if (failure != std::errc() || end != word.data() + word.size() || !std::isfinite(value))
            fail("\"" + std::string(word.substr(0, 30)) + "\" is no number for " + of);
        return value;
    }
    void expect(std::string_view word) {
        const std::string_view found = next();
        if (found != word) fail("expected \"" + std::string(word) + "\", found \"" + std::string(found.substr(0, 30)) + "\"");
    }
    [[noreturn]] void fail(const std::string& what) const { throw Error(name_ + ", line " + std::to_string(line_) + ": " + what); }

private:
    std::string_view text_;
    std::string name_;
    std::size_t at_ = 0;
    int line_ = 1;
};

BvhChannel channelNamed(std::string_view name, const Words& words) {
    constexpr std::string_view kNames[] = {"xposition", "yposition", "zposition", "xrotation", "yrotation", "zrotation"};
    std::string lower(name);
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (int i = 0; i < 6; ++i)
        if (lower == kNames[i]) return static_cast<BvhChannel>(i);
    words.fail("unknown channel \"" + std::string(name.substr(0, 30)) + "\"");
}

/// A joint's own lines, up to its first child or its closing brace.
void readJointLines(Words& words, BvhJoint& joint, int& numChannels) {
    while (words.peek() == "OFFSET" || words.peek() == "CHANNELS") {
        if (words.next() == "OFFSET") {
            for (int axis = 0; axis < 3; ++axis) joint.offset[axis] = words.number("an offset");
            continue;
        }
        const double count = words.number("the number of channels");
        if (count < 0 || count > 6 || count != std::floor(count)) words.fail("a joint cannot have " + std::to_string(count) + " channels");
        joint.firstChannel = numChannels;
        for (int i = 0; i < static_cast<int>(count); ++i) joint.channels.push_back(channelNamed(words.next(), words));
        numChannels += static_cast<int>(count);
    }
}

/// Reads the hierarchy; returns the number of channels of a frame.
int readHierarchy(Words& words, std::vector<BvhJoint>& joints) {
    words.expect("HIERARCHY");
    std::vector<int> open;
    int numChannels = 0;
    while (true) {
        const std::string_view word = words.next();
        if (word == "}") {
            if (open.empty()) words.fail("a closing brace too many");
            open.pop_back();
        } else if (word == "MOTION" && open.empty() && !joints.empty()) {
            return numChannels;
        } else if (word == "ROOT" || word == "JOINT" || word == "End") {
            if (joints.size() >= kMaxJoints) words.fail("more than " + std::to_string(kMaxJoints) + " joints");
            if ((word == "ROOT") != open.empty()) words.fail(word == "ROOT" ? "a second root inside another joint" : "a joint outside of any root");
            BvhJoint joint;
            joint.isEnd = word == "End";
            joint.parent = open.empty() ? -1 : open.back();
            std::string_view part;
            while ((part = words.next()) != "{") {
                if (part.empty()) words.fail("the file ends within a joint's name; it may have been cut off");
                joint.name += (joint.name.empty() ? "" : " ") + std::string(part);
            }
            if (joint.isEnd) joint.name = joints[static_cast<std::size_t>(joint.parent)].name + "_end";
            readJointLines(words, joint, numChannels);
            open.push_back(static_cast<int>(joints.size()));
            joints.push_back(std::move(joint));
        } else if (word.empty()) {
            words.fail("the file ends within the hierarchy; it may have been cut off");
        } else {
            words.fail("unexpected \"" + std::string(word.substr(0, 30)) + "\" in the hierarchy");
        }
    }
}

Eigen::Matrix3d axisTurn(int axis, double degrees) {
    return Eigen::AngleAxisd(degrees * std::numbers::pi / 180, Eigen::Vector3d::Unit(axis)).toRotationMatrix();
}

/// Rotation and translation of a joint to its parent in a frame.
std::pair<Eigen::Matrix3d, Eigen::Vector3d> localTransform(const BvhMotion& motion, const BvhJoint& joint, int frame) {
    Eigen::Matrix3d rotation = Eigen::Matrix3d::Identity();
    Eigen::Vector3d translation = joint.offset;
    for (std::size_t i = 0; i < joint.channels.size(); ++i) {
        const double value = motion.frames(frame, joint.firstChannel + static_cast<Eigen::Index>(i));
        const int channel = static_cast<int>(joint.channels[i]);
        if (channel < 3) translation[channel] = joint.addsPosition ? joint.offset[channel] + value : value;
        else rotation = rotation * axisTurn(channel - 3, value);
    }
    return {rotation, translation};
}

/// Whether a child's position channels lie nearer to nothing than to its offset.
bool addsPosition(const BvhMotion& motion, const BvhJoint& joint) {
    double fromNothing = 0, fromOffset = 0;
    for (std::size_t i = 0; i < joint.channels.size(); ++i) {
        const int channel = static_cast<int>(joint.channels[i]);
        if (channel >= 3) continue;
        const auto values = motion.frames.col(joint.firstChannel + static_cast<Eigen::Index>(i)).array();
        fromNothing += values.abs().sum();
        fromOffset += (values - joint.offset[channel]).abs().sum();
    }
    return joint.parent >= 0 && fromNothing < fromOffset;
}

}  // namespace

int BvhMotion::find(std::string_view name) const {
    for (std::size_t i = 0; i < joints.size(); ++i)
        if (joints[i].name == name) return static_cast<int>(i);
    return -1;
}

BvhMotion parseBvh(std::string_view text, const std::string& nameForErrors) {
    Words words(text, nameForErrors);
    BvhMotion motion;
    const int numChannels = readHierarchy(words, motion.joints);
    words.expect("Frames:");
    const double numFrames = words.number("the number of frames");
    words.expect("Frame");
    words.expect("Time:");
    motion.frameTime = words.number("the frame time");
    if (numFrames < 0 || numFrames != std::floor(numFrames)) words.fail("the number of frames must be a whole number");
    // Every number takes at least two characters, so a count beyond that cannot be met by this file.
    if (numFrames * numChannels > static_cast<double>(text.size()))
        words.fail("the file promises " + std::to_string(static_cast<long long>(numFrames)) + " frames of " + std::to_string(numChannels) +
                   " numbers, more than it can hold; it may have been cut off");
    motion.frames.resize(static_cast<Eigen::Index>(numFrames), numChannels);
    for (Eigen::Index frame = 0; frame < motion.frames.rows(); ++frame) {
        const std::string what = "frame " + std::to_string(frame + 1) + " of " + std::to_string(motion.frames.rows());
        for (Eigen::Index channel = 0; channel < numChannels; ++channel) motion.frames(frame, channel) = words.number(what.c_str());
    }
    for (BvhJoint& joint : motion.joints) joint.addsPosition = addsPosition(motion, joint);
    return motion;
}

BvhMotion readBvh(const std::filesystem::path& file) { return parseBvh(readWholeFile(file, std::size_t{1} << 30), file.string()); }

std::vector<Eigen::Matrix3d> worldRotations(const BvhMotion& motion, int frame) {
    std::vector<Eigen::Matrix3d> world(motion.joints.size());
    for (std::size_t i = 0; i < world.size(); ++i) {
        const BvhJoint& joint = motion.joints[i];
        const Eigen::Matrix3d local = localTransform(motion, joint, frame).first;
        world[i] = joint.parent < 0 ? local : Eigen::Matrix3d(world[static_cast<std::size_t>(joint.parent)] * local);
    }
    return world;
}

Points3d worldPositions(const BvhMotion& motion, int frame) {
    const std::vector<Eigen::Matrix3d> rotations = worldRotations(motion, frame);
    Points3d positions(static_cast<Eigen::Index>(motion.joints.size()), 3);
    for (std::size_t i = 0; i < motion.joints.size(); ++i) {
        const BvhJoint& joint = motion.joints[i];
        const Eigen::Vector3d shift = localTransform(motion, joint, frame).second;
        const auto row = static_cast<Eigen::Index>(i);
        if (joint.parent < 0) positions.row(row) = shift.transpose();
        else positions.row(row) = positions.row(joint.parent) + (rotations[static_cast<std::size_t>(joint.parent)] * shift).transpose();
    }
    return positions;
}

}  // namespace hmr
