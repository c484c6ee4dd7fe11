// SPDX-License-Identifier: MIT
#include "training/prior/pose_prior.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "body/error.h"
#include "body/rotation.h"
#include "formats/npz.h"
#include "training/random.h"

namespace hmr {
namespace {

constexpr int kPoseSize = kNumSmplJoints * 3;

const NdArray& arrayNamed(const NpzArrays& arrays, const std::string& key, const std::filesystem::path& file) {
    const auto found = arrays.find(key);
    if (found == arrays.end())
        throw Error(file.string() + " holds no pose prior: the array \"" + key +
                    "\" is missing. Make one with: hmr prior build FILES -o prior.npz");
    return found->second;
}

void readShapes(const NpzArrays& arrays, const std::filesystem::path& file, const std::string& key, Eigen::VectorXd& values) {
    const auto found = arrays.find(key);
    if (found == arrays.end()) return;
    const std::vector<double> numbers = found->second.as<double>();
    if (numbers.size() != kNumBetas)
        throw Error(file.string() + ": \"" + key + "\" has " + std::to_string(numbers.size()) + " numbers, expected 10");
    for (int i = 0; i < kNumBetas; ++i) {
        if (!std::isfinite(numbers[i])) throw Error(file.string() + ": \"" + key + "\" holds a number that is not finite");
        values[i] = numbers[i];
    }
}

/// The poses' rotations as rows of matrix entries without the root, in which the distance of two rows grows with the
/// angles between the joints.
Eigen::MatrixXf rotationFeatures(const PosePrior& prior, const std::vector<int>& rows) {
    Eigen::MatrixXf features(9 * (kNumSmplJoints - 1), rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        for (int joint = 1; joint < kNumSmplJoints; ++joint) {
            const Eigen::Vector3d axisAngle = prior.poses.row(rows[i]).segment<3>(3 * joint).transpose().cast<double>();
            const Eigen::Matrix3f rotation = rotationFromAxisAngle(axisAngle).cast<float>();
            features.block<9, 1>(9 * (joint - 1), static_cast<Eigen::Index>(i)) =
                Eigen::Map<const Eigen::Matrix<float, 9, 1>>(rotation.data());
        }
    return features;
}

}  // namespace

DataSplit splitOf(std::string_view name) {
    return mixedBits(textHash(name)) % 10 == 0 ? DataSplit::Validation : DataSplit::Training;
}

std::vector<int> posesOfSplit(const PosePrior& prior, DataSplit split) {
    std::vector<bool> isWanted(prior.clipNames.size());
    for (std::size_t i = 0; i < isWanted.size(); ++i) isWanted[i] = splitOf(prior.clipNames[i]) == split;
    std::vector<int> rows;
    for (int row = 0; row < prior.size(); ++row)
        if (isWanted[prior.clips[row]]) rows.push_back(row);
    return rows;
}

PosePrior loadPosePrior(const std::filesystem::path& file) {
    const NpzArrays arrays = readNpz(file);
    const NdArray& poses = arrayNamed(arrays, "poses", file);
    if (poses.shape.size() != 2 || poses.shape[1] != kPoseSize)
        throw Error(file.string() + " is a prior for another skeleton: \"poses\" has " +
                    std::to_string(poses.shape.size() == 2 ? poses.shape[1] : 0) +
                    " numbers a pose, expected 72 (SMPL's 24 joints, axis-angle)");
    const std::vector<float> numbers = poses.as<float>();
    if (numbers.empty()) throw Error(file.string() + " holds no poses");
    for (std::size_t i = 0; i < numbers.size(); ++i)
        if (!std::isfinite(numbers[i]))
            throw Error(file.string() + ": pose " + std::to_string(i / kPoseSize) + " holds a number that is not finite");

    PosePrior prior;
    prior.poses = Eigen::Map<const decltype(prior.poses)>(numbers.data(), static_cast<Eigen::Index>(poses.shape[0]), kPoseSize);
    prior.clips = arrayNamed(arrays, "clips", file).as<std::uint32_t>();
    const auto names = nlohmann::json::parse(arrayNamed(arrays, "clip_names", file).text(), nullptr, false);
    if (!names.is_array()) throw Error(file.string() + ": \"clip_names\" is not a JSON list of names");
    for (const auto& name : names) prior.clipNames.push_back(name.is_string() ? name.get<std::string>() : name.dump());
    if (prior.clips.size() != poses.shape[0])
        throw Error(file.string() + ": " + std::to_string(prior.clips.size()) + " entries in \"clips\" for " +
                    std::to_string(poses.shape[0]) + " poses");
    for (const std::uint32_t clip : prior.clips)
        if (clip >= prior.clipNames.size())
            throw Error(file.string() + ": a pose is from clip " + std::to_string(clip) + " but only " +
                        std::to_string(prior.clipNames.size()) + " clips are named");
    readShapes(arrays, file, "beta_mean", prior.betaMean);
    readShapes(arrays, file, "beta_deviation", prior.betaDeviation);
    return prior;
}

void savePosePrior(const std::filesystem::path& file, const PosePrior& prior) {
    const std::vector<float> poses(prior.poses.data(), prior.poses.data() + prior.poses.size());
    const auto count = static_cast<std::size_t>(prior.size());
    NpzArrays arrays;
    arrays["poses"] = NdArray::halfFrom(poses, {count, kPoseSize});
    arrays["clips"] = NdArray::from(prior.clips, {count});
    arrays["clip_names"] = NdArray::fromText(nlohmann::json(prior.clipNames).dump());
    arrays["beta_mean"] = NdArray::from(std::vector<float>(prior.betaMean.begin(), prior.betaMean.end()), {kNumBetas});
    arrays["beta_deviation"] =
        NdArray::from(std::vector<float>(prior.betaDeviation.begin(), prior.betaDeviation.end()), {kNumBetas});
    writeNpz(file, arrays);
}

PosePrior wellSpread(const PosePrior& prior, int count, int candidates) {
    std::vector<int> rows;
    const int step = std::max(1, prior.size() / std::max(1, candidates));
    for (int row = 0; row < prior.size(); row += step) rows.push_back(row);
    const Eigen::MatrixXf features = rotationFeatures(prior, rows);
    const Eigen::VectorXf squares = features.colwise().squaredNorm();

    Eigen::VectorXf distance = Eigen::VectorXf::Constant(features.cols(), std::numeric_limits<float>::max());
    std::vector<int> chosen;
    const auto take = [&](Eigen::Index candidate) {
        chosen.push_back(rows[static_cast<std::size_t>(candidate)]);
        const Eigen::VectorXf toIt =
            squares.array() + squares[candidate] - 2 * (features.transpose() * features.col(candidate)).array();
        distance = distance.cwiseMin(toIt);
        distance[candidate] = -1;
    };
    const int wanted = std::min<int>(count, static_cast<int>(rows.size()));
    for (int i = 0; i < wanted / 2; ++i) take(static_cast<Eigen::Index>(i) * features.cols() / (wanted / 2));
    // The other half: each round takes the row that lies farthest from all taken before.
    while (static_cast<int>(chosen.size()) < wanted) {
        Eigen::Index farthest = 0;
        distance.maxCoeff(&farthest);
        take(farthest);
    }
    std::sort(chosen.begin(), chosen.end());

    PosePrior spread;
    spread.betaMean = prior.betaMean;
    spread.betaDeviation = prior.betaDeviation;
    spread.poses.resize(static_cast<Eigen::Index>(chosen.size()), kPoseSize);
    std::vector<int> newClip(prior.clipNames.size(), -1);
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        spread.poses.row(static_cast<Eigen::Index>(i)) = prior.poses.row(chosen[i]);
        const std::uint32_t clip = prior.clips[chosen[i]];
        if (newClip[clip] < 0) {
            newClip[clip] = static_cast<int>(spread.clipNames.size());
            spread.clipNames.push_back(prior.clipNames[clip]);
        }
        spread.clips.push_back(static_cast<std::uint32_t>(newClip[clip]));
    }
    return spread;
}

}  // namespace hmr
