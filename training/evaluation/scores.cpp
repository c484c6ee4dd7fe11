// SPDX-License-Identifier: MIT
#include "training/evaluation/scores.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>

#include "body/error.h"
#include "body/metrics.h"
#include "body/posing.h"
#include "body/skeleton.h"

namespace hmr {
namespace {

constexpr double kMillimetres = 1000, kPckDistance = 150;
/// Human3.6M's 17 joints in LSP's order, then pelvis, spine and head (facts of SPIN).
constexpr std::array<int, kNumJudgedJoints> kJudgedOfHuman36m = {6, 5, 4, 1, 2, 3, 16, 15, 14, 11, 12, 13, 8, 10, 0, 7, 9};

constexpr std::array<std::string_view, kNumJudgedJoints - kNumLspJoints> kTrunkNames = {"pelvis", "spine", "head"};

std::vector<double> distances(const Points3d& a, const Points3d& b) {
    const Eigen::VectorXd norms = (a - b).rowwise().norm() * kMillimetres;
    return {norms.begin(), norms.end()};
}

Points3d rowsOf(const Points3d& points, const std::vector<Eigen::Index>& rows) {
    Points3d chosen(static_cast<Eigen::Index>(rows.size()), 3);
    for (std::size_t i = 0; i < rows.size(); ++i) chosen.row(static_cast<Eigen::Index>(i)) = points.row(rows[i]);
    return chosen;
}

double meanOf(const std::vector<double>& values) {
    return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

void addSegmentation(const char* name, const SegmentationCounts& counts, Figures& figures) {
    if (counts.isEmpty()) return;
    figures.emplace_back(std::string(name) + " accuracy", counts.accuracy());
    figures.emplace_back(std::string(name) + " F1", counts.f1());
}

}  // namespace

JointRule JointRule::spin(Eigen::SparseMatrix<float, Eigen::RowMajor> human36mRegressor) {
    JointRule rule;
    rule.usesPelvis_ = true;
    rule.regressor_ = std::move(human36mRegressor);
    return rule;
}

RootedJoints JointRule::ofMesh(const BodyModel& body, const Points3f& vertices) const {
    if (!usesPelvis_) return ofAnnotation(cocoPlusJoints(body, vertices), std::nullopt);
    const Points3d all = (regressor_ * vertices).cast<double>();
    RootedJoints rooted{Points3d(kNumJudgedJoints, 3), all.row(0).transpose()};
    for (std::size_t i = 0; i < kJudgedOfHuman36m.size(); ++i) rooted.joints.row(static_cast<Eigen::Index>(i)) = all.row(kJudgedOfHuman36m[i]);
    return rooted;
}

RootedJoints JointRule::ofAnnotation(const Points3d& joints, const std::optional<Eigen::Vector3d>& pelvis, const Points3d& spineAndHead) const {
    const Eigen::Vector3d middle = (joints.row(2) + joints.row(3)).transpose() / 2;
    if (!usesPelvis_ || !pelvis) return {joints.topRows(kNumLspJoints), middle};
    if (spineAndHead.rows() == 0) return {joints.topRows(kNumLspJoints), *pelvis};
    RootedJoints rooted{Points3d(kNumJudgedJoints, 3), *pelvis};
    rooted.joints << joints.topRows(kNumLspJoints), pelvis->transpose(), spineAndHead;
    return rooted;
}

JointErrors jointErrors(const RootedJoints& predicted, const RootedJoints& truth) {
    std::vector<Eigen::Index> known;
    for (Eigen::Index row = 0; row < truth.joints.rows(); ++row)
        if (truth.joints.row(row).allFinite()) known.push_back(row);
    if (known.size() < 3 || !truth.root.allFinite()) return {};
    const Points3d a = rowsOf(predicted.joints, known), b = rowsOf(truth.joints, known);
    return {distances(a.rowwise() - predicted.root.transpose(), b.rowwise() - truth.root.transpose()), distances(procrustesAligned(a, b), b), known};
}

void SegmentationCounts::add(std::span<const std::uint8_t> predicted, std::span<const std::uint8_t> truth) {
    if (predicted.size() != truth.size()) throw Error("a label picture has " + std::to_string(truth.size()) + " pixels, its picture " + std::to_string(predicted.size()));
    for (std::size_t i = 0; i < truth.size(); ++i) {
        const bool isIgnored = truth[i] == kIgnored;
        const std::size_t label = isIgnored ? 0 : truth[i], answer = isIgnored ? 0 : predicted[i];
        if (label >= truth_.size() || answer >= truth_.size())
            throw Error("a label picture holds the label " + std::to_string(std::max(label, answer)) + ", expected 0 to " + std::to_string(truth_.size() - 1) + " or 255");
        ++truth_[label];
        ++predicted_[answer];
        both_[label] += label == answer;
    }
    numPixels_ += static_cast<std::int64_t>(truth.size());
}

void SegmentationCounts::add(const SegmentationCounts& other) {
    for (std::size_t i = 0; i < truth_.size(); ++i) {
        truth_[i] += other.truth_[i];
        predicted_[i] += other.predicted_[i];
        both_[i] += other.both_[i];
    }
    numPixels_ += other.numPixels_;
}

double SegmentationCounts::accuracy() const {
    return numPixels_ == 0 ? 0 : static_cast<double>(std::accumulate(both_.begin(), both_.end(), std::int64_t{0})) / static_cast<double>(numPixels_);
}

double SegmentationCounts::f1() const {
    double sum = 0;
    for (std::size_t i = 0; i < truth_.size(); ++i) {
        const std::int64_t members = truth_[i] + predicted_[i];
        sum += members == 0 ? 0 : 2 * static_cast<double>(both_[i]) / static_cast<double>(members);
    }
    return sum / static_cast<double>(truth_.size());
}

double PersonScore::mean2d() const {
    double sum = 0;
    for (const auto& [joint, error] : joints2d) sum += error;
    return joints2d.empty() ? 0 : sum / static_cast<double>(joints2d.size());
}

std::string comparedJoints(std::span<const PersonScore> people) {
    std::array<bool, kNumJudgedJoints> isCompared{};
    for (const PersonScore& person : people)
        for (const Eigen::Index joint : person.joints3d.joints) isCompared[static_cast<std::size_t>(joint)] = true;
    if (std::ranges::find(isCompared, true) == isCompared.end()) return "none";
    int numLsp = 0;
    std::string missing;
    for (std::size_t joint = 0; joint < kNumLspJoints; ++joint)
        if (isCompared[joint]) ++numLsp;
        else missing.append(missing.empty() ? " (without " : ", ").append(kCocoPlusNames[joint]);
    std::string words = std::to_string(numLsp) + " of LSP" + missing + (missing.empty() ? "" : ")");
    for (std::size_t i = 0; i < kTrunkNames.size(); ++i)
        if (isCompared[kNumLspJoints + i]) words.append(", ").append(kTrunkNames[i]);
    return words;
}

double vertexError(const Points3f& predicted, const Eigen::Vector3d& predictedRoot, const Points3f& truth, const Eigen::Vector3d& truthRoot) {
    const Points3d difference = (predicted.cast<double>() - truth.cast<double>()).rowwise() - (predictedRoot - truthRoot).transpose();
    return difference.rowwise().norm().mean() * kMillimetres;
}

Figures figuresOf(std::span<const PersonScore* const> people) {
    std::vector<double> errors2d, rooted, aligned, vertices, beyond;
    SegmentationCounts silhouette(2), parts(7);
    for (const PersonScore* person : people) {
        for (const auto& [joint, error] : person->joints2d) errors2d.push_back(error);
        rooted.insert(rooted.end(), person->joints3d.rooted.begin(), person->joints3d.rooted.end());
        aligned.insert(aligned.end(), person->joints3d.aligned.begin(), person->joints3d.aligned.end());
        if (person->vertices >= 0) vertices.push_back(person->vertices);
        if (person->jointsBeyondLimits >= 0) beyond.push_back(person->jointsBeyondLimits);
        silhouette.add(person->silhouette);
        parts.add(person->parts);
    }
    Figures figures;
    if (!errors2d.empty()) figures = {{"PCK@0.1", shareBelow(errors2d, 0.1)}, {"PCK@0.05", shareBelow(errors2d, 0.05)}};
    if (!rooted.empty())
        figures.insert(figures.end(), {{"MPJPE mm", meanOf(rooted)}, {"reconstruction error mm", meanOf(aligned)},
                                       {"PCK@150mm", 100 * shareBelow(rooted, kPckDistance)}, {"AUC", 100 * areaUnderCurve(rooted, kPckDistance)},
                                       {"PCK@150mm aligned", 100 * shareBelow(aligned, kPckDistance)}, {"AUC aligned", 100 * areaUnderCurve(aligned, kPckDistance)}});
    if (!vertices.empty()) figures.emplace_back("PVE mm", meanOf(vertices));
    addSegmentation("foreground", silhouette, figures);
    addSegmentation("six parts", parts, figures);
    if (!beyond.empty()) figures.emplace_back("joints beyond limits", meanOf(beyond));
    return figures;
}

Figures pckOfJoints(std::span<const PersonScore> people, double threshold) {
    std::array<std::vector<double>, kNumCocoPlusJoints> errors;
    for (const PersonScore& person : people)
        for (const auto& [joint, error] : person.joints2d) errors[static_cast<std::size_t>(joint)].push_back(error);
    Figures shares;
    for (std::size_t joint = 0; joint < errors.size(); ++joint)
        if (!errors[joint].empty()) shares.emplace_back(kCocoPlusNames[joint], shareBelow(errors[joint], threshold));
    return shares;
}

}  // namespace hmr
