// SPDX-License-Identifier: MIT
#include "formats/marked_people.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "body/error.h"
#include "formats/atomic_file.h"

namespace hmr {
namespace {

using nlohmann::json;

constexpr std::size_t kLargestMarks = 64 << 20;
constexpr double kLeastConfidence = 0.2;  // of OpenPose's joints, as HMR and SPIN take them
constexpr double kGrowth = 1.1;           // from the joints' box to the body's
constexpr double kDeviation = 0.01;       // of a joint at full confidence, of the box's longer side
constexpr std::size_t kBeginning = 4096;  // bytes that tell what a file is

PixelBox boxFrom(const json& numbers) {
    const auto values = numbers.get<std::vector<double>>();
    if (values.size() != 4) throw Error("a box has " + std::to_string(values.size()) + " numbers; x, y, width, height were expected.");
    const PixelBox box{values[0], values[1], values[2], values[3]};
    const bool isFinite = std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
    if (!isFinite || !(box.width > 0) || !(box.height > 0)) throw Error("a box has no size.");
    return box;
}

/// For each coco-plus joint its number among OpenPose's, −1 where that has none.
using JointTable = std::array<int, kNumCocoPlusJoints>;
constexpr JointTable kBody25 = {11, 10, 9, 12, 13, 14, 4, 3, 2, 5, 6, 7, 1, -1, 0, 16, 15, 18, 17};
constexpr JointTable kCoco18 = {10, 9, 8, 11, 12, 13, 4, 3, 2, 5, 6, 7, 1, -1, 0, 15, 14, 17, 16};
constexpr JointTable kMpi15 = {10, 9, 8, 11, 12, 13, 4, 3, 2, 5, 6, 7, 1, 0, -1, -1, -1, -1, -1};

const JointTable* tableFor(std::size_t numJoints) {
    return numJoints == 25 ? &kBody25 : numJoints == 18 ? &kCoco18 : numJoints == 15 ? &kMpi15 : nullptr;
}

/// The joints of a box that OpenPose is sure of.
std::optional<SeenJoints> seenJoints(std::span<const double> joints, const PixelBox& box) {
    const JointTable* table = tableFor(joints.size() / 3);
    if (!table) return std::nullopt;
    SeenJoints seen;
    seen.deviations.setConstant(box.longerSide());
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
        const int number = (*table)[static_cast<std::size_t>(joint)];
        if (number < 0) continue;
        const auto numbers = joints.subspan(3 * static_cast<std::size_t>(number), 3);
        if (!(numbers[2] > kLeastConfidence)) continue;
        seen.positions.row(joint) << numbers[0], numbers[1];
        seen.deviations[joint] = kDeviation * box.longerSide() / std::min(numbers[2], 1.0);
    }
    return seen;
}

/// Nothing when the person has fewer than two sure joints.
std::optional<MarkedPerson> personAround(const std::vector<double>& joints) {
    if (joints.size() % 3 != 0) throw Error("the joints of a person are not threes of x, y and confidence.");
    double left = std::numeric_limits<double>::infinity(), top = left, right = -left, bottom = -left;
    for (std::size_t i = 0; i < joints.size(); i += 3) {
        if (!(joints[i + 2] > kLeastConfidence)) continue;
        if (!std::isfinite(joints[i]) || !std::isfinite(joints[i + 1])) throw Error("a joint is not finite.");
        left = std::min(left, joints[i]);
        right = std::max(right, joints[i]);
        top = std::min(top, joints[i + 1]);
        bottom = std::max(bottom, joints[i + 1]);
    }
    const double width = kGrowth * (right - left), height = kGrowth * (bottom - top);
    if (!(width > 0) || !(height > 0)) return std::nullopt;
    const PixelBox box{(left + right - width) / 2, (top + bottom - height) / 2, width, height};
    return MarkedPerson{box, seenJoints(joints, box)};
}

std::vector<MarkedPerson> peopleOf(const json& document) {
    std::vector<MarkedPerson> people;
    if (document.contains("bbox")) {
        const json& entry = document.at("bbox");
        if (entry.is_array() && !entry.empty() && entry.front().is_array())
            for (const json& box : entry) people.push_back({boxFrom(box), std::nullopt});
        else
            people.push_back({boxFrom(entry), std::nullopt});
    } else if (document.contains("people")) {
        for (const json& person : document.at("people")) {
            const char* name = person.contains("pose_keypoints_2d") ? "pose_keypoints_2d" : "pose_keypoints";
            if (auto marked = personAround(person.at(name).get<std::vector<double>>())) people.push_back(std::move(*marked));
        }
    } else {
        throw Error("it is neither OpenPose's JSON (\"people\") nor a box ({\"bbox\": [x, y, width, height]}).");
    }
    if (people.empty()) throw Error("nobody is in it.");
    return people;
}

}  // namespace

std::vector<MarkedPerson> readMarkedPeople(const std::filesystem::path& file) {
    const std::string text = readWholeFile(file, kLargestMarks);
    try {
        return peopleOf(json::parse(text));
    } catch (const json::parse_error& error) {
        throw Error("Cannot read people from " + file.string() + ": it is no JSON from byte " + std::to_string(error.byte) + " on. Save or fetch it again.");
    } catch (const json::exception&) {
        throw Error("Cannot read people from " + file.string() + ": a box or the joints of a person are no list of numbers. OpenPose's JSON " +
                    "(\"pose_keypoints_2d\": [x, y, confidence, …]) or {\"bbox\": [x, y, width, height]} was expected.");
    } catch (const Error& error) {
        throw Error("Cannot read people from " + file.string() + ": " + error.what());
    }
}

bool looksLikeMarkedPeople(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw Error("Cannot open " + file.string() + ". Check that it is there and may be read.");
    std::string text(kBeginning, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    const auto has = [&](const char* key) { return text.find(key) != std::string::npos; };
    return has("\"bbox\"") || (has("\"people\"") && !has("\"frames\""));
}

}  // namespace hmr
