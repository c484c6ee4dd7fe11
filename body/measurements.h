// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <map>
#include <string_view>
#include <vector>

#include "body/body_model.h"

namespace hmr {

/// What a tailor would measure on the T-posed body. Heights are along y. H is the height of the hip joints, S that of the
/// shoulder joints; girths are those of a taut tape: the convex hull of the part's section with a plane.
enum class Measure {
    Height,           ///< lowest to highest point
    ArmSpan,          ///< finger tip to finger tip, along x
    Inseam,           ///< lowest point to the crotch: the lowest point of the section at x of the pelvis
    ShoulderBreadth,  ///< between the highest points of the sections at x of the shoulder joints
    Neck,             ///< across the line from neck joint to head joint, halfway
    Chest,            ///< level, at H + 0.68 (S − H)
    Waist,            ///< level, at H + 0.40 (S − H)
    Hip,              ///< level, halfway between crotch and H
    Thigh,            ///< left; across the line from hip to knee, a third down
    UpperArm,         ///< left; across the line from shoulder to elbow, halfway
    Wrist,            ///< left; across the line from elbow to wrist, at 95 %
};
inline constexpr int kNumMeasures = 11;
inline constexpr std::array<std::string_view, kNumMeasures> kMeasureNames = {
    "height", "arm_span", "inseam", "shoulder_breadth", "neck", "chest", "waist", "hip", "thigh", "upper_arm", "wrist"};

/// A point on an edge of the mesh: it stays on the surface in every pose.
struct SurfacePoint {
    int from = 0, to = 0;  ///< vertices
    double share = 0;      ///< of the way
};

/// One measure, and the line to draw for it.
struct Measurement {
    double metres = 0;
    std::vector<SurfacePoint> curve;  ///< closed for girths, from end to end for lengths
};

struct BodyMeasurements {
    std::array<Measurement, kNumMeasures> measures;  ///< by Measure
    double volume = 0;                               ///< cubic metres, by the divergence theorem
    double mass = 0;                                 ///< kilograms, at 985 kg/m³ (a person with air in the lungs)
    const Measurement& operator[](Measure measure) const { return measures[static_cast<std::size_t>(measure)]; }
};

/// Measures a body of SMPL's 24 joints: planes and landmarks come from joints and skin weights, so any mesh will do.
/// Throws Error for another skeleton, or a mesh that a plane does not meet where the part should be.
BodyMeasurements measureBody(const BodyModel& model, const Eigen::VectorXd& betas);

/// Where a point of a curve lies on posed vertices.
inline Eigen::Vector3f placeOf(const SurfacePoint& point, const Points3f& vertices) {
    return ((1 - point.share) * vertices.row(point.from).cast<double>() + point.share * vertices.row(point.to).cast<double>())
        .transpose().cast<float>();
}

/// The betas nearest to `start` whose body has the wanted measures (metres); each coefficient stays within ±5. What no shape
/// of the model can do is met as nearly as it can. Throws Error for a measure that is not above zero.
Eigen::VectorXd betasForMeasures(const BodyModel& model, const Eigen::VectorXd& start, const std::map<Measure, double>& wanted);

}  // namespace hmr
