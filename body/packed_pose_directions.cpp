// SPDX-License-Identifier: MIT
#include "body/packed_pose_directions.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace hmr {
namespace {

using Block = PackedPoseDirections::Block;
using Column = PackedPoseDirections::Column;
constexpr int kTileRows = PackedPoseDirections::kTileRows;
constexpr int kFeaturesPerJoint = PackedPoseDirections::kFeaturesPerJoint;

constexpr int kSectionRows = 32;
constexpr std::size_t kPrefetchBlocks = 4;

struct Place {
    int high, low;
};

/// Where a section of 32 rows keeps a row, such that AVX2's unpack instructions, which work on halves of a register, hand
/// out the rows eight by eight in order. Four rows that begin at a multiple of four stay neighbours.
constexpr Place placeOfRow(int row) {
    const int eight = row / 8, half = row % 8 / 4, lane = row % 4;
    return {eight / 2 * 16 + eight % 2 * 4 + half * 8 + lane, half * 16 + eight * 4 + lane};
}

/// Packs a tile's rows into a column of zeros and returns the unit: the metres of number 1 << 12.
/// In passes of one kind over the tile each, which compilers vectorize.
float packColumn(const float* values, Column& column) {
    constexpr double kLargest = (1 << 19) - 1;
    const double step = Eigen::Map<const Eigen::Array<float, kTileRows, 1>>(values).abs().maxCoeff() / kLargest;
    if (step == 0) return 0;
    const double perStep = 1 / step;
    std::int32_t numbers[kTileRows];
    for (int row = 0; row < kTileRows; ++row) {
        const double steps = values[row] * perStep;
        numbers[row] = static_cast<std::int32_t>(steps + std::copysign(0.5, steps));  // rounds, and needs no call
    }
    std::int16_t high[kTileRows];
    std::uint8_t low[kSectionRows];
    for (int row = 0; row < kTileRows; ++row) high[row] = static_cast<std::int16_t>(numbers[row] >> 4);
    for (int row = 0; row < kSectionRows; ++row)
        low[row] = static_cast<std::uint8_t>((numbers[row] & 15) << 4 | (numbers[row + kSectionRows] & 15));
    for (int row = 0; row < kSectionRows; row += 4) {
        const auto [highPlace, lowPlace] = placeOfRow(row);
        for (int section = 0; section < kTileRows; section += kSectionRows)
            std::memcpy(column.high + section + highPlace, high + section + row, 4 * sizeof(high[0]));
        std::memcpy(column.low + lowPlace, low + row, 4);
    }
    return static_cast<float>(step / 4096);
}

void sumBlocksPortably(std::span<const Block> blocks, const float* feature, const bool* isMoving, float* sums) {
    std::fill_n(sums, kTileRows, 0.f);
    for (const Block& block : blocks) {
        if (!isMoving[block.joint]) continue;
        for (int i = 0; i < kFeaturesPerJoint; ++i) {
            const Column& column = block.columns[i];
            const float factor = block.units[i] * feature[block.joint * kFeaturesPerJoint + i];
#pragma GCC unroll 16
            for (int row = 0; row < kTileRows; row += 4) {
                const int section = row / kSectionRows, leftShift = section == 0 ? 0 : 4;
                const auto [highPlace, lowPlace] = placeOfRow(row % kSectionRows);
                const std::int16_t* high = column.high + section * kSectionRows + highPlace;
                const std::uint8_t* low = column.low + lowPlace;
                for (int lane = 0; lane < 4; ++lane) {
                    const std::int32_t number = high[lane] * 65536 + ((low[lane] << leftShift) & 0xf0) * 256;
                    sums[row + lane] += factor * static_cast<float>(number);
                }
            }
        }
    }
}

#if defined(__x86_64__)
/// Adds 32 rows; `low` has their low bits in the upper half of each byte.
[[gnu::target("avx2,fma"), gnu::always_inline]] inline void addSection(const std::int16_t* high, __m256i low,
                                                                       __m256 factor, __m256* sum) {
    const auto* registers = reinterpret_cast<const __m256i*>(high);
    const __m256i zero = _mm256_setzero_si256();
    const __m256i lowOfFirst = _mm256_unpacklo_epi8(zero, low), lowOfLast = _mm256_unpackhi_epi8(zero, low);
    const __m256i first = _mm256_load_si256(registers), last = _mm256_load_si256(registers + 1);
    const __m256i numbers[4] = {_mm256_unpacklo_epi16(lowOfFirst, first), _mm256_unpackhi_epi16(lowOfFirst, first),
                                _mm256_unpacklo_epi16(lowOfLast, last), _mm256_unpackhi_epi16(lowOfLast, last)};
    for (int eight = 0; eight < 4; ++eight) {
        sum[eight] = _mm256_fmadd_ps(factor, _mm256_cvtepi32_ps(numbers[eight]), sum[eight]);
    }
}

[[gnu::target("avx2,fma")]] void sumBlocksAvx2(std::span<const Block> blocks, const float* feature, const bool* isMoving,
                                               float* sums) {
    const __m256i upperHalf = _mm256_set1_epi8(static_cast<char>(0xf0));
    __m256 sum[kTileRows / 8];
    for (__m256& eight : sum) eight = _mm256_setzero_ps();
    for (const Block& block : blocks) {
        if (!isMoving[block.joint]) continue;
        for (int i = 0; i < kFeaturesPerJoint; ++i) {
            const Column& column = block.columns[i];
            const __m256 factor = _mm256_set1_ps(block.units[i] * feature[block.joint * kFeaturesPerJoint + i]);
            // The processor's own prefetching stops at each page; under load this halves the time.
            const char* later = reinterpret_cast<const char*>(&column) + kPrefetchBlocks * sizeof(Block);
            for (std::size_t line = 0; line < sizeof(Column); line += 64) _mm_prefetch(later + line, _MM_HINT_T0);
            const __m256i low = _mm256_load_si256(reinterpret_cast<const __m256i*>(column.low));
            addSection(column.high, _mm256_and_si256(low, upperHalf), factor, sum);
            addSection(column.high + kSectionRows, _mm256_and_si256(_mm256_slli_epi16(low, 4), upperHalf), factor, sum + 4);
        }
    }
    for (int eight = 0; eight < kTileRows / 8; ++eight) _mm256_storeu_ps(sums + 8 * eight, sum[eight]);
}
#endif

}  // namespace

