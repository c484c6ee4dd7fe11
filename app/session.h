// SPDX-License-Identifier: MIT
#pragma once
#include <QObject>
#include <QUndoStack>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "app/session_state.h"
#include "body/fitting/keypoints.h"
#include "body/measurements.h"
#include "body/motion/keyframes.h"
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
    bool joints2d = false;  ///< the 19 joints of the picture, to be dragged
    bool measures = false;  ///< the lines of the measurements
    bool gizmo = false;     ///< rings that turn the chosen joint
    bool gizmoIsLocal = true;  ///< about the joint's own axes, else about those of the camera
    bool operator==(const ViewSettings&) const = default;
};

/// One frame as the worker hands it over.
struct FrameResult {
    std::shared_ptr<const FrameEstimate> estimate;
    std::shared_ptr<const Picture> shown;  ///< RGB for the screen, no larger than the screen path takes
    bool isRecovered = false;              ///< false: the picture alone, its people follow
};

/// Keeps the rotations and places that are given by hand to people whose motion is recorded: as keys at the frame that is shown.
class PoseKeys {
public:
    virtual ~PoseKeys() = default;
    /// The frame at which the person's changes are keys now; nothing: they reach over all frames.
    virtual std::optional<int> frameOf(int person) const = 0;
    /// What the key at that frame sets, as edits; empty without a key.
    virtual PersonEdit editOf(int person) const = 0;
    virtual std::optional<Keyframe> key(int person, int frame) const = 0;
    /// The key with the edit's rotations and place in place of its own; nothing where nothing is left.
    virtual std::optional<Keyframe> keyWith(int person, int frame, const PersonEdit& edit) const = 0;
    /// Sets or removes a key and shows its frame.
    virtual void setKey(int person, int frame, const std::optional<Keyframe>& key) = 0;
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
    void setPoseKeys(PoseKeys* keys) { poseKeys_ = keys; }  ///< must outlive the session's use of it
    void restore(const SessionState& state);  ///< edits and boxes of a session that was opened; undo is forgotten

    const std::shared_ptr<const BodyModel>& body() const { return body_; }
    const FrameResult& frame() const { return frame_; }
    bool hasPicture() const { return frame_.estimate != nullptr; }
    PictureKey pictureKey() const;

    /// What dragging and fitting need of the body; made when first asked for. Throws Error when the body cannot be fitted.
    const std::shared_ptr<const KeypointModel>& keypoints() const;

    // People of the current frame.
    /// Boxes set by hand where there are any, else those that were found.
    std::vector<PersonBox> boxes() const;
    bool hasBoxesByHand() const;
    /// The network's answer with the edits over it; nothing while the person has not been recovered.
    const PersonEstimate* person(int id) const;
    /// The edited body in camera axes; null while the person has not been recovered.
    std::shared_ptr<const PosedBody> posed(int id) const;
    /// What was changed by hand of the person: over all frames, or where the motion is recorded the key at this frame.
    const PersonEdit& edit(int id) const;
    /// Of the shown shape; null while the person has not been recovered. Throws Error when the body cannot be measured.
    std::shared_ptr<const BodyMeasurements> measurements(int id) const;
    /// The network's answer without edits; null while there is none.
    const PersonEstimate* recovered(int id) const;
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
    void applyKeyedEdit(const PersonKey& key, int frame, const PersonEdit& edit, const std::optional<Keyframe>& keyframe);
    void applyBoxes(const PictureKey& key, const std::optional<std::vector<PersonBox>>& boxes);

    struct ShownPerson {
        PersonEstimate person;
        std::shared_ptr<const PosedBody> posed;
    };
    struct Measured {
        Eigen::VectorXd betas;
        std::shared_ptr<const BodyMeasurements> measurements;
    };
    const ShownPerson* shown(int id) const;
    void keepSelectionValid();

    std::shared_ptr<const BodyModel> body_;
    PoseKeys* poseKeys_ = nullptr;
    mutable std::map<int, PersonEdit> keyedEdits_;  ///< what edit() handed out where there are keys
    mutable std::shared_ptr<const KeypointModel> keypoints_;
    FrameResult frame_;
    SessionState state_;
    ViewSettings view_;
    int selectedPerson_ = -1, selectedJoint_ = 0, gesture_ = 0;
    mutable std::map<int, Measured> measured_;
    mutable std::map<int, ShownPerson> shown_;  ///< posed on demand, dropped when stale
    QUndoStack undoStack_;
};

}  // namespace hmr
