// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "body/types.h"

namespace hmr {

/// What one number of a BVH frame moves.
enum class BvhChannel { XPosition, YPosition, ZPosition, XRotation, YRotation, ZRotation };

struct BvhJoint {
    std::string name;
    int parent = -1;
    Eigen::Vector3d offset = Eigen::Vector3d::Zero();  ///< from the parent, file units
    std::vector<BvhChannel> channels;                  ///< in the file's order; empty for an end site
    int firstChannel = 0;
    bool isEnd = false;                                ///< an end site, named "<parent>_end"
    bool addsPosition = false;                         ///< position channels are added to the offset, as in a child's zeros of MakeHuman; they
                                                       ///< take its place as Blender, Maya and MotionBuilder have it
};

/// A skeleton and its motion as a Biovision file holds them.
struct BvhMotion {
    std::vector<BvhJoint> joints;  ///< parents before children
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> frames;  ///< [F,C] degrees and file units
    double frameTime = 0;          ///< seconds

    int numFrames() const { return static_cast<int>(frames.rows()); }
    int find(std::string_view name) const;  ///< index of a joint, −1 if there is none
};

/// Reads a .bvh file. Throws Error that names the line or count: no hierarchy, unbalanced braces, unknown channels, fewer
/// numbers than the frames need (a file that was cut off), numbers that are not finite.
BvhMotion readBvh(const std::filesystem::path& file);
BvhMotion parseBvh(std::string_view text, const std::string& nameForErrors);

/// World rotation of every joint in a frame, relative to the skeleton's zero pose.
std::vector<Eigen::Matrix3d> worldRotations(const BvhMotion& motion, int frame);

/// World position [joints,3] of every joint in a frame, file units.
Points3d worldPositions(const BvhMotion& motion, int frame);

}  // namespace hmr
