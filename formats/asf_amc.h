// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "body/types.h"

namespace hmr {

/// A bone of an Acclaim skeleton. Bone 0 is the root.
struct AsfBone {
    std::string name;
    int parent = -1;
    Eigen::Vector3d direction = Eigen::Vector3d::Zero();  ///< unit, of the rest pose, world axes
    double length = 0;                                    ///< file units
    Eigen::Matrix3d axes = Eigen::Matrix3d::Identity();   ///< the frame its angles turn about
    std::vector<int> rotationAxes;                        ///< 0 x, 1 y, 2 z in the order of its numbers in a frame
};

/// An Acclaim skeleton (.asf) as the CMU and HDM05 sets have it.
struct AsfSkeleton {
    std::vector<AsfBone> bones;  ///< parents before children
    double lengthScale = 1;      ///< the file's "length" unit: lengths divided by it are inches
    bool isInDegrees = true;

    int find(std::string_view name) const;  ///< −1 if there is none
    double metresPerUnit() const { return 0.0254 / lengthScale; }
};

/// Its motion (.amc).
struct AmcMotion {
    /// [F, numbers] all bones' numbers after each other in the skeleton's order; the root's are tx ty tz rx ry rz.
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> frames;
    std::vector<int> firstNumber;  ///< [bones]
    int numFrames() const { return static_cast<int>(frames.rows()); }
};

/// Throw Error that names the line: no such file, another format, a bone without its lines, wrong counts, a frame that
/// lacks bones of the skeleton (a file that was cut off), numbers that are not finite.
AsfSkeleton readAsf(const std::filesystem::path& file);
AsfSkeleton parseAsf(std::string_view text, const std::string& nameForErrors);
AmcMotion readAmc(const std::filesystem::path& file, const AsfSkeleton& skeleton);
AmcMotion parseAmc(std::string_view text, const std::string& nameForErrors, const AsfSkeleton& skeleton);

/// World rotation of every bone in a frame, relative to the rest pose.
std::vector<Eigen::Matrix3d> worldRotations(const AsfSkeleton& skeleton, const AmcMotion& motion, int frame);

/// World position [bones,3] of every bone's far end in a frame (the root's own position for bone 0), file units.
Points3d worldPositions(const AsfSkeleton& skeleton, const AmcMotion& motion, int frame);

}  // namespace hmr
