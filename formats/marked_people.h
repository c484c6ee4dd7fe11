// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <optional>
#include <vector>

#include "body/seen_joints.h"
#include "body/types.h"

namespace hmr {

/// Where another program saw a person, in pixels of the picture.
struct MarkedPerson {
    PixelBox box;
    std::optional<SeenJoints> joints;  ///< those that it is not sure of have a deviation as large as the box
};

/// Reads OpenPose's JSON (BODY_25, COCO or MPI; one box a person, around the joints it is sure of, grown by a tenth since joints lie inside
/// the body) or {"bbox": [x, y, width, height]} as SPIN takes it, one or several. Joints of another set give a box alone. Throws Error:
/// no JSON, another layout, numbers that are not finite, nobody in it, more than 1,000 people. Needs little more memory than the file's text.
std::vector<MarkedPerson> readMarkedPeople(const std::filesystem::path& file);

/// Whether the file looks like one of those, from its beginning. Throws Error when it cannot be read.
bool looksLikeMarkedPeople(const std::filesystem::path& file);

}  // namespace hmr
