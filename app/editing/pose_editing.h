// SPDX-License-Identifier: MIT
#pragma once
#include <span>

#include "app/session.h"

namespace hmr {

// What editing a pose as a whole means: each gives the person's edits after the change, for ChangePerson. The person must be
// recovered. Locked joints keep their rotation.

/// The pose [24,3] in place of the one that is shown; joints that do not differ stay as they are, edited or not.
PersonEdit withPose(const Session& session, int person, const Points3d& pose);

/// And the shape, and the camera where it differs.
PersonEdit withBody(const Session& session, int person, const BodyParameters& parameters, const WeakPerspectiveCamera& camera);

/// Betas in place of those that are shown.
PersonEdit withBetas(const Session& session, int person, const Eigen::VectorXd& betas);

/// Left and right swapped; the body keeps facing as it does.
PersonEdit withMirroredPose(const Session& session, int person);

/// The other side's limb as the mirror image of the one that the joint belongs to; a joint of the middle mirrors itself.
PersonEdit withMirroredLimb(const Session& session, int person, int joint);

/// Arm, leg, or head and trunk: joints of the group in jointGroups that holds the joint.
const std::vector<int>& limbOf(int joint);

/// Locked joints hold the rotation that is shown now; unlocked ones stay edited until they are reset.
PersonEdit withLocks(const Session& session, int person, std::span<const int> joints, bool isLocked);

PersonEdit withPin(const Session& session, int person, int joint, bool isPinned);

/// The source pixel that a coco-plus joint belongs on in the current frame.
PersonEdit withTarget(const Session& session, int person, int cocoPlusJoint, const Eigen::Vector2d& pixel);
PersonEdit withoutTargets(const Session& session, int person);
/// Those of the current frame.
const std::map<int, Eigen::Vector2d>& targetsOf(const Session& session, int person);

/// The file of the person's mask in the current frame; empty: none.
PersonEdit withSilhouette(const Session& session, int person, const std::string& file);
std::string silhouetteFileOf(const Session& session, int person);

/// A pose that was copied, and the shape that went with it.
struct CopiedPose {
    Points3d pose;
    Eigen::VectorXd betas;
};

/// Where the network saw one of the 19 joints, pixels of the picture; without joint maps its own body's projection.
Eigen::Vector2d placeSeen(const PersonEstimate& answer, int joint);

}  // namespace hmr
