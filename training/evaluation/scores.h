// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/SparseCore>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "body/body_model.h"
#include "body/picture.h"
#include "body/skeleton.h"
#include "body/types.h"

namespace hmr {

/// Figures of one set; what a set has no labels for is absent.
using Figures = std::vector<std::pair<std::string, double>>;

/// The 14 joints of LSP, then pelvis, spine and head: the 17 that SPIN judges MPI-INF-3DHP by.
inline constexpr int kNumJudgedJoints = kNumLspJoints + 3;

/// Joints in that order and the point they are told about.
struct RootedJoints {
    Points3d joints;       ///< [14,3] or [17,3] metres, camera axes; NaN where unknown
    Eigen::Vector3d root = Eigen::Vector3d::Zero();
};

/// How joints are made from a mesh and what they are centred on.
class JointRule {
public:
    /// The published evaluation: the body's coco-plus regressor, middle of the hips.
    static JointRule hmr() { return JointRule(); }
    /// SPIN's: a regressor of Human3.6M's 17 joints [17,V], pelvis. The truth is the data set's own joints and pelvis.
    static JointRule spin(Eigen::SparseMatrix<float, Eigen::RowMajor> human36mRegressor);

    /// 14 joints; 17 under protocol spin.
    RootedJoints ofMesh(const BodyModel& body, const Points3f& vertices) const;
    /// Of coco-plus joints [19,3]; `pelvis` and `spineAndHead` [2,3] where the set tells them, which makes 17 joints under protocol spin.
    RootedJoints ofAnnotation(const Points3d& joints, const std::optional<Eigen::Vector3d>& pelvis, const Points3d& spineAndHead = {}) const;

    std::string name() const { return usesPelvis_ ? "spin" : "hmr"; }
    std::string regressorName() const { return usesPelvis_ ? "Human3.6M, 17 joints" : "coco-plus of the body file"; }
    std::string rootName() const { return usesPelvis_ ? "pelvis" : "middle of the hips"; }

private:
    bool usesPelvis_ = false;
    Eigen::SparseMatrix<float, Eigen::RowMajor> regressor_;
};

/// Distances of joints, millimetres: about the roots, and after the similarity that fits this person best.
struct JointErrors {
    std::vector<double> rooted, aligned;
    std::vector<Eigen::Index> joints;  ///< rows of RootedJoints that were compared
};
/// Over the joints that the truth has and knows; empty when they are fewer than three.
JointErrors jointErrors(const RootedJoints& predicted, const RootedJoints& truth);

/// Pixels of predicted and true labels, pooled over a set: class 0 is the background.
class SegmentationCounts {
public:
    static constexpr std::uint8_t kIgnored = 255;
    explicit SegmentationCounts(int numClasses = 2) : predicted_(numClasses), truth_(numClasses), both_(numClasses) {}

    /// Adds a picture; pixels whose truth is 255 are left out of both. Labels beyond the classes throw Error.
    void add(std::span<const std::uint8_t> predicted, std::span<const std::uint8_t> truth);
    void add(const SegmentationCounts& other);

    bool isEmpty() const { return numPixels_ == 0; }
    double accuracy() const;  ///< share of equal pixels, those left out counted as equal background as SPIN's code does
    double f1() const;        ///< mean over the classes, background included, of 2TP / (2TP + FP + FN)

private:
    std::vector<std::int64_t> predicted_, truth_, both_;
    std::int64_t numPixels_ = 0;
};

/// What is wrong with one answer.
struct PersonScore {
    std::vector<std::pair<int, double>> joints2d;  ///< coco-plus joint, distance over the box's longer side
    JointErrors joints3d;
    double vertices = -1;                          ///< mean over the mesh about the roots, millimetres; negative: not known
    int jointsBeyondLimits = -1;                   ///< joints that turn farther than people's; negative: not known
    SegmentationCounts silhouette{2}, parts{7};
    double mean2d() const;
};

/// The 3D joints by which anybody was compared, in words: "14 of LSP, pelvis, spine, head", "13 of LSP (without head_top)", "none".
std::string comparedJoints(std::span<const PersonScore> people);

/// Mean distance of corresponding vertices about their roots, millimetres.
double vertexError(const Points3f& predicted, const Eigen::Vector3d& predictedRoot, const Points3f& truth, const Eigen::Vector3d& truthRoot);

/// The figures of a set of people.
Figures figuresOf(std::span<const PersonScore* const> people);

/// PCK at a threshold of each coco-plus joint that is annotated somewhere.
Figures pckOfJoints(std::span<const PersonScore> people, double threshold);

}  // namespace hmr
