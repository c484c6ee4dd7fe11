// SPDX-License-Identifier: MIT
#pragma once
#include "body/fitting/fit_objective.h"
#include "body/fitting/silhouette_fit.h"

namespace hmr {

/// A vertex of the body that belongs on the mask's outline there.
struct OutlineMatch {
    int point = 0;                                       ///< of the surface points
    Eigen::Vector2d place = Eigen::Vector2d::Zero();     ///< crop coordinates
    Eigen::Vector2d normal = Eigen::Vector2d::UnitX();   ///< of the mask's outline, unit
};

/// Vertices on the outline of a body seen by a crop's camera, with where they are and the outward normal there: edges between what
/// faces the camera and what does not, with background beside them.
struct BodyOutline {
    std::vector<int> vertices;  ///< [N]
    Points2d places, normals;   ///< [N,2] crop coordinates; unit
};
BodyOutline outlineOf(const BodyModel& model, const Points3f& vertices, const WeakPerspectiveCamera& camera, double focalLength);

/// Vertices and where they belong; `point` counts through `vertices`.
struct MatchedOutlines {
    std::vector<int> vertices;
    std::vector<OutlineMatch> matches;
};
/// Nearest neighbours among those that face the same way and are no farther than `reach` (crop coordinates): of evenly spread points of
/// the body's outline on the mask's, and of the mask's on the body's.
MatchedOutlines matchedOutlines(const BodyOutline& body, const Silhouette& mask, double reach);

/// FitObjective and the distances of matched vertices from the mask's outline, along its normals.
class SilhouetteObjective {
public:
    using State = FitState;

    /// All must outlive the objective.
    SilhouetteObjective(const FitObjective& joints, const KeypointModel& surface, std::span<const OutlineMatch> matches,
                        const FitOptions& options, const SilhouetteOptions& outline);

    int numUnknowns() const { return joints_.numUnknowns(); }
    double cost(const FitState& state, NormalEquations* equations) const;
    FitState moved(const FitState& state, const Eigen::VectorXd& step) const { return joints_.moved(state, step); }

private:
    const FitObjective& joints_;
    const KeypointModel& surface_;
    std::span<const OutlineMatch> matches_;
    double focalLength_, deviation_, robustSquare_;
};

}  // namespace hmr
