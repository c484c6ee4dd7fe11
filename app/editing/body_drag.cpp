// SPDX-License-Identifier: MIT
#include "app/editing/body_drag.h"

#include <QCoreApplication>

#include "app/editing/edit_commands.h"
#include "app/editing/joint_angles.h"
#include "app/editing/pose_editing.h"
#include "formats/pose_mixture_file.h"

namespace hmr {
namespace {

constexpr int kDragTarget = 1000;  ///< beside the joints and betas that other gestures hold on to

}  // namespace

BodyDrag::BodyDrag(Session& session, int person, int joint, const FigureView& view)
    : session_(session), keypoints_(session.keypoints()), person_(person), joint_(joint), view_(view) {
    const PersonEstimate& shown = *session.person(person);
    const auto place = [&](int j) -> Eigen::Vector3d { return shown.joints3d.row(j).transpose(); };
    depth_ = (view.viewFromModel * place(joint)).z();
    start_ = current_ = shown.parameters;
    crop_ = shown.crop;
    startCamera_ = frameCamera(shown.camera, shown.crop);
    const PersonEdit& edit = session.edit(person);
    for (const int pin : edit.pinnedJoints) options_.pins[pin] = place(pin);
    options_.lockedJoints = edit.lockedJoints;
    likelyPoses_ = shippedPoseMixture();
    options_.prior = likelyPoses_.get();
    session_.beginGesture();
}

void BodyDrag::moveTo(const Eigen::Vector2d& scenePixel) {
    Eigen::Vector3d inView;
    inView << (scenePixel - view_.principalPoint) * (depth_ / view_.focalLength), depth_;
    current_ = dragJoint(*keypoints_, current_, start_, joint_, view_.viewFromModel.inverse() * inView, options_);
    // A recovered body stands at the origin; its camera carries it.
    BodyParameters body = current_;
    body.translation = start_.translation;
    PinholeCamera camera = startCamera_;
    camera.translation += current_.translation - start_.translation;
    const QString name = QString::fromStdString(jointLabel(kSmplJointNames[static_cast<std::size_t>(joint_)])).toLower();
    const QString text = QCoreApplication::translate("EditCommands", "Drag %1").arg(name);
    session_.undoStack().push(
        new ChangePerson(session_, person_, text, withBody(session_, person_, body, cropCamera(camera, crop_)), kDragTarget + joint_));
}

}  // namespace hmr
