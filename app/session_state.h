// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <compare>
#include <map>
#include <string>
#include <vector>

#include "body/types.h"

namespace hmr {

/// A person box with the identity that edits hang on.
struct PersonBox {
    int id = 0;
    PixelBox box;  ///< source pixels
    bool operator==(const PersonBox&) const = default;
};

/// What the user changed of one person. Each value overrides the network's answer until it is reset.
struct PersonEdit {
    std::map<int, Eigen::Vector3d> rotations;  ///< joint → axis-angle to its parent, radians
    std::map<int, double> betas;               ///< shape direction → standard deviations
    bool isEmpty() const { return rotations.empty() && betas.empty(); }
    bool operator==(const PersonEdit&) const = default;
};

/// A person of a source: edits reach over all frames of a video and over every new run of the network.
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
