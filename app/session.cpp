// SPDX-License-Identifier: MIT
#include "app/session.h"

#include <algorithm>

#include "body/error.h"

namespace hmr {
namespace {

const PersonEdit kNoEdit;

void turn(BodyParameters& body, const std::map<int, Eigen::Vector3d>& rotations) {
    for (const auto& [joint, axisAngle] : rotations) {
        if (joint < body.pose.rows()) body.pose.row(joint) = axisAngle.transpose();
    }
}

void override(PersonEstimate& person, const PersonEdit& edit) {
    BodyParameters& parameters = person.parameters;
    if (edit.camera) person.camera = cropCamera(frameCamera(edit.camera->camera, edit.camera->crop), person.crop);
    turn(parameters, edit.rotations);
    for (const auto& [index, value] : edit.betas) {
        if (index < parameters.betas.size()) parameters.betas[index] = value;
    }
}

bool contains(const std::vector<PersonBox>& boxes, int id) {
    return std::any_of(boxes.begin(), boxes.end(), [id](const PersonBox& box) { return box.id == id; });
}

}  // namespace

Session::Session(QObject* parent) : QObject(parent) { undoStack_.setUndoLimit(500); }

Session::~Session() { undoStack_.disconnect(); }

void Session::setBody(std::shared_ptr<const BodyModel> body) {
    body_ = std::move(body);
    keypoints_.reset();
    measured_.clear();
    shown_.clear();
    Q_EMIT bodyChanged();
    Q_EMIT peopleChanged();
}

void Session::setFrame(const FrameResult& result) {
    frame_ = result;
    shown_.clear();
    if (frame_.isRecovered) keepSelectionValid();
    Q_EMIT frameChanged();
    Q_EMIT peopleChanged();
}

void Session::clear() {
    frame_ = {};
    shown_.clear();
    state_ = {};
    undoStack_.clear();
    selectedPerson_ = -1;
    Q_EMIT frameChanged();
    Q_EMIT peopleChanged();
    Q_EMIT selectionChanged();
}

void Session::restore(const SessionState& state) {
    undoStack_.clear();
    state_ = state;
    shown_.clear();
    Q_EMIT peopleChanged();
}

PictureKey Session::pictureKey() const {
    if (!frame_.estimate) return {};
    return {frame_.estimate->frame.name, frame_.estimate->frame.index};
}

std::vector<PersonBox> Session::boxes() const {
    if (!frame_.estimate) return {};
    if (const auto byHand = state_.boxes.find(pictureKey()); byHand != state_.boxes.end()) return byHand->second;
    std::vector<PersonBox> found;
    for (const PersonEstimate& person : frame_.estimate->people) found.push_back({person.id, person.box});
    return found;
}

bool Session::hasBoxesByHand() const { return frame_.estimate && state_.boxes.contains(pictureKey()); }

const Session::ShownPerson* Session::shown(int id) const {
    if (!body_ || !frame_.estimate) return nullptr;
    if (const auto known = shown_.find(id); known != shown_.end()) return &known->second;
    const PersonEstimate* answer = recovered(id);
    if (!answer || !contains(boxes(), id)) return nullptr;
    ShownPerson entry{*answer, nullptr};
    if (!poseKeys_ || !poseKeys_->frameOf(id)) turn(entry.person.parameters, edit(id).lockedRotations);  // in a take they are in the motion
    override(entry.person, edit(id));
    entry.posed = std::make_shared<const PosedBody>(updateJoints(*body_, entry.person));
    return &shown_.emplace(id, std::move(entry)).first->second;
}

const PersonEstimate* Session::person(int id) const {
    const ShownPerson* entry = shown(id);
    return entry ? &entry->person : nullptr;
}

std::shared_ptr<const PosedBody> Session::posed(int id) const {
    const ShownPerson* entry = shown(id);
    return entry ? entry->posed : nullptr;
}

std::shared_ptr<const BodyMeasurements> Session::measurements(int id) const {
    const PersonEstimate* shown = person(id);
    if (!shown) return nullptr;
    Measured& known = measured_[id];
    const Eigen::VectorXd& betas = shown->parameters.betas;
    if (!known.measurements || known.betas.size() != betas.size() || known.betas != betas) {
        known = {betas, std::make_shared<const BodyMeasurements>(measureBody(*body_, betas))};
    }
    return known.measurements;
}

const PersonEdit& Session::edit(int id) const {
    const auto found = state_.edits.find({pictureKey().source, id});
    const PersonEdit& everywhere = found == state_.edits.end() ? kNoEdit : found->second;
    if (!poseKeys_ || !poseKeys_->frameOf(id)) return everywhere;
    const PersonEdit here = poseKeys_->editOf(id);
    PersonEdit& edit = keyedEdits_[id];
    edit = everywhere;
    edit.rotations = here.rotations;
    edit.camera = here.camera;
    return edit;
}

const PersonEstimate* Session::recovered(int id) const {
    if (!frame_.estimate) return nullptr;
    const auto& people = frame_.estimate->people;
    const auto found = std::find_if(people.begin(), people.end(), [id](const auto& person) { return person.id == id; });
    return found == people.end() ? nullptr : &*found;
}

const std::shared_ptr<const KeypointModel>& Session::keypoints() const {
    if (!body_) throw Error("There is no body to edit yet; wait until the models are loaded.");
    if (!keypoints_) keypoints_ = std::make_shared<const KeypointModel>(*body_);
    return keypoints_;
}

std::vector<int> Session::recoveredPeople() const {
    std::vector<int> ids;
    for (const PersonBox& box : boxes()) {
        if (person(box.id)) ids.push_back(box.id);
    }
    return ids;
}

int Session::nextPersonId() const {
    int next = 0;
    for (const PersonBox& box : boxes()) next = std::max(next, box.id + 1);
    const std::string source = pictureKey().source;
    for (const auto& [key, edit] : state_.edits) {  // a new person must not take over the edits of a deleted one
        if (key.source == source) next = std::max(next, key.person + 1);
    }
    return next;
}

void Session::selectPerson(int id) {
    if (id == selectedPerson_) return;
    selectedPerson_ = id;
    Q_EMIT selectionChanged();
}

void Session::selectJoint(int joint) {
    if (joint == selectedJoint_) return;
    selectedJoint_ = joint;
    Q_EMIT selectionChanged();
}

void Session::setView(const ViewSettings& view) {
    if (view == view_) return;
    view_ = view;
    Q_EMIT viewChanged();
}

void Session::applyEdit(const PersonKey& key, const PersonEdit& edit) {
    if (edit.isEmpty()) {
        state_.edits.erase(key);
    } else {
        state_.edits[key] = edit;
    }
    if (key.source != pictureKey().source) {
        Q_EMIT editedElsewhere(QString::fromStdString(key.source), -1);
        return;
    }
    shown_.erase(key.person);
    Q_EMIT personEdited(key.person);
}

void Session::applyKeyedEdit(const PersonKey& key, int frame, const PersonEdit& edit, const std::optional<Keyframe>& keyframe) {
    PersonEdit everywhere = edit;
    everywhere.rotations.clear();
    everywhere.camera.reset();
    if (everywhere.isEmpty()) {
        state_.edits.erase(key);
    } else {
        state_.edits[key] = everywhere;
    }
    if (poseKeys_) poseKeys_->setKey(key.person, frame, keyframe);
    if (key.source != pictureKey().source) {
        Q_EMIT editedElsewhere(QString::fromStdString(key.source), -1);
        return;
    }
    shown_.erase(key.person);
    Q_EMIT personEdited(key.person);
}

void Session::applyBoxes(const PictureKey& key, const std::optional<std::vector<PersonBox>>& boxes) {
    if (boxes) {
        state_.boxes[key] = *boxes;
    } else {
        state_.boxes.erase(key);
    }
    if (key != pictureKey()) {
        Q_EMIT editedElsewhere(QString::fromStdString(key.source), key.frame);
        return;
    }
    shown_.clear();
    keepSelectionValid();
    Q_EMIT peopleChanged();
    Q_EMIT boxesEdited();
}

void Session::keepSelectionValid() {
    const auto people = boxes();
    if (contains(people, selectedPerson_)) return;
    selectPerson(people.empty() ? -1 : people.front().id);
}

}  // namespace hmr
