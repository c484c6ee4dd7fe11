// SPDX-License-Identifier: MIT
#include "app/editing/pose_editing.h"

#include <algorithm>
#include <array>

#include "app/editing/joint_angles.h"

namespace hmr {
namespace {

constexpr double kSame = 1e-9;

const BodyParameters& shown(const Session& session, int person) { return session.person(person)->parameters; }

bool isSame(const WeakPerspectiveCamera& a, const WeakPerspectiveCamera& b) {
    return std::abs(a.scale - b.scale) < kSame && (a.translation - b.translation).norm() < kSame;
}

}  // namespace

PersonEdit withPose(const Session& session, int person, const Points3d& pose) {
    PersonEdit edit = session.edit(person);
    const Points3d& before = shown(session, person).pose;
    for (int joint = 0; joint < before.rows(); ++joint) {
        const bool isChanged = (pose.row(joint) - before.row(joint)).norm() > kSame;
        if (isChanged && !edit.lockedJoints.contains(joint)) edit.rotations[joint] = pose.row(joint).transpose();
    }
    return edit;
}

PersonEdit withBetas(const Session& session, int person, const Eigen::VectorXd& betas) {
    PersonEdit edit = session.edit(person);
    const Eigen::VectorXd& before = shown(session, person).betas;
    for (int i = 0; i < std::min(betas.size(), before.size()); ++i) {
        if (std::abs(betas[i] - before[i]) > kSame) edit.betas[i] = betas[i];
    }
    return edit;
}

PersonEdit withBody(const Session& session, int person, const BodyParameters& parameters, const WeakPerspectiveCamera& camera) {
    const PersonEstimate& before = *session.person(person);
    PersonEdit edit = withPose(session, person, parameters.pose);
    edit.betas = withBetas(session, person, parameters.betas).betas;
    if (!isSame(camera, before.camera)) edit.camera = PlacedCamera{camera, before.crop};
    return edit;
}

PersonEdit withMirroredPose(const Session& session, int person) {
    Points3d pose = mirrored(shown(session, person)).pose;
    pose.row(0) = shown(session, person).pose.row(0);
    return withPose(session, person, pose);
}

PersonEdit withMirroredLimb(const Session& session, int person, int joint) {
    Points3d pose = shown(session, person).pose;
    const Points3d image = mirrored(shown(session, person)).pose;
    for (const int member : limbOf(joint)) {
        const int other = kSmplFlip[static_cast<std::size_t>(member)];
        const bool isOfTheSide = kSmplFlip[static_cast<std::size_t>(joint)] != joint;
        if (isOfTheSide && other != member) pose.row(other) = image.row(other);
    }
    if (kSmplFlip[static_cast<std::size_t>(joint)] == joint && joint != 0) pose.row(joint) = image.row(joint);
    return withPose(session, person, pose);
}

const std::vector<int>& limbOf(int joint) {
    const auto& groups = jointGroups();
    return std::find_if(groups.begin(), groups.end(), [joint](const JointGroup& group) {
        return std::find(group.joints.begin(), group.joints.end(), joint) != group.joints.end();
    })->joints;
}

PersonEdit withLocks(const Session& session, int person, std::span<const int> joints, bool isLocked) {
    PersonEdit edit = session.edit(person);
    for (const int joint : joints) {
        if (isLocked) {
            edit.rotations[joint] = edit.lockedRotations[joint] = shown(session, person).pose.row(joint).transpose();
            edit.lockedJoints.insert(joint);
        } else {
            edit.lockedJoints.erase(joint);
            edit.lockedRotations.erase(joint);
        }
    }
    return edit;
}

PersonEdit withPin(const Session& session, int person, int joint, bool isPinned) {
    PersonEdit edit = session.edit(person);
    if (isPinned) {
        edit.pinnedJoints.insert(joint);
    } else {
        edit.pinnedJoints.erase(joint);
    }
    return edit;
}

PersonEdit withTarget(const Session& session, int person, int cocoPlusJoint, const Eigen::Vector2d& pixel) {
    PersonEdit edit = session.edit(person);
    edit.targets[session.pictureKey().frame][cocoPlusJoint] = pixel;
    return edit;
}

PersonEdit withoutTargets(const Session& session, int person) {
    PersonEdit edit = session.edit(person);
    edit.targets.erase(session.pictureKey().frame);
    return edit;
}

const std::map<int, Eigen::Vector2d>& targetsOf(const Session& session, int person) {
    static const std::map<int, Eigen::Vector2d> none;
    const auto& byFrame = session.edit(person).targets;
    const auto found = byFrame.find(session.pictureKey().frame);
    return found == byFrame.end() ? none : found->second;
}

PersonEdit withSilhouette(const Session& session, int person, const std::string& file) {
    PersonEdit edit = session.edit(person);
    if (file.empty()) {
        edit.silhouettes.erase(session.pictureKey().frame);
    } else {
        edit.silhouettes[session.pictureKey().frame] = file;
    }
    return edit;
}

std::string silhouetteFileOf(const Session& session, int person) {
    const auto& byFrame = session.edit(person).silhouettes;
    const auto found = byFrame.find(session.pictureKey().frame);
    return found == byFrame.end() ? std::string() : found->second;
}

Eigen::Vector2d placeSeen(const PersonEstimate& answer, int joint) {
    return (answer.seenJoints ? answer.seenJoints->positions : answer.joints2d).row(joint).transpose();
}

}  // namespace hmr
