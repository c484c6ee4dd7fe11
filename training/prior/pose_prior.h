// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <filesystem>
#include <string>
#include <vector>

#include "body/skeleton.h"

namespace hmr {

/// Human poses and shapes for training: what motion capture says people do. No pictures belong to them.
struct PosePrior {
    /// [N,72] axis-angle of SMPL's 24 joints, radians; the root turns the body into a world with y up.
    Eigen::Matrix<float, Eigen::Dynamic, kNumSmplJoints * 3, Eigen::RowMajor> poses;
    std::vector<std::uint32_t> clips;    ///< [N] index into clipNames of the take a pose is from
    std::vector<std::string> clipNames;  ///< "cmu_amc/02/02_01.amc"
    Eigen::VectorXd betaMean = Eigen::VectorXd::Zero(kNumBetas);       ///< the population of shapes: independent normals
    Eigen::VectorXd betaDeviation = Eigen::VectorXd::Ones(kNumBetas);

    int size() const { return static_cast<int>(poses.rows()); }
};

/// Which half of the sources a sample may come from. Decided by the name of the clip or picture, so that no frame of a
/// training clip is ever met in validation.
enum class DataSplit { Training, Validation };

/// About one name in ten is for validation; depends on the name alone.
DataSplit splitOf(std::string_view name);

/// Rows of the prior that belong to the split.
std::vector<int> posesOfSplit(const PosePrior& prior, DataSplit split);

/// Reads "poses" [N,72], "clips" [N], "clip_names" (JSON list), optional "beta_mean", "beta_deviation" [10].
/// Throws Error: another skeleton (not 24 joints), counts that disagree, numbers that are not finite.
PosePrior loadPosePrior(const std::filesystem::path& file);

/// Writes the same, poses as float16 (error below 0.001 radian).
void savePosePrior(const std::filesystem::path& file, const PosePrior& prior);

/// At most `count` poses in the order of their clips: half evenly spaced, so that common poses stay common, half those
/// farthest from all taken (joint rotations, root left out). `candidates` bounds the time: so many rows are looked at.
PosePrior wellSpread(const PosePrior& prior, int count, int candidates = 20000);

}  // namespace hmr
