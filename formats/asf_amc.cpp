// SPDX-License-Identifier: MIT
#include "formats/asf_amc.h"

#include <Eigen/Geometry>
#include <cctype>
#include <charconv>
#include <cmath>
#include <map>
#include <numbers>

#include "body/error.h"
#include "formats/atomic_file.h"

namespace hmr {
namespace {

constexpr std::size_t kMostFileBones = 1024;

/// The words of a text, line by line, without comments.
class Lines {
public:
    Lines(std::string_view text, std::string name) : rest_(text), name_(std::move(name)) {}

    /// The next line that is not empty; false at the end.
    bool next() {
        while (!rest_.empty()) {
            const std::size_t end = rest_.find('\n');
            const std::string_view line = rest_.substr(0, end);
            rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
            ++number_;
            split(line);
            if (!words.empty() && words[0][0] != '#') return true;
        }
        words.clear();
        return false;
    }
    /// Whether nothing but space follows this line.
    bool isLast() const { return rest_.find_first_not_of(" \t\r\n") == std::string_view::npos; }
    double numberAt(std::size_t i) const {
        if (i >= words.size()) fail("a number is missing");
        std::string_view word = words[i];
        if (word.front() == '+') word.remove_prefix(1);
        double value = 0;
        const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), value);
        if (failure != std::errc() || end != word.data() + word.size() || !std::isfinite(value))
            fail("\"" + std::string(word.substr(0, 30)) + "\" is no number");
        return value;
    }
    Eigen::Vector3d vectorAt(std::size_t i) const { return {numberAt(i), numberAt(i + 1), numberAt(i + 2)}; }
    [[noreturn]] void fail(const std::string& what) const { throw Error(name_ + ", line " + std::to_string(number_) + ": " + what); }

    std::vector<std::string_view> words;

private:
    void split(std::string_view line) {
        words.clear();
        for (std::size_t at = 0; at < line.size();) {
            while (at < line.size() && std::isspace(static_cast<unsigned char>(line[at]))) ++at;
            const std::size_t start = at;
            while (at < line.size() && !std::isspace(static_cast<unsigned char>(line[at]))) ++at;
            if (at > start) words.push_back(line.substr(start, at - start));
        }
    }
    std::string_view rest_;
    std::string name_;
    int number_ = 0;
};

Eigen::Matrix3d turn(int axis, double radians) { return Eigen::AngleAxisd(radians, Eigen::Vector3d::Unit(axis)).toRotationMatrix(); }

int axisOf(char letter, const Lines& lines) {
    const int axis = std::tolower(static_cast<unsigned char>(letter)) - 'x';
    if (axis < 0 || axis > 2) lines.fail("expected an axis x, y or z");
    return axis;
}

/// Angles in an order like "XYZ": turned about X first, so that the matrix is Rz·Ry·Rx.
Eigen::Matrix3d turned(const Eigen::Vector3d& angles, std::string_view order, double radiansPerUnit, const Lines& lines) {
    if (order.size() != 3) lines.fail("expected an order of three axes such as XYZ");
    Eigen::Matrix3d rotation = Eigen::Matrix3d::Identity();
    for (std::size_t i = 0; i < 3; ++i) rotation = turn(axisOf(order[i], lines), angles[static_cast<Eigen::Index>(i)] * radiansPerUnit) * rotation;
    return rotation;
}

AsfBone readBone(Lines& lines, double radiansPerUnit) {
    AsfBone bone;
    while (lines.next()) {
        const std::string_view key = lines.words[0];
        if (key == "end") {
            if (bone.name.empty()) lines.fail("a bone without a name");
            return bone;
        }
        if (key == "name" && lines.words.size() > 1) bone.name = lines.words[1];
        else if (key == "direction") bone.direction = lines.vectorAt(1);
        else if (key == "length") bone.length = lines.numberAt(1);
        else if (key == "axis") bone.axes = turned(lines.vectorAt(1), lines.words.size() > 4 ? lines.words[4] : "XYZ", radiansPerUnit, lines);
        else if (key == "dof")
            for (std::size_t i = 1; i < lines.words.size(); ++i) {
                if (lines.words[i].size() != 2 || (lines.words[i][0] != 'r' && lines.words[i][0] != 'R'))
                    lines.fail("degree of freedom \"" + std::string(lines.words[i].substr(0, 30)) + "\" is not a rotation rx, ry or rz");
                bone.rotationAxes.push_back(axisOf(lines.words[i][1], lines));
            }
    }
    lines.fail("the file ends within a bone; it may have been cut off");
}

