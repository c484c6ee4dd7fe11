// SPDX-License-Identifier: MIT
#include "app/editing/edit_commands.h"

#include <QCoreApplication>

#include "app/editing/joint_angles.h"
#include "body/skeleton.h"

namespace hmr {
namespace {

constexpr double kSureShare = 0.1;  ///< of the box: joints that another program is less sure of are left out

QString translated(const char* text) { return QCoreApplication::translate("EditCommands", text); }

QString jointText(int joint) {
    return QString::fromStdString(jointLabel(kSmplJointNames[static_cast<std::size_t>(joint) % kNumSmplJoints])).toLower();
}

}  // namespace

EditPerson::EditPerson(Session& session, int person, const QString& text)
    : QUndoCommand(text),
      after_(session.edit(person)),
      session_(session),
      key_{session.pictureKey().source, person},
      before_(after_),
      gesture_(session.gesture()) {
    if (session.poseKeys_) frame_ = session.poseKeys_->frameOf(person);
    if (frame_) keyBefore_ = session.poseKeys_->key(person, *frame_);
}

void EditPerson::undo() {
    frame_ ? session_.applyKeyedEdit(key_, *frame_, before_, keyBefore_) : session_.applyEdit(key_, before_);
}

void EditPerson::redo() {
    if (frame_) {
        session_.applyKeyedEdit(key_, *frame_, after_, session_.poseKeys_->keyWith(key_.person, *frame_, after_));
    } else {
        session_.applyEdit(key_, after_);
    }
}

bool EditPerson::mergeWith(const QUndoCommand* other) {
    const auto* next = dynamic_cast<const EditPerson*>(other);
    if (!next || target_ < 0 || next->target_ != target_ || next->key_ != key_ || next->frame_ != frame_ || next->gesture_ != gesture_) return false;
    after_ = next->after_;
    setObsolete(after_ == before_);
    return true;
}

SetJointRotation::SetJointRotation(Session& session, int person, int joint, const Eigen::Vector3d& axisAngle)
    : EditPerson(session, person, translated("Turn %1").arg(jointText(joint))) {
    after_.rotations[joint] = axisAngle;
    target_ = joint;
}

QString shapeLabel(const BodyModel* body, int index) {
    const auto i = static_cast<std::size_t>(index);
    if (!body || i >= body->data().betaNames.size() || body->data().betaNames[i].empty()) return translated("Shape %1").arg(index + 1);
    QString name = QString::fromStdString(body->data().betaNames[i]).replace('_', ' ');
    name[0] = name[0].toUpper();
    return name;
}

SetBeta::SetBeta(Session& session, int person, int index, double value)
    : EditPerson(session, person, translated("Change %1").arg(shapeLabel(session.body().get(), index).toLower())) {
    after_.betas[index] = value;
    target_ = index;
}

ResetJoints::ResetJoints(Session& session, int person, std::span<const int> joints, const QString& text)
    : EditPerson(session, person, text) {
    for (const int joint : joints) {
        if (!after_.lockedJoints.contains(joint)) after_.rotations.erase(joint);
    }
}

ChangePerson::ChangePerson(Session& session, int person, const QString& text, PersonEdit after, int target)
    : EditPerson(session, person, text) {
    after_ = std::move(after);
    target_ = target;
}

ResetShape::ResetShape(Session& session, int person, int index)
    : EditPerson(session, person, translated("Reset shape")) {
    if (index < 0) {
        after_.betas.clear();
    } else {
        after_.betas.erase(index);
    }
}

SetBoxes::SetBoxes(Session& session, std::optional<std::vector<PersonBox>> boxes, const QString& text)
    : QUndoCommand(text), session_(session), key_(session.pictureKey()), after_(std::move(boxes)), gesture_(session.gesture()) {
    if (session.hasBoxesByHand()) before_ = session.boxes();
}

void SetBoxes::undo() { session_.applyBoxes(key_, before_); }

void SetBoxes::redo() { session_.applyBoxes(key_, after_); }

bool SetBoxes::mergeWith(const QUndoCommand* other) {
    const auto* next = dynamic_cast<const SetBoxes*>(other);
    if (!next || next->key_ != key_ || next->gesture_ != gesture_) return false;
    after_ = next->after_;
    setObsolete(after_ == before_);
    return true;
}

void markPeople(Session& session, std::span<const MarkedPerson> people, const QString& text) {
    session.beginGesture();
    session.undoStack().beginMacro(text);
    int id = session.nextPersonId();
    std::vector<PersonBox> boxes;
    for (const MarkedPerson& person : people) {
        boxes.push_back({id, person.box});
        if (person.joints) {
            PersonEdit edit = session.edit(id);
            for (int joint = 0; joint < kNumCocoPlusJoints; ++joint)
                if (person.joints->deviations[joint] < kSureShare * person.box.longerSide())
                    edit.targets[session.pictureKey().frame][joint] = person.joints->positions.row(joint).transpose();
            session.undoStack().push(new ChangePerson(session, id, text, std::move(edit)));
        }
        ++id;
    }
    session.undoStack().push(new SetBoxes(session, std::move(boxes), text));
    session.undoStack().endMacro();
}

}  // namespace hmr
