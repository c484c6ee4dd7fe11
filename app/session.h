// SPDX-License-Identifier: MIT
#pragma once
#include <QObject>
#include <QUndoStack>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "app/session_state.h"
#include "body/posing.h"
#include "inference/recovery.h"
#include "renderer/scene.h"

namespace hmr {

/// From where the bodies are looked at.
enum class ViewMode { Overlay, Side, Orbit };

/// How the picture is drawn. Not part of the document, hence not undone.
struct ViewSettings {
    ViewMode mode = ViewMode::Overlay;
    SurfaceStyle style = SurfaceStyle::Lit;
    double opacity = 0.9;
    bool wireframe = false;
    bool skeleton = false;
    bool backFaces = false;
    bool boxes = true;
    bool operator==(const ViewSettings&) const = default;
};

/// One frame as the worker hands it over.
struct FrameResult {
    std::shared_ptr<const FrameEstimate> estimate;
    std::shared_ptr<const Picture> shown;  ///< RGB for the screen, no larger than the screen path takes
    bool isRecovered = false;              ///< false: the picture alone, its people follow
};

/// The document behind the window: the network's answer for the current frame and, apart from it, what the user changed.
/// Read it freely; change it through the commands of edit_commands.h only.
class Session : public QObject {
    Q_OBJECT
public:
    explicit Session(QObject* parent = nullptr);
    ~Session() override;

    // What the worker delivers.
    void setBody(std::shared_ptr<const BodyModel> body);
    void setFrame(const FrameResult& result);
    void clear();  ///< no source; edits and undo are forgotten
    void restore(const SessionState& state);  ///< edits and boxes of a session that was opened; undo is forgotten

    const std::shared_ptr<const BodyModel>& body() const { return body_; }
    const FrameResult& frame() const { return frame_; }
    bool hasPicture() const { return frame_.estimate != nullptr; }
    PictureKey pictureKey() const;

    // People of the current frame.
    /// Boxes set by hand where there are any, else those that were found.
    std::vector<PersonBox> boxes() const;
    bool hasBoxesByHand() const;
    /// The network's answer with the edits over it; nothing while the person has not been recovered.
    const PersonEstimate* person(int id) const;
    /// The edited body in camera axes; null while the person has not been recovered.
    std::shared_ptr<const PosedBody> posed(int id) const;
    const PersonEdit& edit(int id) const;
    std::vector<int> recoveredPeople() const;
    int nextPersonId() const;

    int selectedPerson() const { return selectedPerson_; }  ///< −1: nobody
    void selectPerson(int id);
    int selectedJoint() const { return selectedJoint_; }
    void selectJoint(int joint);

    const ViewSettings& view() const { return view_; }
    void setView(const ViewSettings& view);

    // Edits.
    QUndoStack& undoStack() { return undoStack_; }
    const SessionState& state() const { return state_; }
    /// Changes with the same number merge into one command; a new drag takes a new number.
    int gesture() const { return gesture_; }
    void beginGesture() { ++gesture_; }

Q_SIGNALS:
    void bodyChanged();
    void frameChanged();           ///< picture or people came anew
    void peopleChanged();          ///< boxes or who there is
    void personEdited(int id);
    void selectionChanged();
    void viewChanged();
    void boxesEdited();            ///< the network should look again
    void editedElsewhere(const QString& source, int frame);  ///< undo touched another picture; frame −1: any of the source

private:
    friend class EditPerson;
    friend class SetBoxes;
    void applyEdit(const PersonKey& key, const PersonEdit& edit);
    void applyBoxes(const PictureKey& key, const std::optional<std::vector<PersonBox>>& boxes);

    struct ShownPerson {
        PersonEstimate person;
        std::shared_ptr<const PosedBody> posed;
    };
    const ShownPerson* shown(int id) const;
    void keepSelectionValid();

    std::shared_ptr<const BodyModel> body_;
    FrameResult frame_;
    SessionState state_;
    ViewSettings view_;
    int selectedPerson_ = -1, selectedJoint_ = 0, gesture_ = 0;
    mutable std::map<int, ShownPerson> shown_;  ///< posed on demand, dropped when stale
    QUndoStack undoStack_;
};

}  // namespace hmr
