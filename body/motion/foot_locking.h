// SPDX-License-Identifier: MIT
#pragma once
#include <array>

#include "body/body_model.h"
#include "body/motion/joint_chain.h"
#include "body/motion/take.h"

namespace hmr {

/// The lowest points of heel and toes of a shaped body, each fixed to its joint (ankle and foot).
struct SolePoint {
    int joint = 0;
    Eigen::Vector3d offset = Eigen::Vector3d::Zero();  ///< from the joint, rest frame, metres
};
/// Left heel, left toes, right heel, right toes.
inline constexpr int kNumSolePoints = 4;
using Soles = std::array<SolePoint, kNumSolePoints>;
Soles solesOf(const BodyModel& model, const Eigen::VectorXd& betas);

/// Where the sole points are with these joints.
std::array<Eigen::Vector3d, kNumSolePoints> solePlaces(const Soles& soles, const JointFrames& joints);

/// When a part of the sole counts as standing.
struct ContactSettings {
    double speed = 0.35;        ///< metres a second; a standing point is slower
    double height = 0.08;       ///< metres; and nearer to the floor
    double shortest = 0.1;      ///< seconds; a shorter contact is none, a shorter lift in one neither
};

/// Per sole point and frame of the track (from its first): does it stand? Gaps stand nowhere.
using Contacts = std::array<std::vector<bool>, kNumSolePoints>;
Contacts contactsOf(const BodyModel& model, const Track& track, double frameRate, const FloorPlane& floor,
                    const ContactSettings& settings = {});

/// The floor that everybody of the take stands on: its height from the lowest places where sole points rest, its tilt kept as
/// given in `up` (camera axes, unit). A take without people gives an unknown floor.
FloorPlane foundFloor(const BodyModel& model, const Take& take, const Eigen::Vector3d& up = {0, -1, 0});

/// The track with standing sole points held still on the floor: a smooth shift of the root takes what both feet agree on,
/// and the legs' two-bone inverse kinematics the rest (ankles keep their world orientation but for what lays the sole flat
/// while heel and toes both stand). One shape per track is expected (see withShape).
Track withLockedFeet(const BodyModel& model, const Track& track, double frameRate, const FloorPlane& floor,
                     const ContactSettings& settings = {});

/// Bends hip and knee so that the ankle (joint index) comes to a place, as far as the leg reaches; the ankle's own world
/// rotation becomes `ankleRotation`. The knee stays in its plane.
void placeAnkle(const JointChain& chain, BodyParameters& body, int hip, int knee, int ankle, const Eigen::Vector3d& place,
                const Eigen::Matrix3d& ankleRotation);

}  // namespace hmr
