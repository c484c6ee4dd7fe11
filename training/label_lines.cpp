// SPDX-License-Identifier: MIT
#include "training/label_lines.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "body/error.h"
#include "formats/atomic_file.h"

namespace hmr {
namespace {

using Json = nlohmann::json;

/// Enough digits for a hundredth of a pixel or of a millimetre; keeps the lines short.
double rounded(double value, double steps) { return std::round(value * steps) / steps; }

bool isInside(const PixelBox& box, const Eigen::Vector2d& point) {
    return point.x() >= box.x && point.y() >= box.y && point.x() <= box.x + box.width && point.y() <= box.y + box.height;
}

Json personJson(const SyntheticPerson& person, const PixelBox& visible) {
    Json keypoints = Json::array(), joints = Json::array(), pose = Json::array(), betas = Json::array();
    for (Eigen::Index j = 0; j < person.keypoints.rows(); ++j) {
        const Eigen::Vector2d pixel = person.keypoints.row(j);
        keypoints.push_back({rounded(pixel.x(), 100), rounded(pixel.y(), 100), isInside(visible, pixel) ? 1 : 0});
        joints.push_back({rounded(person.joints3d(j, 0), 1e5), rounded(person.joints3d(j, 1), 1e5), rounded(person.joints3d(j, 2), 1e5)});
    }
    for (Eigen::Index i = 0; i < person.parameters.pose.size(); ++i) pose.push_back(rounded(person.parameters.pose.data()[i], 1e6));
    for (const double beta : person.parameters.betas) betas.push_back(rounded(beta, 1e6));
    const Eigen::Vector3d& t = person.parameters.translation;
    return {{"box", {rounded(person.box.x, 100), rounded(person.box.y, 100), rounded(person.box.width, 100), rounded(person.box.height, 100)}},
            {"keypoints", keypoints}, {"joints3d", joints}, {"pose", pose}, {"betas", betas},
            {"translation", {rounded(t.x(), 1e6), rounded(t.y(), 1e6), rounded(t.z(), 1e6)}}};
}

double finiteNumber(const Json& value) {
    const double number = value.get<double>();
    if (!std::isfinite(number)) throw Error("a number that is not finite");
    return number;
}

/// [rows][columns] of a JSON list of lists, or of a flat list of rows × columns numbers.
Points3d tableFrom(const Json& list, int rows, const char* name) {
    const bool isFlat = list.is_array() && list.size() == static_cast<std::size_t>(3 * rows);
    if (!list.is_array() || (!isFlat && list.size() != static_cast<std::size_t>(rows)))
        throw Error("\"" + std::string(name) + "\" has " + std::to_string(list.size()) + " entries, expected " + std::to_string(rows));
    Points3d table(rows, 3);
    for (int i = 0; i < rows; ++i)
        for (int axis = 0; axis < 3; ++axis)
            table(i, axis) = finiteNumber(isFlat ? list.at(static_cast<std::size_t>(3 * i + axis)) : list.at(static_cast<std::size_t>(i)).at(static_cast<std::size_t>(axis)));
    return table;
}

void readPerson(const Json& json, LabelledPicture& picture) {
    SyntheticPerson person;
    const Points3d keypoints = tableFrom(json.at("keypoints"), kNumCocoPlusJoints, "keypoints");
    person.keypoints = keypoints.leftCols<2>();
    std::vector<bool> isVisible;
    for (int j = 0; j < kNumCocoPlusJoints; ++j) isVisible.push_back(keypoints(j, 2) > 0);
    const Json& box = json.at("box");
    person.box = {finiteNumber(box.at(0)), finiteNumber(box.at(1)), finiteNumber(box.at(2)), finiteNumber(box.at(3))};
    if (json.contains("joints3d")) person.joints3d = tableFrom(json["joints3d"], kNumCocoPlusJoints, "joints3d");
    if (json.contains("pose")) person.parameters.pose = tableFrom(json["pose"], kNumSmplJoints, "pose");
    if (json.contains("betas"))
        for (std::size_t i = 0; i < kNumBetas; ++i) person.parameters.betas[static_cast<Eigen::Index>(i)] = finiteNumber(json["betas"].at(i));
    if (json.contains("translation")) person.parameters.translation = tableFrom(json["translation"], 1, "translation").row(0);
    picture.people.push_back(std::move(person));
    picture.isVisible.push_back(std::move(isVisible));
}

LabelledPicture readLine(const std::string& line, const std::filesystem::path& folder) {
    const Json json = Json::parse(line);
    LabelledPicture picture;
    picture.file = folder / json.at("picture").get<std::string>();
    picture.width = json.value("width", 0);
    picture.height = json.value("height", 0);
    if (json.contains("camera")) {
        const Json& camera = json["camera"];
        picture.camera.focalLength = finiteNumber(camera.at("focal_length"));
        picture.camera.principalPoint = {finiteNumber(camera.at("principal_point").at(0)), finiteNumber(camera.at("principal_point").at(1))};
    }
    for (const Json& person : json.at("people")) readPerson(person, picture);
    return picture;
}

}  // namespace

std::string labelLine(const std::string& pictureName, const SyntheticPicture& drawn) {
    Json people = Json::array();
    for (const SyntheticPerson& person : drawn.people) people.push_back(personJson(person, drawn.visible));
    const Eigen::Vector2d& centre = drawn.camera.principalPoint;
    const Json line = {{"picture", pictureName}, {"width", drawn.picture.width}, {"height", drawn.picture.height},
                       {"camera", {{"focal_length", drawn.camera.focalLength}, {"principal_point", {centre.x(), centre.y()}}}},
                       {"people", people}};
    return line.dump();
}

std::vector<LabelledPicture> readLabelLines(const std::filesystem::path& file) {
    std::istringstream text(readWholeFile(file, std::size_t{4} << 30));
    std::vector<LabelledPicture> pictures;
    std::string line;
    for (int number = 1; std::getline(text, line); ++number) {
        if (line.empty()) continue;
        try {
            pictures.push_back(readLine(line, file.parent_path()));
        } catch (const std::exception& error) {
            throw Error(file.string() + ", line " + std::to_string(number) + ": no label line: " + error.what());
        }
    }
    if (pictures.empty()) throw Error(file.string() + " holds no label lines");
    return pictures;
}

}  // namespace hmr
