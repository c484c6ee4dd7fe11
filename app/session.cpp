// SPDX-License-Identifier: MIT
#include "app/session.h"

#include <algorithm>

namespace hmr {
namespace {

const PersonEdit kNoEdit;

void override(BodyParameters& parameters, const PersonEdit& edit) {
    for (const auto& [joint, axisAngle] : edit.rotations) {
        if (joint < parameters.pose.rows()) parameters.pose.row(joint) = axisAngle.transpose();
    }
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
    const auto& people = frame_.estimate->people;
    const auto recovered = std::find_if(people.begin(), people.end(), [id](const auto& person) { return person.id == id; });
    if (recovered == people.end() || !contains(boxes(), id)) return nullptr;
    ShownPerson entry{*recovered, nullptr};
    override(entry.person.parameters, edit(id));
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

const PersonEdit& Session::edit(int id) const {
    const auto found = state_.edits.find({pictureKey().source, id});
    return found == state_.edits.end() ? kNoEdit : found->second;
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
