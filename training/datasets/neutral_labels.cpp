// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "body/error.h"
#include "formats/atomic_file.h"
#include "training/datasets/annotations.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

double finiteNumber(const Json& value) {
    const double number = value.get<double>();
    if (!std::isfinite(number)) throw Error("a number that is not finite");
    return number;
}

/// [rows,3] of a JSON list of lists, or of a flat list of 3 × rows numbers. `allowsGaps`: null in place of a row gives NaN.
Points3d tableFrom(const Json& list, int rows, const char* name, bool allowsGaps = false) {
    const bool isFlat = list.is_array() && list.size() == static_cast<std::size_t>(3 * rows);
    if (!list.is_array() || (!isFlat && list.size() != static_cast<std::size_t>(rows)))
        throw Error("\"" + std::string(name) + "\" has " + std::to_string(list.size()) + " entries, expected " + std::to_string(rows));
    Points3d table = Points3d::Constant(rows, 3, std::numeric_limits<double>::quiet_NaN());
    for (int i = 0; i < rows; ++i) {
        if (!isFlat && allowsGaps && list.at(static_cast<std::size_t>(i)).is_null()) continue;
        for (int axis = 0; axis < 3; ++axis)
            table(i, axis) = finiteNumber(isFlat ? list.at(static_cast<std::size_t>(3 * i + axis)) : list.at(static_cast<std::size_t>(i)).at(static_cast<std::size_t>(axis)));
    }
    return table;
}

BodyParameters parametersFrom(const Json& json) {
    BodyParameters parameters;
    parameters.pose = tableFrom(json.at("pose"), kNumSmplJoints, "pose");
    if (json.contains("betas")) {
        if (json["betas"].size() != kNumBetas) throw Error("\"betas\" has " + std::to_string(json["betas"].size()) + " numbers, expected 10");
        for (std::size_t i = 0; i < kNumBetas; ++i) parameters.betas[static_cast<Eigen::Index>(i)] = finiteNumber(json["betas"].at(i));
    }
    if (json.contains("translation")) parameters.translation = tableFrom(json["translation"], 1, "translation").row(0);
    return parameters;
}

AnnotatedPerson personFrom(const Json& json, const fs::path& folder) {
    AnnotatedPerson person;
    const Points3d keypoints = tableFrom(json.at("keypoints"), kNumCocoPlusJoints, "keypoints");
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint)
        if (keypoints(joint, 2) > 0) setKeypoint(person.keypoints, joint, static_cast<float>(keypoints(joint, 0)), static_cast<float>(keypoints(joint, 1)));
    if (json.contains("box")) {
        const Json& box = json["box"];
        person.box = {finiteNumber(box.at(0)), finiteNumber(box.at(1)), finiteNumber(box.at(2)), finiteNumber(box.at(3))};
    } else {
        setBoxOfJoints(person);
    }
    if (json.contains("joints3d")) person.joints3d = tableFrom(json["joints3d"], kNumCocoPlusJoints, "joints3d", true);
    if (json.contains("pose")) person.parameters = parametersFrom(json);
    person.parametersBody = json.value("body", "");
    person.groups = json.value("groups", std::vector<std::string>{});
    if (json.contains("silhouette")) person.silhouette = pictureIn({folder}, json["silhouette"].get<std::string>());
    if (json.contains("parts")) person.parts = pictureIn({folder}, json["parts"].get<std::string>());
    return person;
}

/// The people of a picture, each of whom may be wrong on its own.
void readLine(const std::string& line, const std::string& where, const fs::path& folder, FaultList* faults, std::vector<AnnotatedPerson>& people) {
    Json labelled = Json::array();
    fs::path picture;
    std::string name;
    readPart(faults, where, [&] {
        const Json json = Json::parse(line);
        name = json.at("picture").get<std::string>();
        picture = pictureIn({folder}, name);
        labelled = json.at("people");
    });
    for (std::size_t i = 0; i < labelled.size(); ++i)
        readPart(faults, where + ", person " + std::to_string(i + 1), [&] {
            AnnotatedPerson person = personFrom(labelled.at(i), folder);
            person.picture = picture;
            person.id = name + "#" + std::to_string(i);
            people.push_back(std::move(person));
        });
}

}  // namespace

std::vector<AnnotatedPerson> readNeutralLabels(const fs::path& file, FaultList* faults) {
    std::istringstream text(readWholeFile(file, std::size_t{4} << 30));
    std::vector<AnnotatedPerson> people;
    std::string line;
    for (int number = 1; std::getline(text, line); ++number)
        if (!line.empty() && line != "\r") readLine(line, file.string() + ", line " + std::to_string(number), file.parent_path(), faults, people);
    requireSomebody(people, faults, file.string() + " holds nobody");
    return people;
}

}  // namespace hmr
