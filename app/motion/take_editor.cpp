// SPDX-License-Identifier: MIT
#include "app/motion/take_editor.h"

#include <algorithm>

#include "app/editing/edit_commands.h"
#include "body/error.h"
#include "body/motion/finished_take.h"
#include "body/motion/track_editing.h"

namespace hmr {
namespace {

/// Keys of a person whose track has gone go with it.
void dropLostKeys(TakeState& state) {
    std::erase_if(state.keys, [&](const auto& entry) { return !state.take.find(entry.first); });
}

const KeyLayer kNoKeys;
constexpr double kSamePlace = 1e-9;  // metres: a place that went through a crop's camera and back

/// Where the edit puts a body that the sample's crop sees, metres before the take's camera.
Eigen::Vector3d placeOf(const Take& take, const PlacedCamera& placed) {
    return frameTranslation(placed.camera, placed.crop, take.width, take.height, take.focalLength);
}

/// The track with the rotations and the place of an edit in all of its frames.
Track withPoseEdit(const Take& take, Track track, const PersonEdit& edit) {
    if (edit.rotations.empty() && !edit.camera) return track;
    for (SharedSample& sample : track.samples) {
        if (!sample) continue;
        auto edited = std::make_shared<MotionSample>(*sample);
        for (const auto& [joint, axisAngle] : edit.rotations)
            if (joint < edited->body.pose.rows()) edited->body.pose.row(joint) = axisAngle.transpose();
        if (edit.camera) edited->body.translation = placeOf(take, *edit.camera);
        sample = std::move(edited);
    }
    return track;
}

}  // namespace

EditTake::EditTake(TakeEditor& editor, TakeState after, const QString& text)
    : QUndoCommand(text), editor_(editor), before_(editor.state()), after_(std::move(after)) {}

void EditTake::undo() { editor_.apply(before_); }

void EditTake::redo() { editor_.apply(after_); }

TakeEditor::TakeEditor(Session& session, QObject* parent) : QObject(parent), session_(session) {
    session.setPoseKeys(this);
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

const KeyLayer& TakeEditor::layerOf(int person) const {
    const auto layer = state_.keys.find(person);
    return layer == state_.keys.end() ? kNoKeys : layer->second;
}

std::optional<int> TakeEditor::frameOf(int person) const {
    return isShown_ && take().find(person) ? std::optional(frame_) : std::nullopt;
}

std::optional<Keyframe> TakeEditor::key(int person, int frame) const {
    const auto& keys = layerOf(person).keys;
    const auto found = keys.find(frame);
    return found == keys.end() ? std::nullopt : std::optional(found->second);
}

PersonEdit TakeEditor::editOf(int person) const {
    PersonEdit edit;
    const std::optional<Keyframe> here = key(person, frame_);
    if (!here) return edit;
    edit.rotations = here->rotations;
    const Track* track = take().find(person);
    std::optional<MotionSample> sample = track && here->translation ? keyedSample(*track, layerOf(person), frame_) : std::nullopt;
    if (sample && sample->body.translation.z() > 0) edit.camera = PlacedCamera{estimateOf(take(), *track, *sample).camera, sample->crop};
    return edit;
}

std::optional<Keyframe> TakeEditor::keyWith(int person, int frame, const PersonEdit& edit) const {
    Keyframe key = this->key(person, frame).value_or(Keyframe{});
    key.rotations = edit.rotations;
    if (!edit.camera) {
        key.translation.reset();
    } else if (const Eigen::Vector3d place = placeOf(take(), *edit.camera); !key.translation || (place - *key.translation).norm() > kSamePlace) {
        key.translation = place;
    }
    return key.isEmpty() ? std::nullopt : std::optional(key);
}

void TakeEditor::setKey(int person, int frame, const std::optional<Keyframe>& key) {
    const auto known = state_.keys.find(person);
    if (key) {
        // A pose put right at one frame is meant for that place in the motion.
        if (known == state_.keys.end()) state_.keys[person].blend = KeyBlend::Local;
        state_.keys[person].keys[frame] = *key;
    } else if (known != state_.keys.end()) {
        known->second.keys.erase(frame);
        if (known->second.keys.empty()) state_.keys.erase(known);
    }
    Q_EMIT keysChanged();
    if (isShown_) showFrame(frame);
}

void TakeEditor::record(Take take) {
    session_.undoStack().beginMacro(tr("Record take"));
    for (Track& track : take.tracks) {
        PersonEdit edit = session_.edit(track.id);
        // Locked joints turn in this take as they were locked, and in every later one.
        for (const auto& [joint, axisAngle] : edit.rotations)
            if (edit.lockedJoints.contains(joint)) edit.lockedRotations[joint] = axisAngle;
        edit.rotations.insert(edit.lockedRotations.begin(), edit.lockedRotations.end());
        track = withPoseEdit(take, std::move(track), edit);
        edit.rotations.clear();
        edit.camera.reset();
        if (edit != session_.edit(track.id)) session_.undoStack().push(new ChangePerson(session_, track.id, tr("Keep edits in the take"), std::move(edit)));
    }
    setTake(std::move(take), {}, tr("Record take"));
    session_.undoStack().endMacro();
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

std::vector<PersonEstimate> TakeEditor::people(int frame, bool withKeysOfFrame) const {
    std::vector<PersonEstimate> people;
    for (const Track& track : take().tracks) {
        const KeyLayer& layer = layerOf(track.id);
        std::optional<MotionSample> sample = keyedSample(track, layer, frame);
        if (sample && !withKeysOfFrame && layer.keys.contains(frame)) {
            KeyLayer others = layer;
            Keyframe& here = others.keys[frame];
            here.rotations.clear();  // the session's edits: rotations and place
            here.translation.reset();
            if (const auto beneath = keyedSample(track, others, frame)) sample = beneath;
        }
        if (sample && sample->body.translation.z() > 0) people.push_back(estimateOf(take(), track, *sample));
    }
    return people;
}

std::vector<PersonEstimate> TakeEditor::peopleAt(int frame) const { return people(frame, true); }

std::vector<PersonEstimate> TakeEditor::peopleBeneathKeys(int frame) const { return people(frame, false); }

Take TakeEditor::finished() const {
    const std::string source = isShown_ ? session_.pictureKey().source : take().source;
    std::map<int, ShapeEdit> shapes;
    for (const auto& [key, edit] : session_.state().edits)
        if (key.source == source) shapes[key.person] = edit.betas;
    return finishedTake(take(), state_.keys, shapes);
}

void TakeEditor::change(TakeState state, const QString& text) {
    dropLostKeys(state);
    session_.undoStack().push(new EditTake(*this, std::move(state), text));
}

void TakeEditor::split(int person) {
    TakeState state = state_;
    const int later = splitTrack(state.take, person, frame_);
    if (const Track* whole = take().find(person); state_.keys.contains(person)) {
        const SplitKeys parts = splitKeys(*whole, state_.keys.at(person), frame_);
        state.keys.erase(person);
        if (!parts.before.keys.empty()) state.keys[person] = parts.before;
        if (!parts.after.keys.empty()) state.keys[later] = parts.after;
    }
    change(std::move(state), tr("Split track"));
}

void TakeEditor::merge(int person, int other) {
    TakeState state = state_;
    // A key says how its own track differs; in a longer track it would change frames that it was not made for.
    for (const int id : {person, other}) {
        Track* track = state.take.find(id);
        if (track && state.keys.contains(id)) *track = keyedTrack(*track, state.keys.at(id));
        state.keys.erase(id);
    }
    mergeTracks(state.take, person, other);
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
    if (const auto layer = state.keys.find(person); layer != state.keys.end()) {
        std::erase_if(layer->second.keys, [this](const auto& key) { return range().contains(key.first); });
        if (layer->second.keys.empty()) state.keys.erase(layer);
    }
    change(std::move(state), tr("Cut frames"));
}

void TakeEditor::trim() {
    TakeState state = state_;
    trimTake(state.take, state.keys, range());
    range_.reset();
    change(std::move(state), tr("Trim take"));
    Q_EMIT rangeChanged();
}

void TakeEditor::setKey(int person) {
    const Track* track = take().find(person);
    if (!track) throw Error("There is no track to key. Choose a person of the take first.");
    const auto sample = keyedSample(*track, layerOf(person), frame_);
    if (!sample) throw Error("\"" + track->name + "\" has no pose at frame " + std::to_string(frame_ + 1) + ". Fill the gap or choose another frame.");
    TakeState state = state_;
    if (!state.keys.contains(person)) state.keys[person].blend = KeyBlend::Local;
    Keyframe& key = state.keys[person].keys[frame_];
    for (Eigen::Index joint = 0; joint < sample->body.pose.rows(); ++joint) key.rotations[static_cast<int>(joint)] = sample->body.pose.row(joint).transpose();
    key.translation = sample->body.translation;
    const PersonEdit edit = session_.edit(person);
    if (edit.betas.empty()) return change(std::move(state), tr("Set key"));
    BodyParameters shaped = sample->body;
    overrideShape(shaped, edit.betas);
    key.betas = shaped.betas;
    session_.undoStack().beginMacro(tr("Set key"));
    change(std::move(state), tr("Set key"));
    session_.undoStack().push(new ResetShape(session_, person));
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
    change(std::move(state), blend == KeyBlend::Correct ? tr("Blend corrections") : blend == KeyBlend::Local ? tr("Fade corrections") : tr("Replace between keys"));
}

}  // namespace hmr
