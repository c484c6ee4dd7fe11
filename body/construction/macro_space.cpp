// SPDX-License-Identifier: MIT
#include "body/construction/macro_space.h"

#include <algorithm>
#include <sstream>

#include "body/error.h"
#include "body/skeleton.h"

namespace hmr {
namespace {

/// Three levels at 0, ½ and 1, linear between them.
void addLevels(std::map<std::string, double>& factors, double x, const char* low, const char* middle,
               const char* high) {
    factors[high] = std::max(0.0, 2 * x - 1);
    factors[low] = std::max(0.0, 1 - 2 * x);
    factors[middle] = 1 - factors[high] - factors[low];
}

std::vector<std::string> wordsOf(const std::string& name) {
    std::vector<std::string> words;
    std::istringstream stream(name);
    for (std::string word; std::getline(stream, word, '-');)
        if (word != "universal") words.push_back(word);
    return words;
}

/// The joint cubes whose mean is each of SMPL's joints; "l-" and "r-" stand before the names of the limbs.
const std::vector<std::string>& cubesOfJoint(int joint) {
    static const std::vector<std::vector<std::string>> cubes = [] {
        const std::map<std::string, std::vector<std::string>> limbs = {
            {"hip", {"upper-leg"}},
            {"knee", {"knee"}},
            {"ankle", {"ankle"}},
            {"foot", {"toe-2-1", "toe-3-1"}},
            {"collar", {"clavicle"}},
            {"shoulder", {"shoulder"}},
            {"elbow", {"elbow"}},
            {"wrist", {"hand"}},
            {"hand", {"finger-2-1", "finger-3-1", "finger-4-1", "finger-5-1"}}};
        const std::map<std::string, std::string> centre = {{"pelvis", "pelvis"},  {"spine1", "spine-3"},
                                                           {"spine2", "spine-2"}, {"spine3", "spine-1"},
                                                           {"neck", "neck"},      {"head", "head"}};
        std::vector<std::vector<std::string>> result;
        for (const std::string_view joint : kSmplJointNames) {
            const std::string name(joint);
            if (const auto found = centre.find(name); found != centre.end()) {
                result.push_back({found->second});
                continue;
            }
            const auto split = name.find('_');
            result.emplace_back();
            for (const std::string& limb : limbs.at(name.substr(split + 1)))
                result.back().push_back((name[0] == 'l' ? "l-" : "r-") + limb);
        }
        return result;
    }();
    return cubes[joint];
}

}  // namespace

std::map<std::string, double> macroFactors(const MacroSliders& s) {
    std::map<std::string, double> factors{{"male", s.gender}, {"female", 1 - s.gender}};
    const double child = 0.1875;
    const double youngRising = std::max(0.0, (s.age - child) / (0.5 - child)), old = std::max(0.0, 2 * s.age - 1);
    const bool isRising = s.age < 0.5;
    factors["baby"] = isRising ? std::max(0.0, 1 - s.age / child) : 0;
    factors["child"] = isRising ? std::max(0.0, std::min(1.0, s.age / child) - youngRising) : 0;
    factors["young"] = isRising ? youngRising : 1 - old;
    factors["old"] = isRising ? 0 : old;
    addLevels(factors, s.muscle, "minmuscle", "averagemuscle", "maxmuscle");
    addLevels(factors, s.weight, "minweight", "averageweight", "maxweight");
    addLevels(factors, s.height, "minheight", "averageheight", "maxheight");
    addLevels(factors, s.proportions, "uncommonproportions", "regularproportions", "idealproportions");
    addLevels(factors, s.cup, "mincup", "averagecup", "maxcup");
    addLevels(factors, s.firmness, "minfirmness", "averagefirmness", "maxfirmness");
    const double sum = s.ethnicity[0] + s.ethnicity[1] + s.ethnicity[2];
    factors["african"] = s.ethnicity[0] / sum;
    factors["asian"] = s.ethnicity[1] / sum;
    factors["caucasian"] = s.ethnicity[2] / sum;
    return factors;
}

Points3d cubeJoints(const MakeHumanFigure& figure, const Points3d& vertices) {
    Points3d joints = Points3d::Zero(kNumSmplJoints, 3);
    for (int j = 0; j < kNumSmplJoints; ++j) {
        const auto& cubes = cubesOfJoint(j);
        for (const std::string& name : cubes) {
            const auto cube = figure.jointCubes.find(name);
            if (cube == figure.jointCubes.end() || cube->second.empty())
                throw Error("The base mesh has no joint cube 'joint-" + name + "'.");
            for (const std::uint32_t v : cube->second)
                joints.row(j) += vertices.row(v) / static_cast<double>(cube->second.size() * cubes.size());
        }
    }
    return symmetricJoints(joints);
}

MacroSpace::MacroSpace(const MakeHumanFigure& figure, const Symmetry& symmetry) {
    const auto known = macroFactors({});
    const int numTargets = static_cast<int>(figure.targets.size()), size = 3 * symmetry.numHalf();
    using RowMajorXd = Eigen::Matrix<double, Eigen::Dynamic, 3, Eigen::RowMajor>;
    const auto flatHalf = [&](const Points3d& whole) -> Eigen::VectorXd {
        const RowMajorXd half = symmetry.symmetricHalf(whole.topRows(symmetry.numVertices()));
        return Eigen::Map<const Eigen::VectorXd>(half.data(), half.size());
    };
    const auto flatJoints = [&](const Points3d& whole) -> Eigen::VectorXd {
        const RowMajorXd joints = cubeJoints(figure, whole);
        return Eigen::Map<const Eigen::VectorXd>(joints.data(), joints.size());
    };
    baseHalf_ = flatHalf(figure.vertices).cast<float>();
    baseJoints_ = flatJoints(figure.vertices);
    halfOffsets_.resize(numTargets, size);
    jointOffsets_.resize(3 * kNumSmplJoints, numTargets);
    Points3d dense = Points3d::Zero(figure.vertices.rows(), 3);
    for (int t = 0; t < numTargets; ++t) {
        const MacroTarget& target = figure.targets[t];
        words_.push_back(wordsOf(target.name));
        for (const std::string& word : words_.back())
            if (!known.contains(word))
                throw Error("The macro target '" + target.name + "' has the unknown word '" + word + "' in its name.");
        for (std::size_t k = 0; k < target.vertices.size(); ++k)
            dense.row(target.vertices[k]) = target.offsets.row(k).cast<double>();
        halfOffsets_.row(t) = flatHalf(dense).cast<float>();
        jointOffsets_.col(t) = flatJoints(dense);
        for (const std::uint32_t v : target.vertices) dense.row(v).setZero();
    }
}

std::vector<std::pair<int, float>> MacroSpace::targetWeights(const MacroSliders& sliders) const {
    const auto factors = macroFactors(sliders);
    std::vector<std::pair<int, float>> weights;
    for (std::size_t t = 0; t < words_.size(); ++t) {
        double weight = 1;
        for (const std::string& word : words_[t]) weight *= factors.at(word);
        if (weight != 0) weights.emplace_back(static_cast<int>(t), static_cast<float>(weight));
    }
    return weights;
}

Eigen::VectorXf MacroSpace::half(const MacroSliders& sliders) const {
    Eigen::VectorXf result = baseHalf_;
    for (const auto& [target, weight] : targetWeights(sliders)) result += weight * halfOffsets_.row(target).transpose();
    return result;
}

Points3d MacroSpace::joints(const MacroSliders& sliders) const {
    Eigen::VectorXd flat = baseJoints_;
    for (const auto& [target, weight] : targetWeights(sliders)) flat += weight * jointOffsets_.col(target);
    return Eigen::Map<const Points3d>(flat.data(), kNumSmplJoints, 3);
}

}  // namespace hmr
