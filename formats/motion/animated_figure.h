// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <optional>

#include "body/motion/take.h"
#include "formats/figure.h"
#include "formats/motion/export_preset.h"
#include "formats/share_report.h"

namespace hmr {

/// The y-up world of an export: upright, the floor at y = 0, under the first person's first pelvis the origin. Metres.
struct WorldFrame {
    Eigen::Matrix3d worldFromTake = Eigen::Vector3d(1, -1, -1).asDiagonal();  ///< rotation
    Eigen::Vector3d origin = Eigen::Vector3d::Zero();                          ///< of the world, in the take's camera axes
    Eigen::Vector3d place(const Eigen::Vector3d& inTake) const { return worldFromTake * (inTake - origin); }
};

/// The world of a take; finds the floor when the take does not know it.
WorldFrame worldOf(const BodyModel& model, const Take& take);

/// The body in the world: its root turned and moved so that posing it gives world places.
BodyParameters inWorld(const WorldFrame& world, const Eigen::Vector3d& restPelvis, const BodyParameters& body);
/// The inverse of inWorld.
BodyParameters inTake(const WorldFrame& world, const Eigen::Vector3d& restPelvis, const BodyParameters& body);

/// One joint over the frames of an animation, to its parent (the first joint: to the world).
struct JointCurve {
    std::vector<Eigen::Quaterniond> rotations;  ///< [F] neighbours on the same half of the sphere
    std::vector<Eigen::Vector3d> places;        ///< [F] of joints that move; empty: the place of the rest pose
};

/// What a figure's motion was made from, kept beside it where a format can.
struct MotionOrigin {
    std::string source;                  ///< what was opened
    int width = 0, height = 0;           ///< source pixels; 0 without a picture
    double focalLength = 0;              ///< pixels of the take's camera
    int firstSourceFrame = 0;            ///< the frame of the source that is the figure's first
    std::vector<SharedSample> samples;   ///< [F] parameters in the axes of the take's camera, gaps filled
};

/// A skinned body with its motion, in the axes and with the names of a preset. The bind pose is the T-pose of the person's
/// one shape with its soles on the floor.
struct AnimatedFigure {
    Figure figure;                   ///< bind pose; no motion
    std::vector<JointCurve> joints;  ///< [J]
    double frameRate = 30;
    int firstFrame = 0;              ///< frames after the animation's time zero
    UpAxis up = UpAxis::Y;
    std::string modelId;
    Eigen::VectorXd betas;
    MotionOrigin origin;

    int numFrames() const { return joints.empty() ? 0 : static_cast<int>(joints.front().rotations.size()); }
};

/// What goes into an export.
struct MotionExportSettings {
    const ExportPreset* preset = &exportPresets().front();
    std::vector<int> people;                 ///< ids; empty: everybody
    FrameRange range = {0, 1 << 30};
    std::optional<RootHandling> root;        ///< in place of the preset's
    /// Gets the share done in [0, 1]; answering false cancels, which throws Error and leaves nothing behind.
    std::function<bool(double)> onProgress;
};

/// Calls onProgress; throws Error when it answers false.
void reportProgress(const MotionExportSettings& settings, double share);

/// Throws Error that names those who are there when one of `people` (ids) is not.
void requirePeople(const Take& take, const std::vector<int>& people);

/// The chosen people's tracks within the range, gaps filled along the manifold, each with one shape. Throws Error when there
/// is nobody, or somebody who was chosen is not in the take.
std::vector<Track> exportedTracks(const BodyModel& model, const Take& take, const MotionExportSettings& settings);

/// Figures in axes with `up` upwards. A body with hands has its own joints: those that it shares with SMPL have the
/// preset's names, face and fingers their own, at rest. Throws Error for a body without SMPL's joints.
std::vector<AnimatedFigure> animatedFigures(const BodyModel& model, const Take& take, const MotionExportSettings& settings, UpAxis up);

/// World places [J,3] of a figure's joints at a frame of the animation.
Points3d jointPlaces(const AnimatedFigure& figure, int frame);

}  // namespace hmr
