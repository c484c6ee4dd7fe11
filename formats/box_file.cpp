// SPDX-License-Identifier: MIT
#include "formats/box_file.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "body/error.h"
#include "formats/atomic_file.h"

namespace hmr {
namespace {

using nlohmann::json;

constexpr std::size_t kLargestFile = 64 << 20;
constexpr double kLeastConfidence = 0.2;  // of OpenPose's joints, as HMR and SPIN take them
constexpr double kGrowth = 1.1;           // from the joints' box to the body's

PixelBox boxFrom(const json& numbers) {
    const auto values = numbers.get<std::vector<double>>();
    if (values.size() != 4) throw Error("a box has " + std::to_string(values.size()) + " numbers; x, y, width, height were expected.");
    const PixelBox box{values[0], values[1], values[2], values[3]};
    const bool isFinite = std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
    if (!isFinite || !(box.width > 0) || !(box.height > 0)) throw Error("a box has no size.");
    return box;
}

/// Nothing when the person has fewer than two sure joints.
std::optional<PixelBox> boxAround(const std::vector<double>& joints) {
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
    return PixelBox{(left + right - width) / 2, (top + bottom - height) / 2, width, height};
}

std::vector<PixelBox> boxesOf(const json& document) {
    std::vector<PixelBox> boxes;
    if (document.contains("bbox")) {
        const json& entry = document.at("bbox");
        if (entry.is_array() && !entry.empty() && entry.front().is_array())
            for (const json& box : entry) boxes.push_back(boxFrom(box));
        else
            boxes.push_back(boxFrom(entry));
    } else if (document.contains("people")) {
        for (const json& person : document.at("people")) {
            const char* name = person.contains("pose_keypoints_2d") ? "pose_keypoints_2d" : "pose_keypoints";
            if (const auto box = boxAround(person.at(name).get<std::vector<double>>())) boxes.push_back(*box);
        }
    } else {
        throw Error("it is neither OpenPose's JSON (\"people\") nor a box ({\"bbox\": [x, y, width, height]}).");
    }
    if (boxes.empty()) throw Error("nobody is in it.");
    return boxes;
}

}  // namespace

std::vector<PixelBox> readBoxes(const std::filesystem::path& file) {
    const std::string text = readWholeFile(file, kLargestFile);
    try {
        return boxesOf(json::parse(text));
    } catch (const json::exception& error) {
        throw Error("Cannot read boxes from " + file.string() + ": " + error.what());
    } catch (const Error& error) {
        throw Error("Cannot read boxes from " + file.string() + ": " + error.what());
    }
}

}  // namespace hmr
