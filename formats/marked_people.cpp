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
constexpr std::size_t kMostPeople = 1000, kMostJointNumbers = 3 * 200;
constexpr double kLeastConfidence = 0.2;  // of OpenPose's joints, as HMR and SPIN take them
constexpr double kGrowth = 1.1;           // from the joints' box to the body's
constexpr double kDeviation = 0.01;       // of a joint at full confidence, of the box's longer side
constexpr std::size_t kBeginning = 4096;  // bytes that tell what a file is

PixelBox boxFrom(const std::vector<double>& values) {
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

/// Picks boxes and joints out of the text as it is read, so that a large file needs no more memory than its text.
class MarksHandler : public nlohmann::json_sax<json> {
public:
    std::vector<MarkedPerson> people() {
        if (!hasBoxes_ && !hasPeople_) throw Error("it is neither OpenPose's JSON (\"people\") nor a box ({\"bbox\": [x, y, width, height]}).");
        if (people_.empty()) throw Error("nobody is in it.");
        return std::move(people_);
    }

    bool start_object(std::size_t) override {
        if (depth_ != 0 && !(isAt(Place::People) && depth_ == 2)) unlessIgnored();
        if (isAt(Place::People) && depth_ == 2) {
            joints_.reset();
            olderJoints_.reset();
            wanted_ = nullptr;
        }
        ++depth_;
        return true;
    }
    bool key(string_t& name) override {
        if (depth_ == 1) place_ = name == "bbox" && !hasPeople_ ? Place::Boxes : name == "people" && !hasBoxes_ ? Place::People : Place::Elsewhere;
        if (depth_ == 1) hasBoxes_ |= isAt(Place::Boxes), hasPeople_ |= isAt(Place::People);
        if (isAt(Place::People) && depth_ == 3) wanted_ = name == "pose_keypoints_2d" ? &joints_ : name == "pose_keypoints" ? &olderJoints_ : nullptr;
        return true;
    }
    bool end_object() override {
        --depth_;
        if (!isAt(Place::People) || depth_ != 2) return true;
        const auto& joints = joints_ ? joints_ : olderJoints_;
        if (!joints) misshapen();
        if (auto marked = personAround(*joints)) add(std::move(*marked));
        return true;
    }
    bool start_array(std::size_t) override {
        if (isAt(Place::Boxes) && (depth_ == 1 || depth_ == 2)) box_.clear();
        else if (isAt(Place::People) && depth_ == 3 && wanted_) wanted_->emplace();
        else if (!(isAt(Place::People) && depth_ == 1)) unlessIgnored();
        ++depth_;
        return true;
    }
    bool end_array() override {
        --depth_;
        if (isAt(Place::Boxes) && (depth_ == 2 || (depth_ == 1 && !box_.empty()))) {
            add({boxFrom(box_), std::nullopt});
            box_.clear();
        }
        return true;
    }
    bool number_integer(number_integer_t value) override { return number(static_cast<double>(value)); }
    bool number_unsigned(number_unsigned_t value) override { return number(static_cast<double>(value)); }
    bool number_float(number_float_t value, const string_t&) override { return number(value); }
    bool null() override { return unlessIgnored(); }
    bool boolean(bool) override { return unlessIgnored(); }
    bool string(string_t&) override { return unlessIgnored(); }
    bool binary(binary_t&) override { return unlessIgnored(); }
    bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception&) override {
        throw Error("it is no JSON from byte " + std::to_string(byte) + " on. Save or fetch it again.");
    }

private:
    enum class Place { Elsewhere, Boxes, People };

    bool isAt(Place place) const { return place_ == place; }
    [[noreturn]] static void misshapen() {
        throw Error("a box or the joints of a person are no list of numbers. OpenPose's JSON (\"pose_keypoints_2d\": [x, y, confidence, …]) or "
                    "{\"bbox\": [x, y, width, height]} was expected.");
    }
    /// Something that is neither number nor list, where one is wanted.
    bool unlessIgnored() const {
        const bool isOfAPerson = isAt(Place::People) && depth_ >= 3 && !wanted_;
        if (!isAt(Place::Elsewhere) && !isOfAPerson) misshapen();
        return true;
    }
    bool number(double value) {
        if (isAt(Place::Boxes) && (depth_ == 2 || depth_ == 3)) append(box_, value, 4, "a box has more than 4 numbers; x, y, width, height were expected.");
        else if (isAt(Place::People) && depth_ == 4 && wanted_) append(**wanted_, value, kMostJointNumbers, "a person has more than 200 joints.");
        else unlessIgnored();
        return true;
    }
    static void append(std::vector<double>& values, double value, std::size_t most, const char* complaint) {
        if (values.size() == most) throw Error(complaint);
        values.push_back(value);
    }
    void add(MarkedPerson person) {
        if (people_.size() == kMostPeople) throw Error("it holds more than 1,000 people.");
        people_.push_back(std::move(person));
    }

    std::size_t depth_ = 0;  ///< containers that are open
    Place place_ = Place::Elsewhere;
    bool hasBoxes_ = false, hasPeople_ = false;
    std::vector<double> box_;
    std::optional<std::vector<double>> joints_, olderJoints_;
    std::optional<std::vector<double>>* wanted_ = nullptr;
    std::vector<MarkedPerson> people_;
};

}  // namespace

std::vector<MarkedPerson> readMarkedPeople(const std::filesystem::path& file) {
    const std::string text = readWholeFile(file, kLargestMarks);
    try {
        MarksHandler handler;
        json::sax_parse(text, &handler);
        return handler.people();
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
