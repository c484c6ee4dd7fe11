// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Geometry>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "body/camera.h"
#include "body/picture.h"
#include "training/prior/pose_prior.h"
#include "training/random.h"

namespace hmr {

/// Photographs without people, squares of one size, kept in memory once and shared by all sources.
struct BackgroundSet {
    int side = 0;
    std::vector<std::string> names;       ///< of the files they were cut from
    std::vector<std::uint8_t> pixels;     ///< [N,side,side,3] RGB

    int size() const { return static_cast<int>(names.size()); }
    const std::uint8_t* picture(int i) const { return &pixels[static_cast<std::size_t>(i) * side * side * 3]; }
    /// Those that belong to the split (by the name of the file).
    std::vector<int> ofSplit(DataSplit split) const;
};

/// Reads "pictures" [N,S,S,3] uint8 and "names" (JSON list). Throws Error.
std::shared_ptr<const BackgroundSet> loadBackgrounds(const std::filesystem::path& file);

/// Cuts every picture of a folder (and below) into one or two squares of `side` pixels. Files that cannot be read are
/// named in `problems`. Throws Error when none is left.
BackgroundSet packBackgrounds(const std::filesystem::path& folder, int side, std::vector<std::string>& problems);
void saveBackgrounds(const std::filesystem::path& file, const BackgroundSet& backgrounds);

/// The floor that people stand on.
struct Floor {
    Eigen::Vector3f point;   ///< on it, camera axes, metres
    Eigen::Vector3f up;      ///< unit, camera axes
};

/// Fills the picture with a random part of a random photograph among `choices`, flipped and tinted at random.
void paintPhotograph(const BackgroundSet& backgrounds, const std::vector<int>& choices, Random& random, Picture& picture);

/// Fills the picture with something drawn: gradients, noise, shapes, or a room whose floor the camera sees in perspective.
void paintProcedural(const PinholeCamera& camera, const Floor& floor, Random& random, Picture& picture);

}  // namespace hmr
