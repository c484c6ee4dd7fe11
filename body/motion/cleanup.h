// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>
#include <vector>

#include "body/body_model.h"
#include "body/motion/take.h"

namespace hmr {

inline constexpr double kMostSmoothingStrength = 4;

/// How long the window of the smoothing filter is.
struct SmoothingSettings {
    double seconds = 0.08;             ///< standard deviation of the window for joints of strength 1
    std::vector<double> jointStrength;  ///< [J] times `seconds`; missing ones count 1, 0 leaves a joint as it is
    double rootStrength = 1;            ///< of the root's place
};

/// Sets one joint's strength, in [0, kMostSmoothingStrength], by its name as in kSmplJointNames. Throws Error.
void setStrength(SmoothingSettings& settings, std::string_view jointName, double strength);

/// Zero-phase smoothing: every rotation becomes the value at its time of a weighted straight-line fit (Gaussian weights) to
/// its neighbours in the tangent space of the rotation manifold; a steady turn stays as it is, also at the ends. Gaps stay.
Track smoothed(const Track& track, FrameRange range, double frameRate, const SmoothingSettings& settings);

/// When a sample counts as an outlier: farther from the median of as many frames before and behind it than `deviations` times the usual
/// distance, and than the least angle or distance.
struct OutlierSettings {
    int halfWindow = 5;                              ///< frames to each side
    double deviations = 5;
    double leastAngle = 20 * EIGEN_PI / 180;         ///< radians
    double leastDistance = 0.15;                     ///< metres, of the root
};

/// What a repair did.
struct RepairedTrack {
    Track track;
    std::vector<int> frames;  ///< where something was replaced, ascending
};

/// Replaces joints (and root places) that jump by what lies between their neighbours, on the manifold.
RepairedTrack repairedOutliers(const Track& track, FrameRange range, const OutlierSettings& settings = {});

/// Gaps of at most `longest` frames that lie in the range are filled between the frames beside them; made samples say so.
Track filledGaps(const Track& track, FrameRange range, int longest);

/// How one shape is found for a whole track.
enum class ShapeChoice { Median, LeastSquares };  ///< per direction; or the mean weighted by confidence

Eigen::VectorXd shapeOf(const Track& track, ShapeChoice choice);

/// Every sample gets the shape; the pelvis stays where it is.
Track withShape(const Track& track, const BodyModel& model, const Eigen::VectorXd& betas);

}  // namespace hmr
