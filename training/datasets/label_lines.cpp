// SPDX-License-Identifier: MIT
#include "training/datasets/label_lines.h"

#include <cmath>
#include <nlohmann/json.hpp>

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

}  // namespace

std::string labelLine(const std::string& pictureName, const SyntheticPicture& drawn, const std::string& bodyId, const std::string& partsName) {
    Json people = Json::array();
    for (const SyntheticPerson& person : drawn.people) {
        people.push_back(personJson(person, drawn.visible));
        if (!bodyId.empty()) people.back()["body"] = bodyId;
    }
    if (!partsName.empty()) people.at(0)["silhouette"] = people.at(0)["parts"] = partsName;
    const Eigen::Vector2d& centre = drawn.camera.principalPoint;
    const Json line = {{"picture", pictureName}, {"width", drawn.picture.width}, {"height", drawn.picture.height},
                       {"camera", {{"focal_length", drawn.camera.focalLength}, {"principal_point", {centre.x(), centre.y()}}}},
                       {"people", people}};
    return line.dump();
}

}  // namespace hmr
