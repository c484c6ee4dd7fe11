// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <compare>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "body/camera.h"
#include "body/types.h"

namespace hmr {

/// A person box with the identity that edits hang on.
struct PersonBox {
    int id = 0;
    PixelBox box;  ///< source pixels
    bool operator==(const PersonBox&) const = default;
};

/// A crop's camera together with the crop: a place in the picture that means the same whatever the network looks at next.
struct PlacedCamera {
    WeakPerspectiveCamera camera;
    CropWindow crop;
    bool operator==(const PlacedCamera&) const = default;
};

/// What the user changed of one person. Each value overrides the network's answer until it is reset.
struct PersonEdit {
    std::map<int, Eigen::Vector3d> rotations;  ///< joint → axis-angle to its parent, radians
    std::map<int, double> betas;               ///< shape direction → standard deviations
    std::optional<PlacedCamera> camera;        ///< where the body stands
    std::set<int> lockedJoints;                ///< keep their rotation in whatever is done to the pose as a whole
    std::map<int, Eigen::Vector3d> lockedRotations;  ///< of locked joints where no key holds them: new answers and takes get these
    std::set<int> pinnedJoints;                ///< stay in their place while others are dragged
    std::map<int, std::map<int, Eigen::Vector2d>> targets;  ///< frame → coco-plus joint → the source pixel it belongs on
    std::map<int, std::string> silhouettes;    ///< frame → file of the person's mask
    bool isEmpty() const { return *this == PersonEdit{}; }
    bool operator==(const PersonEdit&) const = default;
};

/// A person of a source: edits reach over all frames of a video and over every new run of the network. Where there is a recorded
/// take, rotations and place are keys at their frame instead (see PoseKeys).
struct PersonKey {
    std::string source;
    int person = 0;
    auto operator<=>(const PersonKey&) const = default;
};

/// One picture of a source.
struct PictureKey {
    std::string source;
    int frame = 0;
    auto operator<=>(const PictureKey&) const = default;
};

/// Everything that undo brings back.
struct SessionState {
    std::map<PersonKey, PersonEdit> edits;
    std::map<PictureKey, std::vector<PersonBox>> boxes;  ///< pictures whose boxes were set by hand
    bool operator==(const SessionState&) const = default;
};

}  // namespace hmr
