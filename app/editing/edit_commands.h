// SPDX-License-Identifier: MIT
#pragma once
#include <QUndoCommand>
#include <optional>
#include <span>

#include "app/session.h"
#include "formats/marked_people.h"

namespace hmr {

/// What a shape coefficient (from 0) is called: its name in the body's file, or "Shape 1".
QString shapeLabel(const BodyModel* body, int index);

/// Base of every change to one person of the current frame: swaps the person's edits before and after, or where the person's motion
/// is recorded the key at this frame. Commands of one gesture on the same target merge.
class EditPerson : public QUndoCommand {
public:
    void undo() override;
    void redo() override;
    bool mergeWith(const QUndoCommand* other) override;

protected:
    EditPerson(Session& session, int person, const QString& text);
    PersonEdit after_;  ///< starts as the edits there are; the constructor of a command changes it
    int target_ = -1;   ///< joint or shape direction that a drag holds on to; −1: never merges

private:
    Session& session_;
    PersonKey key_;
    PersonEdit before_;
    std::optional<int> frame_;           ///< of the key; nothing: the edits reach over all frames
    std::optional<Keyframe> keyBefore_;
    int gesture_;
};

/// Sets a joint's rotation to its parent (axis-angle, radians).
class SetJointRotation : public EditPerson {
public:
    SetJointRotation(Session& session, int person, int joint, const Eigen::Vector3d& axisAngle);
    int id() const override { return 1; }
};

/// Sets one shape coefficient (standard deviations).
class SetBeta : public EditPerson {
public:
    SetBeta(Session& session, int person, int index, double value);
    int id() const override { return 2; }
};

/// Any other change of one person: dragging, snapping, mirroring, pasting, locking. `target` names what a gesture holds on to, so
/// that its steps merge; −1: never merges.
class ChangePerson : public EditPerson {
public:
    ChangePerson(Session& session, int person, const QString& text, PersonEdit after, int target = -1);
    int id() const override { return 4; }
};

/// Gives joints back to the network's answer, those that are locked aside: one joint, a group, or all.
class ResetJoints : public EditPerson {
public:
    ResetJoints(Session& session, int person, std::span<const int> joints, const QString& text);
};

/// Gives one shape coefficient back to the network's answer, or all when `index` is −1.
class ResetShape : public EditPerson {
public:
    ResetShape(Session& session, int person, int index = -1);
};

/// Sets the person boxes of the current picture by hand (draw, move, resize, delete), or nothing: find them again.
class SetBoxes : public QUndoCommand {
public:
    SetBoxes(Session& session, std::optional<std::vector<PersonBox>> boxes, const QString& text);
    void undo() override;
    void redo() override;
    int id() const override { return 3; }
    bool mergeWith(const QUndoCommand* other) override;

private:
    Session& session_;
    PictureKey key_;
    std::optional<std::vector<PersonBox>> before_, after_;
    int gesture_;
};

/// Puts people that another program saw in place of the boxes of the current picture, as one step of undo: their joints become those that
/// "Snap to picture" trusts.
void markPeople(Session& session, std::span<const MarkedPerson> people, const QString& text);

}  // namespace hmr