/// Bones in an order in which parents come first, with parents set. `parents` maps a child's name to its parent's.
std::vector<AsfBone> ordered(std::vector<AsfBone> bones, const std::map<std::string, std::string, std::less<>>& parents, const Lines& lines) {
    AsfBone root;
    root.name = "root";
    std::vector<AsfBone> result = {root};
    std::map<std::string, int, std::less<>> indices = {{"root", 0}};
    bool hasProgress = true;
    while (!bones.empty() && hasProgress) {
        hasProgress = false;
        for (std::size_t i = 0; i < bones.size();) {
            const auto parent = parents.find(bones[i].name);
            if (parent == parents.end()) lines.fail("bone \"" + bones[i].name + "\" has no place in the hierarchy");
            const auto index = indices.find(parent->second);
            if (index == indices.end()) {
                ++i;
                continue;
            }
            bones[i].parent = index->second;
            indices[bones[i].name] = static_cast<int>(result.size());
            result.push_back(std::move(bones[i]));
            bones.erase(bones.begin() + static_cast<std::ptrdiff_t>(i));
            hasProgress = true;
        }
    }
    if (!bones.empty()) lines.fail("bone \"" + bones[0].name + "\" does not hang from the root");
    return result;
}

}  // namespace

int AsfSkeleton::find(std::string_view name) const {
    for (std::size_t i = 0; i < bones.size(); ++i)
        if (bones[i].name == name) return static_cast<int>(i);
    return -1;
}

AsfSkeleton parseAsf(std::string_view text, const std::string& nameForErrors) {
    Lines lines(text, nameForErrors);
    AsfSkeleton skeleton;
    std::vector<AsfBone> bones;
    std::map<std::string, std::string, std::less<>> parents;
    std::string section;
    const auto radiansPerUnit = [&] { return skeleton.isInDegrees ? std::numbers::pi / 180 : 1.0; };
    while (lines.next()) {
        const std::string_view key = lines.words[0];
        if (key[0] == ':') section = key.substr(1);
        else if (section == "units" && key == "length") skeleton.lengthScale = lines.numberAt(1);
        else if (section == "units" && key == "angle" && lines.words.size() > 1) skeleton.isInDegrees = lines.words[1].substr(0, 3) == "deg";
        else if (section == "bonedata" && key == "begin") {
            if (bones.size() >= kMostFileBones) lines.fail("more than " + std::to_string(kMostFileBones) + " bones");
            bones.push_back(readBone(lines, radiansPerUnit()));
        } else if (section == "hierarchy" && key != "begin" && key != "end") {
            for (std::size_t i = 1; i < lines.words.size(); ++i) parents[std::string(lines.words[i])] = std::string(key);
        }
    }
    if (bones.empty()) lines.fail("no bones; this is no Acclaim skeleton (.asf), or it was cut off");
    if (!(skeleton.lengthScale > 0)) lines.fail("the unit of length must be positive");
    skeleton.bones = ordered(std::move(bones), parents, lines);
    return skeleton;
}

