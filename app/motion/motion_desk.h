// SPDX-License-Identifier: MIT
#pragma once
#include <QMainWindow>
#include <functional>
#include <memory>
#include <optional>

#include "app/motion/autosave.h"
#include "app/motion/take_editor.h"
#include "app/work/recovery_job.h"
#include "body/motion/take.h"
#include "formats/stream/motion_stream.h"

class QAction;
class QMenu;
class QMenuBar;

namespace hmr {

class TimelinePanel;

/// Everything of motion in the window: the timeline's dock, recording, the dialogs, sessions and their copies. It stands
/// between the worker's frames and the session: where there is a take, its people are shown instead of new answers.
class MotionDesk : public QObject {
    Q_OBJECT
public:
    MotionDesk(Session& session, RecoveryJob& job, QMainWindow& window, const QString& autosaveFolder = {});
    ~MotionDesk() override;

    TakeEditor& editor() { return editor_; }
    Autosave& autosave() { return *autosave_; }
    void addMenu(QMenuBar* bar, QMenu* fileMenu);

    // What the window tells.
    void setSource(const SourceInfo& info);
    void setSources(const QStringList& sources) { sources_ = sources; }
    void setBody();
    /// A frame of the worker: recorded when a take is being recorded, with the take's people when there is a take.
    FrameResult throughTake(const FrameResult& result);
    /// Opens sessions, AMASS files and BVH; false for everything else.
    bool open(const QString& file);
    /// Reads sessions and motion; throws Error. Motion is a step of undo; a session takes the place of everything, so it waits for the
    /// answer about unsaved work.
    void openMotion(const QString& file);
    bool saveSession(const QString& file);  ///< false: failed said why
    /// Edits, a take or a recording that no session file holds.
    bool isUnsaved() const;
    /// Goes on, where there is unsaved work when the user has saved it or does not want it.
    void leave(const std::function<void()>& goOn);
    void startRecording();
    void stopRecording();
    /// Sends the people of every frame shown from now on to an address (formats/stream/motion_stream.h). Throws Error.
    void startStream(const QString& address);
    void stopStream();
    /// Offers the copies that crashes left behind one after the other, the newest first; each goes only when it was opened or refused.
    void offerRecovery();

Q_SIGNALS:
    void sourcesWanted(const QStringList& sources, const QString& shown, int frame);
    void pictureWanted(int frame);  ///< of the video; people come from the take
    void frameShown(const hmr::FrameResult& result);
    void failed(const QString& message);
    void told(const QString& message);
    void warned(const QString& message);  ///< of something that was done

private:
    bool coversSource() const;
    /// Frame of the take that the source's frame is; nothing outside of it.
    std::optional<int> takeFrame(int sourceFrame) const;
    void putTakePeople(FrameEstimate& estimate, int frame);
    void showTakeFrame(int frame);
    void recordFrame(const FrameResult& result);
    void endRecording();
    SessionDocument work() const;
    SessionDocument recording() const;

    // motion_desk_sessions.cpp
    void openDocument(const SessionDocument& document);
    void askWhereItIs(const SessionDocument& document, const std::string& missing);
    void chooseSession(bool saves, const std::function<void()>& goOn = {});
    void saveAnd(const std::function<void()>& goOn);
    void offerCopies(QStringList files);
    bool recover(const QString& file);

    // motion_desk.cpp
    void cleanUp();
    void exportMotion();
    void chooseStream(bool starts);
    void stream(const FrameEstimate& estimate);
    void streamTake(const FrameEstimate& estimate, int frame);
    QString defaultName() const;

    Session& session_;
    RecoveryJob& job_;
    QMainWindow& window_;
    TakeEditor editor_;
    TimelinePanel* panel_ = nullptr;
    SourceInfo source_;
    QStringList sources_;
    QString sessionFile_, autosaveFolder_;
    std::optional<TakeRecorder> recorder_;
    std::optional<StreamAddress> streamTo_;
    std::optional<MotionStream> stream_;  ///< made with the body of the first frame sent
    QAction* streamAction_ = nullptr;
    double recordStart_ = 0;
    int recordedFrame_ = -1;
    bool isFollowing_ = false;  ///< the video leads, the timeline follows
    bool isAsking_ = false;     ///< about unsaved work
    bool isLiveHalted_ = false;  ///< a take of the camera is looked at; frames that are still on their way do not count
    std::unique_ptr<Autosave> autosave_;
    std::unique_ptr<Autosave> recordingCopy_;  ///< of a recording that would take the place of a take
};

}  // namespace hmr
