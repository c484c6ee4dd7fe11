// SPDX-License-Identifier: MIT
#include "app/motion/take_editor.h"

#include <algorithm>
#include <numeric>

#include "app/edit_commands.h"
#include "body/error.h"
#include "body/motion/track_editing.h"

namespace hmr {
namespace {

/// Keys of a person whose track has gone go with it.
void dropLostKeys(TakeState& state) {
    std::erase_if(state.keys, [&](const auto& entry) { return !state.take.find(entry.first); });
}

void override(BodyParameters& body, const PersonEdit& edit) {
    for (const auto& [joint, axisAngle] : edit.rotations)
        if (joint < body.pose.rows()) body.pose.row(joint) = axisAngle.transpose();
    for (const auto& [index, value] : edit.betas)
        if (index < body.betas.size()) body.betas[index] = value;
}

}  // namespace

EditTake::EditTake(TakeEditor& editor, TakeState after, const QString& text)
    : QUndoCommand(text), editor_(editor), before_(editor.state()), after_(std::move(after)) {}

void EditTake::undo() { editor_.apply(before_); }

void EditTake::redo() { editor_.apply(after_); }

TakeEditor::TakeEditor(Session& session, QObject* parent) : QObject(parent), session_(session) {
    connect(&session, &Session::selectionChanged, this, [this] {
        if (isHeld_) return;
        person_ = session_.selectedPerson();
        Q_EMIT personChanged();
    });
}

void TakeEditor::selectPerson(int id) {
    person_ = id;
    if (session_.person(id)) session_.selectPerson(id);
    Q_EMIT personChanged();
}

void TakeEditor::releasePerson() {
    if (!isHeld_) return;
    if (person_ >= 0 && session_.person(person_)) session_.selectPerson(person_);
    else if (!take().find(person_)) person_ = session_.selectedPerson();
    isHeld_ = false;
    Q_EMIT personChanged();
}

FrameRange TakeEditor::range() const {
    const FrameRange all{0, take().numFrames};
    return range_ ? FrameRange{std::max(range_->first, 0), std::min(range_->end, all.end)} : all;
}

void TakeEditor::apply(const TakeState& state) {
    state_ = state;
    frame_ = std::clamp(frame_, 0, std::max(0, take().numFrames - 1));
    Q_EMIT takeChanged();
}

void TakeEditor::setTake(Take take, std::map<int, KeyLayer> keys, const QString& text) { change({std::move(take), std::move(keys)}, text); }

void TakeEditor::reset(TakeState state) {
    range_.reset();
    frame_ = 0;
    apply(state);
    Q_EMIT rangeChanged();
}

void TakeEditor::showFrame(int frame) {
    frame = std::clamp(frame, 0, std::max(0, take().numFrames - 1));
    if (frame == frame_) return;
    frame_ = frame;
    Q_EMIT frameChanged(frame);
}

void TakeEditor::setRange(std::optional<FrameRange> range) {
    if (range && range->isEmpty()) range.reset();
    range_ = range;
    Q_EMIT rangeChanged();
}

std::vector<PersonEstimate> TakeEditor::peopleAt(int frame) const {
    std::vector<PersonEstimate> people;
    for (const Track& track : take().tracks) {
        const auto keys = state_.keys.find(track.id);
        const auto sample = keyedSample(track, keys == state_.keys.end() ? KeyLayer{} : keys->second, frame);
        if (sample && sample->body.translation.z() > 0) people.push_back(estimateOf(take(), track, *sample));
    }
    return people;
}

Take TakeEditor::finished() const {
    Take result = take();
    for (Track& track : result.tracks) {
        if (const auto keys = state_.keys.find(track.id); keys != state_.keys.end()) track = keyedTrack(track, keys->second);
        const auto edit = session_.state().edits.find({session_.pictureKey().source, track.id});
        if (edit == session_.state().edits.end() || edit->second.isEmpty()) continue;
        for (SharedSample& sample : track.samples) {
            if (!sample) continue;
            auto edited = std::make_shared<MotionSample>(*sample);
            override(edited->body, edit->second);
            sample = std::move(edited);
        }
    }
    return result;
}

void TakeEditor::change(TakeState state, const QString& text) {
    dropLostKeys(state);
    session_.undoStack().push(new EditTake(*this, std::move(state), text));
}

void TakeEditor::split(int person) {
    TakeState state = state_;
    splitTrack(state.take, person, frame_);
    change(std::move(state), tr("Split track"));
}

void TakeEditor::merge(int person, int other) {
    TakeState state = state_;
    mergeTracks(state.take, person, other);
    for (const auto& [frame, key] : state.keys[other].keys) state.keys[person].keys.try_emplace(frame, key);
    change(std::move(state), tr("Merge tracks"));
}

void TakeEditor::remove(int person) {
    TakeState state = state_;
    deleteTrack(state.take, person);
    change(std::move(state), tr("Delete track"));
}

void TakeEditor::cutRange(int person) {
    TakeState state = state_;
    cutTrack(state.take, person, range());
    change(std::move(state), tr("Cut frames"));
}

void TakeEditor::trim() {
    TakeState state = state_;
    const FrameRange kept = range();
    trimTake(state.take, kept);
    for (auto& [track, layer] : state.keys) {
        std::map<int, Keyframe> moved;
        for (auto& [frame, key] : layer.keys)
            if (kept.contains(frame)) moved[frame - kept.first] = std::move(key);
        layer.keys = std::move(moved);
    }
    range_.reset();
    change(std::move(state), tr("Trim take"));
    Q_EMIT rangeChanged();
}

void TakeEditor::setKey(int person) {
    const Track* track = take().find(person);
    if (!track) throw Error("There is no track to key. Choose a person of the take first.");
    TakeState state = state_;
    KeyLayer& layer = state.keys[person];
    const auto sample = keyedSample(*track, layer, frame_);
    if (!sample) throw Error("\"" + track->name + "\" has no pose at frame " + std::to_string(frame_ + 1) + ". Fill the gap or choose another frame.");
    const PersonEdit edit = session_.edit(person);
    BodyParameters body = sample->body;
    override(body, edit);
    Keyframe& key = layer.keys[frame_];
    for (Eigen::Index joint = 0; joint < body.pose.rows(); ++joint)
        if (edit.isEmpty() || edit.rotations.contains(static_cast<int>(joint))) key.rotations[static_cast<int>(joint)] = body.pose.row(joint).transpose();
    if (!edit.betas.empty()) key.betas = body.betas;
    if (edit.isEmpty()) key.translation = body.translation;
    session_.undoStack().beginMacro(tr("Set key"));
    change(std::move(state), tr("Set key"));
    if (!edit.rotations.empty()) {
        std::vector<int> joints(static_cast<std::size_t>(body.pose.rows()));
        std::iota(joints.begin(), joints.end(), 0);
        session_.undoStack().push(new ResetJoints(session_, person, joints, tr("Reset pose")));
    }
    if (!edit.betas.empty()) session_.undoStack().push(new ResetShape(session_, person));
    session_.undoStack().endMacro();
}

void TakeEditor::removeKey(int person) {
    TakeState state = state_;
    const auto layer = state.keys.find(person);
    if (layer == state.keys.end() || layer->second.keys.erase(frame_) == 0) return;
    if (layer->second.keys.empty()) state.keys.erase(layer);
    change(std::move(state), tr("Remove key"));
}

void TakeEditor::setBlend(int person, KeyBlend blend) {
    const auto layer = state_.keys.find(person);
    if (layer == state_.keys.end() || layer->second.blend == blend) return;
    TakeState state = state_;
    state.keys[person].blend = blend;
    change(std::move(state), blend == KeyBlend::Correct ? tr("Blend corrections") : tr("Replace between keys"));
}

}  // namespace hmr
