// SPDX-License-Identifier: MIT
#include "formats/parameters_file.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "body/error.h"

namespace hmr {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kParametersVersion = 1;
constexpr std::size_t kMostBetas = 1000;

template <typename Matrix>
ordered_json rowsOf(const Matrix& matrix) {
    ordered_json rows = ordered_json::array();
    for (Eigen::Index r = 0; r < matrix.rows(); ++r) {
        ordered_json row = ordered_json::array();
        for (Eigen::Index c = 0; c < matrix.cols(); ++c) row.push_back(matrix(r, c));
        rows.push_back(std::move(row));
    }
    return rows;
}

ordered_json toJson(const PersonEstimate& person) {
    const BodyParameters& body = person.parameters;
    const std::vector<double> pose(body.pose.data(), body.pose.data() + body.pose.size());
    const std::vector<double> betas(body.betas.data(), body.betas.data() + body.betas.size());
    return {{"id", person.id},
            {"box", {person.box.x, person.box.y, person.box.width, person.box.height}},
            {"crop", {{"center", {person.crop.center.x(), person.crop.center.y()}}, {"side", person.crop.side}, {"relative_focal_length", person.crop.relativeFocalLength}}},
            {"confidence", person.confidence},
            {"camera",
             {{"scale", person.camera.scale},
              {"translation", {person.camera.translation.x(), person.camera.translation.y()}}}},
            {"pose", pose},
            {"betas", betas},
            {"joints3d", rowsOf(person.joints3d)},
            {"joints2d", rowsOf(person.joints2d)}};
}

std::string textOf(const ordered_json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

/// A place in a JSON document that knows its name, so that complaints can say where.
class Node {
public:
    Node(const json& value, std::string place, const std::filesystem::path& file)
        : value_(value), place_(std::move(place)), file_(file) {}

    [[noreturn]] void fail(const std::string& expected) const {
        throw Error("Cannot read " + file_.string() + ": " + (place_.empty() ? "the document" : place_) + " is " +
                    std::string(value_.type_name()) + "; " + expected + " was expected. Choose a file that `hmr run` wrote.");
    }
    bool has(const std::string& key) const { return value_.is_object() && value_.contains(key); }
    Node at(const std::string& key) const {
        if (!value_.is_object()) fail("an object");
        if (!value_.contains(key))
            throw Error("Cannot read " + file_.string() + ": " + (place_.empty() ? "" : place_ + ": ") + "\"" + key +
                        "\" is missing. Choose a file that `hmr run` wrote.");
        return {value_[key], place_.empty() ? key : place_ + "." + key, file_};
    }
    std::vector<Node> elements() const {
        if (!value_.is_array()) fail("a list");
        std::vector<Node> all;
        for (std::size_t i = 0; i < value_.size(); ++i) all.emplace_back(value_[i], place_ + "[" + std::to_string(i) + "]", file_);
        return all;
    }
    double number() const {
        if (!value_.is_number()) fail("a number");
        return value_.get<double>();
    }
    int integer() const {
        if (!value_.is_number_integer() || value_ < 0 || value_ > std::numeric_limits<int>::max()) fail("a whole number from 0");
        return value_.get<int>();
    }
    std::string text() const {
        if (!value_.is_string()) fail("text");
        return value_.get<std::string>();
    }
    std::vector<double> numbers(std::size_t atLeast, std::size_t atMost) const {
        const std::vector<Node> all = elements();
        if (all.size() < atLeast || all.size() > atMost)
            throw Error("Cannot read " + file_.string() + ": " + place_ + " has " + std::to_string(all.size()) + " numbers; " +
                        std::to_string(atLeast) + " were expected. Choose a file that `hmr run` wrote.");
        std::vector<double> values;
        for (const Node& element : all) values.push_back(element.number());
        return values;
    }
    std::vector<double> numbers(std::size_t count) const { return numbers(count, count); }

    /// The rows of a point list of numRows, or no rows.
    template <typename Points>
    Points points(std::size_t numRows) const {
        const std::vector<Node> rows = elements();
        if (!rows.empty() && rows.size() != numRows) fail(std::to_string(numRows) + " points");
        Points result(static_cast<Eigen::Index>(rows.size()), Points::ColsAtCompileTime);
        for (std::size_t r = 0; r < rows.size(); ++r) {
            const std::vector<double> values = rows[r].numbers(Points::ColsAtCompileTime);
            for (std::size_t c = 0; c < values.size(); ++c) result(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(c)) = values[c];
        }
        return result;
    }

private:
    const json& value_;
    std::string place_;
    const std::filesystem::path& file_;
};

PersonEstimate personFrom(const Node& node) {
    PersonEstimate person;
    person.id = node.at("id").integer();
    const std::vector<double> box = node.at("box").numbers(4);
    person.box = {box[0], box[1], box[2], box[3]};
    person.crop = {person.box.center(), person.box.longerSide()};
    if (node.has("crop")) {
        const std::vector<double> center = node.at("crop").at("center").numbers(2);
        person.crop = {{center[0], center[1]}, node.at("crop").at("side").number()};
        if (const Node crop = node.at("crop"); crop.has("relative_focal_length")) {
            person.crop.relativeFocalLength = crop.at("relative_focal_length").number();
            if (!(person.crop.relativeFocalLength > 0)) crop.at("relative_focal_length").fail("a focal length above 0");
        }
    }
    if (node.has("confidence")) person.confidence = node.at("confidence").number();
    person.camera.scale = node.at("camera").at("scale").number();
    const std::vector<double> translation = node.at("camera").at("translation").numbers(2);
    person.camera.translation = {translation[0], translation[1]};
    const std::vector<double> pose = node.at("pose").numbers(3 * kNumSmplJoints);
    person.parameters.pose = Eigen::Map<const Points3d>(pose.data(), kNumSmplJoints, 3);
    const std::vector<double> betas = node.at("betas").numbers(1, kMostBetas);
    person.parameters.betas = Eigen::Map<const Eigen::VectorXd>(betas.data(), static_cast<Eigen::Index>(betas.size()));
    if (node.has("joints3d")) person.joints3d = node.at("joints3d").points<Points3d>(kNumSmplJoints);
    if (node.has("joints2d")) person.joints2d = node.at("joints2d").points<Points2d>(kNumCocoPlusJoints);
    return person;
}

}  // namespace

ParametersJsonFile::ParametersJsonFile(const std::filesystem::path& file, const EstimateDocument& head) : file_(file) {
    const ordered_json start = {{"version", kParametersVersion}, {"source", head.source},        {"width", head.width},
                                {"height", head.height},         {"frame_rate", head.frameRate}, {"frames", ordered_json::array()}};
    std::string text = textOf(start);
    text.resize(text.size() - 2);  // the list and the document stay open
    file_.append(text);
}

void ParametersJsonFile::add(const FrameRecord& frame) {
    ordered_json people = ordered_json::array();
    for (const PersonEstimate& person : frame.people) people.push_back(toJson(person));
    file_.append((hasFrames_ ? "," : "") + textOf({{"index", frame.index}, {"time", frame.time}, {"people", std::move(people)}}));
    hasFrames_ = true;
}

void ParametersJsonFile::finish() {
    file_.append("]}\n");
    file_.commit();
}

void writeParametersJson(const std::filesystem::path& file, const EstimateDocument& document) {
    ParametersJsonFile written(file, document);
    for (const FrameRecord& frame : document.frames) written.add(frame);
    written.finish();
}

EstimateDocument readParametersJson(const std::filesystem::path& file) {
    const json parsed = json::parse(readWholeFile(file), nullptr, false);
    if (parsed.is_discarded())
        throw Error("Cannot read " + file.string() + ": it is no whole JSON document. Choose a file that `hmr run` wrote.");
    const Node root(parsed, "", file);
    if (const int version = root.at("version").integer(); version != kParametersVersion)
        throw Error("Cannot read " + file.string() + ": it has version " + std::to_string(version) + "; version " +
                    std::to_string(kParametersVersion) + " was expected. Write it again with this program.");
    EstimateDocument document;
    document.source = root.at("source").text();
    document.width = root.at("width").integer();
    document.height = root.at("height").integer();
    if (root.has("frame_rate")) document.frameRate = root.at("frame_rate").number();
    for (const Node& node : root.at("frames").elements()) {
        FrameRecord frame;
        frame.index = node.at("index").integer();
        frame.time = node.at("time").number();
        for (const Node& person : node.at("people").elements()) frame.people.push_back(personFrom(person));
        document.frames.push_back(std::move(frame));
    }
    return document;
}

}  // namespace hmr