AmcMotion parseAmc(std::string_view text, const std::string& nameForErrors, const AsfSkeleton& skeleton) {
    AmcMotion motion;
    int width = 0;
    std::map<std::string, int, std::less<>> indices;
    for (std::size_t i = 0; i < skeleton.bones.size(); ++i) {
        motion.firstNumber.push_back(width);
        width += i == 0 ? 6 : static_cast<int>(skeleton.bones[i].rotationAxes.size());
        indices[skeleton.bones[i].name] = static_cast<int>(i);
    }
    std::vector<double> numbers;
    std::vector<bool> isSet(skeleton.bones.size(), true);
    std::size_t numFrames = 0;
    Lines lines(text, nameForErrors);
    const auto checkFrame = [&] {
        for (std::size_t i = 0; i < isSet.size(); ++i)
            if (!isSet[i] && (i == 0 || !skeleton.bones[i].rotationAxes.empty()))
                lines.fail("frame " + std::to_string(numFrames) + " lacks bone \"" + skeleton.bones[i].name +
                           "\"; the file may have been cut off or belong to another skeleton");
    };
    while (lines.next()) {
        const std::string_view key = lines.words[0];
        if (key[0] == ':') continue;
        if (lines.words.size() == 1 && std::isdigit(static_cast<unsigned char>(key[0]))) {
            checkFrame();
            ++numFrames;
            numbers.resize(numFrames * static_cast<std::size_t>(width), 0.0);
            isSet.assign(skeleton.bones.size(), false);
            continue;
        }
        if (numFrames == 0) lines.fail("expected a frame number, found \"" + std::string(key.substr(0, 30)) + "\"; this is no .amc motion");
        const auto found = indices.find(key);
        if (found == indices.end())
            lines.fail("bone \"" + std::string(key.substr(0, 30)) + "\" is not in the skeleton" + (lines.isLast() ? "; the file is cut off here" : ""));
        const auto bone = static_cast<std::size_t>(found->second);
        const std::size_t expected = bone == 0 ? 6 : skeleton.bones[bone].rotationAxes.size();
        if (lines.words.size() - 1 != expected)
            lines.fail("bone \"" + std::string(key) + "\" has " + std::to_string(lines.words.size() - 1) + " numbers, expected " + std::to_string(expected));
        const std::size_t start = (numFrames - 1) * static_cast<std::size_t>(width) + static_cast<std::size_t>(motion.firstNumber[bone]);
        for (std::size_t i = 0; i < expected; ++i) numbers[start + i] = lines.numberAt(i + 1);
        isSet[bone] = true;
    }
    checkFrame();
    if (numFrames == 0) lines.fail("no frames; this is no .amc motion, or it was cut off");
    motion.frames = Eigen::Map<decltype(motion.frames)>(numbers.data(), static_cast<Eigen::Index>(numFrames), width);
    return motion;
}

AsfSkeleton readAsf(const std::filesystem::path& file) { return parseAsf(readWholeFile(file, std::size_t{64} << 20), file.string()); }

AmcMotion readAmc(const std::filesystem::path& file, const AsfSkeleton& skeleton) {
    return parseAmc(readWholeFile(file, std::size_t{1} << 30), file.string(), skeleton);
}

std::vector<Eigen::Matrix3d> worldRotations(const AsfSkeleton& skeleton, const AmcMotion& motion, int frame) {
    const double unit = skeleton.isInDegrees ? std::numbers::pi / 180 : 1.0;
    std::vector<Eigen::Matrix3d> world(skeleton.bones.size());
    for (std::size_t i = 0; i < world.size(); ++i) {
        const AsfBone& bone = skeleton.bones[i];
        const int first = motion.firstNumber[i];
        Eigen::Matrix3d rotation = Eigen::Matrix3d::Identity();
        if (i == 0) {
            for (int axis = 0; axis < 3; ++axis) rotation = turn(axis, motion.frames(frame, first + 3 + axis) * unit) * rotation;
            world[0] = rotation;
            continue;
        }
        for (std::size_t k = 0; k < bone.rotationAxes.size(); ++k)
            rotation = turn(bone.rotationAxes[k], motion.frames(frame, first + static_cast<Eigen::Index>(k)) * unit) * rotation;
        world[i] = world[static_cast<std::size_t>(bone.parent)] * bone.axes * rotation * bone.axes.transpose();
    }
    return world;
}

Points3d worldPositions(const AsfSkeleton& skeleton, const AmcMotion& motion, int frame) {
    const std::vector<Eigen::Matrix3d> rotations = worldRotations(skeleton, motion, frame);
    Points3d positions(static_cast<Eigen::Index>(skeleton.bones.size()), 3);
    positions.row(0) = motion.frames.row(frame).head<3>();
    for (std::size_t i = 1; i < skeleton.bones.size(); ++i) {
        const AsfBone& bone = skeleton.bones[i];
        positions.row(static_cast<Eigen::Index>(i)) = positions.row(bone.parent) + (rotations[i] * bone.direction * bone.length).transpose();
    }
    return positions;
}

}  // namespace hmr
