// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

namespace hmr {

/// Pose blend shapes in the form that posing streams through. The product with the pose feature is bound by memory, so
/// this holds each number in 20 bits of fixed point (off by at most a millionth of the largest of 64 neighbours), leaves
/// out every joint that does not touch 64 neighbouring coordinates, and skips joints that are at rest.
class PackedPoseDirections {
public:
    /// Directions [3V,9(J-1)], row 3v+c, as BodyModelData has them.
    explicit PackedPoseDirections(const Eigen::MatrixXf& poseDirections);

    /// Adds directions · feature to the coordinates [3V]; feature [9(J-1)]. Uses AVX2 where the processor has it.
    void addTo(std::span<float> coordinates, const Eigen::VectorXf& feature) const;
    /// The same in plain C++.
    void addToPortably(std::span<float> coordinates, const Eigen::VectorXf& feature) const;

    static constexpr int kTileRows = 64;         ///< coordinates that are summed together
    static constexpr int kFeaturesPerJoint = 9;  ///< entries of a rotation matrix

    /// One feature's numbers for a tile: the upper 16 bits and the lower 4, in the order of placeOfRow.
    struct alignas(32) Column {
        std::int16_t high[kTileRows];
        std::uint8_t low[kTileRows / 2];  ///< rows 0-31 in the upper half of the bytes, 32-63 in the lower
    };
    /// A tile's directions of one joint: nine columns.
    struct Block {
        int joint;                      ///< counted without the root
        float units[kFeaturesPerJoint];  ///< metres of a column's number 1 that is shifted to the top of 32 bits
        Column columns[kFeaturesPerJoint];
    };

private:
    using SumBlocks = void (*)(std::span<const Block> blocks, const float* feature, const bool* isMoving, float* sums);
    void addTo(std::span<float> coordinates, const Eigen::VectorXf& feature, SumBlocks sumBlocks) const;

    std::vector<Block> blocks_;
    std::vector<std::size_t> tileBegins_;  ///< first block of each tile, then the number of blocks
};

}  // namespace hmr
