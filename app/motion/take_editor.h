// SPDX-License-Identifier: MIT
#pragma once
#include <QObject>
#include <QUndoCommand>
#include <map>
#include <optional>

#include "app/session.h"
#include "body/motion/keyframes.h"
#include "body/motion/take.h"

namespace hmr {

/// What undo brings back of a take. Copies share their samples.
struct TakeState {
    Take take;
    std::map<int, KeyLayer> keys;  ///< by track
};

/// The take behind the timeline: tracks, keys, the frame that is shown and the chosen range. Changes go through commands
/// on the session's undo stack. While the take is shown, what the hand does to a pose or place becomes a key at the frame.
class TakeEditor : public QObject, public PoseKeys {
    Q_OBJECT
public:
    explicit TakeEditor(Session& session, QObject* parent = nullptr);
    ~TakeEditor() override { session_.setPoseKeys(nullptr); }

    const TakeState& state() const { return state_; }
    const Take& take() const { return state_.take; }
    bool hasTake() const { return !state_.take.isEmpty(); }
    int frame() const { return frame_; }
    int person() const { return person_; }  ///< the chosen track; it may be absent from the frame
    void selectPerson(int id);
    FrameRange range() const;  ///< the chosen one, or all frames
    bool hasRange() const { return range_.has_value(); }
    /// Whether the session shows the take's people and not new answers.
    void setShown(bool isShown) { isShown_ = isShown; }

    std::optional<int> frameOf(int person) const override;
    PersonEdit editOf(int person) const override;
    std::optional<Keyframe> key(int person, int frame) const override;
    std::optional<Keyframe> keyWith(int person, int frame, const PersonEdit& edit) const override;
    void setKey(int person, int frame, const std::optional<Keyframe>& key) override;

    /// A new take; what undo knew of the old one stays reachable.
    void setTake(Take take, std::map<int, KeyLayer> keys, const QString& text);
    /// A take of what the session shows, with what was changed there of pose and place, and what is locked, in all of its frames.
    void record(Take take);
    /// The same without undo: a session that was opened.
    void reset(TakeState state);
    void showFrame(int frame);
    void setRange(std::optional<FrameRange> range);

    /// While a frame is being shown the session chooses somebody else when the chosen person is not in it; that is not the
    /// user's wish. release brings the person back where there is one.
    void holdPerson() { isHeld_ = true; }
    void releasePerson();

    /// The take's people at a frame, keys applied.
    std::vector<PersonEstimate> peopleAt(int frame) const;
    /// The same without what the keys of this very frame set: what the session's edits go over.
    std::vector<PersonEstimate> peopleBeneathKeys(int frame) const;
    /// The take as it leaves the program: keys applied, and over them what the session's panels changed of each person.
    Take finished() const;

    // Each is one step of undo; an Error goes to the caller.
    void split(int person);
    void merge(int person, int other);
    void remove(int person);
    void cutRange(int person);
    void trim();
    /// Keys the person's whole pose and place at this frame, and the shape if it was changed.
    void setKey(int person);
    void removeKey(int person);
    void setBlend(int person, KeyBlend blend);
    /// What a dialog made of the take.
    void change(TakeState state, const QString& text);

Q_SIGNALS:
    void takeChanged();
    void frameChanged(int frame);
    void keysChanged();  ///< by hand, at the frame that is shown
    void rangeChanged();
    void personChanged();

private:
    friend class EditTake;
    void apply(const TakeState& state);
    const KeyLayer& layerOf(int person) const;
    std::vector<PersonEstimate> people(int frame, bool withKeysOfFrame) const;

    Session& session_;
    TakeState state_;
    int frame_ = 0, person_ = -1;
    bool isHeld_ = false, isShown_ = false;
    std::optional<FrameRange> range_;
};

/// Base of every change to the take.
class EditTake : public QUndoCommand {
public:
    EditTake(TakeEditor& editor, TakeState after, const QString& text);
    void undo() override;
    void redo() override;

private:
    TakeEditor& editor_;
    TakeState before_, after_;
};

}  // namespace hmr