PackedPoseDirections::PackedPoseDirections(const Eigen::MatrixXf& poseDirections) {
    const Eigen::Index numRows = poseDirections.rows(), numJoints = poseDirections.cols() / kFeaturesPerJoint;
    const Eigen::Index numTiles = (numRows + kTileRows - 1) / kTileRows;
    constexpr std::size_t kNone = ~std::size_t{0};
    std::vector<std::size_t> places(static_cast<std::size_t>(numTiles * numJoints), kNone);
    std::size_t numBlocks = 0;
    for (Eigen::Index tile = 0; tile < numTiles; ++tile) {
        tileBegins_.push_back(numBlocks);
        const Eigen::Index begin = tile * kTileRows, rows = std::min<Eigen::Index>(kTileRows, numRows - begin);
        for (Eigen::Index joint = 0; joint < numJoints; ++joint) {
            const auto directions = poseDirections.block(begin, joint * kFeaturesPerJoint, rows, kFeaturesPerJoint);
            if (!directions.isZero(0)) places[static_cast<std::size_t>(tile * numJoints + joint)] = numBlocks++;
        }
    }
    tileBegins_.push_back(numBlocks);
    blocks_.resize(numBlocks);
    // Column by column, as the directions lie in memory.
    for (Eigen::Index joint = 0; joint < numJoints; ++joint)
        for (Eigen::Index tile = 0; tile < numTiles; ++tile) {
            const std::size_t place = places[static_cast<std::size_t>(tile * numJoints + joint)];
            if (place == kNone) continue;
            Block& block = blocks_[place];
            block.joint = static_cast<int>(joint);
            const Eigen::Index begin = tile * kTileRows, rows = std::min<Eigen::Index>(kTileRows, numRows - begin);
            for (int i = 0; i < kFeaturesPerJoint; ++i) {
                const float* values = poseDirections.data() + (joint * kFeaturesPerJoint + i) * numRows + begin;
                float padded[kTileRows];
                if (rows < kTileRows) {
                    std::fill(std::copy_n(values, rows, padded), std::end(padded), 0.f);
                    values = padded;
                }
                block.units[i] = packColumn(values, block.columns[i]);
            }
        }
}

void PackedPoseDirections::addTo(std::span<float> coordinates, const Eigen::VectorXf& feature) const {
#if defined(__x86_64__)
    static const bool hasAvx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (hasAvx2) return addTo(coordinates, feature, sumBlocksAvx2);
#endif
    addToPortably(coordinates, feature);
}

void PackedPoseDirections::addToPortably(std::span<float> coordinates, const Eigen::VectorXf& feature) const {
    addTo(coordinates, feature, sumBlocksPortably);
}

void PackedPoseDirections::addTo(std::span<float> coordinates, const Eigen::VectorXf& feature, SumBlocks sumBlocks) const {
    const Eigen::Index numJoints = feature.size() / kFeaturesPerJoint;
    const auto isMoving = std::make_unique<bool[]>(static_cast<std::size_t>(numJoints));
    for (Eigen::Index joint = 0; joint < numJoints; ++joint) {
        isMoving[joint] = !feature.segment<kFeaturesPerJoint>(joint * kFeaturesPerJoint).isZero(0);
    }
    alignas(32) float sums[kTileRows];
    for (std::size_t tile = 0; tile + 1 < tileBegins_.size(); ++tile) {
        const std::span blocks(blocks_.data() + tileBegins_[tile], blocks_.data() + tileBegins_[tile + 1]);
        if (blocks.empty()) continue;
        sumBlocks(blocks, feature.data(), isMoving.get(), sums);
        const std::size_t begin = tile * kTileRows, end = std::min(begin + kTileRows, coordinates.size());
        for (std::size_t row = begin; row < end; ++row) coordinates[row] += sums[row - begin];
    }
}

}  // namespace hmr
