// SPDX-License-Identifier: MIT
#include "app/motion/motion_desk.h"

#include <QAction>
#include <QDir>
#include <QDockWidget>
#include <QFileInfo>
#include <QInputDialog>
#include <QMenu>
#include <QMenuBar>
#include <QSettings>
#include <cmath>

#include "app/motion/cleanup_dialog.h"
#include "app/motion/motion_export_dialog.h"
#include "app/motion/session_store.h"
#include "app/motion/timeline_panel.h"
#include "app/picture_conversion.h"
#include "body/error.h"
#include "body/motion/cleanup.h"
#include "body/motion/track_editing.h"

namespace hmr {
namespace {

constexpr double kLiveRate = 30;          // frames a second of a take from a camera
constexpr double kLongestLiveGap = 0.5;   // seconds without an answer that are bridged when recording stops

/// A dark picture for motion without a video.
std::shared_ptr<const FrameEstimate> blankFrame(const Take& take, int frame) {
    auto estimate = std::make_shared<FrameEstimate>();
    estimate->frame.picture = cv::Mat(take.height, take.width, CV_8UC3, cv::Scalar(42, 38, 36));
    estimate->frame.index = frame;
    estimate->frame.time = frame / take.frameRate;
    estimate->frame.name = take.source;
    return estimate;
}

}  // namespace

MotionDesk::MotionDesk(Session& session, RecoveryJob& job, QMainWindow& window, const QString& autosaveFolder)
    : session_(session), job_(job), window_(window), editor_(session), autosaveFolder_(autosaveFolder) {
    auto* dock = new QDockWidget(tr("Timeline"), &window);
    dock->setObjectName("timelineDock");
    panel_ = new TimelinePanel(editor_, dock);
    dock->setWidget(panel_);
    window.addDockWidget(Qt::BottomDockWidgetArea, dock);
    dock->hide();
    autosave_ = std::make_unique<Autosave>([this] { return work(); }, autosaveFolder);

    connect(&editor_, &TakeEditor::takeChanged, this, [this, dock] {
        if (editor_.hasTake()) dock->show();
        showTakeFrame(editor_.frame());
        autosave_->touch();
    });
    connect(&editor_, &TakeEditor::frameChanged, this, &MotionDesk::showTakeFrame);
    connect(&session_, &Session::peopleChanged, &editor_, &TakeEditor::releasePerson);
    connect(&session_.undoStack(), &QUndoStack::indexChanged, autosave_.get(), &Autosave::touch);
    connect(autosave_.get(), &Autosave::failed, this, &MotionDesk::failed);
    connect(autosave_.get(), &Autosave::saved, this, [this] {
        if (!recorder_ && !autosave_->isPending()) recordingCopy_.reset();  // what it held is in the other copy now
    });
    connect(&job_, &RecoveryJob::playingChanged, this, [this] { isLiveHalted_ = false; });  // told after the last frame
    connect(panel_, &TimelinePanel::failed, this, &MotionDesk::failed);
    connect(panel_, &TimelinePanel::cleanUpWanted, this, &MotionDesk::cleanUp);
    connect(panel_, &TimelinePanel::exportWanted, this, &MotionDesk::exportMotion);
    connect(panel_, &TimelinePanel::recordWanted, this, [this](bool starts) { starts ? startRecording() : stopRecording(); });
}

MotionDesk::~MotionDesk() {
    recordingCopy_.reset();
    autosave_.reset();
    delete window_.findChild<QDockWidget*>("timelineDock");  // it refers to the editor
}

void MotionDesk::addMenu(QMenuBar* bar, QMenu* fileMenu) {
    const auto add = [this](QMenu* menu, const QString& name, const QString& text, const QKeySequence& key, const std::function<void()>& run) {
        QAction* action = menu->addAction(text);
        action->setObjectName(name);
        action->setShortcut(key);
        connect(action, &QAction::triggered, this, run);
        return action;
    };
    QMenu* menu = bar->addMenu(tr("&Motion"));
    menu->setObjectName("motionMenu");
    add(menu, "recordTake", tr("&Record or stop"), tr("Ctrl+R"), [this] { recorder_ ? stopRecording() : startRecording(); });
    add(menu, "cleanUpMotion", tr("&Clean up…"), tr("Ctrl+Shift+K"), [this] { cleanUp(); });
    add(menu, "exportMotion", tr("&Export motion…"), tr("Ctrl+Shift+E"), [this] { exportMotion(); });
    streamAction_ = add(menu, "streamMotion", tr("&Stream people…"), {}, [this] { chooseStream(streamAction_->isChecked()); });
    streamAction_->setCheckable(true);
    streamAction_->setToolTip(tr("Send everybody's pose live to Blender, Unity or another program (VMC or JSON over UDP)"));
    menu->addSeparator();
    menu->addAction(window_.findChild<QDockWidget*>("timelineDock")->toggleViewAction());
    QAction* before = fileMenu->actions().isEmpty() ? nullptr : fileMenu->actions().last();
    for (QAction* action : {add(fileMenu, "openSession", tr("Open session or motion…"), {}, [this] { chooseSession(false); }),
                            add(fileMenu, "saveSession", tr("Save session…"), QKeySequence::Save, [this] { chooseSession(true); })}) {
        fileMenu->removeAction(action);
        fileMenu->insertAction(before, action);
    }
}

void MotionDesk::setSource(const SourceInfo& info) {
    if (recorder_) stopRecording();
    isLiveHalted_ = false;
    editor_.setShown(false);
    source_ = info;
}

void MotionDesk::setBody() {
    stream_.reset();  // the next frame makes one for this body
    showTakeFrame(editor_.frame());
}

void MotionDesk::startStream(const QString& address) {
    streamTo_ = streamAddress(address.trimmed().toStdString());
    stream_.reset();
    if (streamAction_) streamAction_->setChecked(true);
    Q_EMIT told(tr("Streaming to %1").arg(address.trimmed()));
}

void MotionDesk::stopStream() {
    streamTo_.reset();
    stream_.reset();
    if (streamAction_) streamAction_->setChecked(false);
}

void MotionDesk::stream(const FrameEstimate& estimate) {
    if (!streamTo_ || !session_.body()) return;
    try {
        if (!stream_) stream_.emplace(*streamTo_, session_.body());
        const cv::Mat& picture = estimate.frame.picture;
        stream_->send(estimate.people, picture.cols, picture.rows, estimate.frame.index, estimate.frame.time);
    } catch (const Error& error) {
        stopStream();
        Q_EMIT failed(QString::fromUtf8(error.what()));
    }
}

void MotionDesk::chooseStream(bool starts) {
    if (!starts) {
        stopStream();
        Q_EMIT told(tr("Streaming has ended"));
        return;
    }
    streamAction_->setChecked(false);  // until there is an address
    auto* dialog = new QInputDialog(&window_);
    dialog->setObjectName("streamDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Stream people"));
    dialog->setLabelText(tr("Where to: vmc://HOST:PORT (Blender add-on, Unity, VSeeFace) or json://HOST:PORT"));
    dialog->setTextValue(QSettings().value("streamAddress", "vmc://127.0.0.1:39539").toString());
    connect(dialog, &QInputDialog::textValueSelected, this, [this](const QString& address) {
        try {
            startStream(address);
            QSettings().setValue("streamAddress", address.trimmed());
        } catch (const Error& error) {
            Q_EMIT failed(QString::fromUtf8(error.what()));
        }
    });
    dialog->open();
}

bool MotionDesk::coversSource() const {
    return editor_.hasTake() && !source_.isLive && editor_.take().source == source_.specification;
}

std::optional<int> MotionDesk::takeFrame(int sourceFrame) const {
    if (recorder_ || !coversSource()) return std::nullopt;
    const int frame = sourceFrame - editor_.take().firstSourceFrame;
    return frame >= 0 && frame < editor_.take().numFrames ? std::optional(frame) : std::nullopt;
}

/// The take's people, over whom the session's edits go, with the joints that panels ask for. There must be a body.
void MotionDesk::putTakePeople(FrameEstimate& estimate, int frame) {
    editor_.setShown(true);
    editor_.holdPerson();
    estimate.people = editor_.peopleBeneathKeys(frame);
    for (PersonEstimate& person : estimate.people) updateJoints(*session_.body(), person);
    streamTake(estimate, frame);
}

void MotionDesk::streamTake(const FrameEstimate& estimate, int frame) {
    if (!streamTo_) return;
    FrameEstimate finished = estimate;
    finished.people = editor_.peopleAt(frame);
    stream(finished);
}

FrameResult MotionDesk::throughTake(const FrameResult& result) {
    if (isLiveHalted_ && session_.frame().estimate) return session_.frame();
    if (recorder_) recordFrame(result);
    const std::optional<int> frame = takeFrame(result.estimate->frame.index);
    if (!frame) {
        editor_.setShown(false);
        if (result.isRecovered) stream(*result.estimate);
        return result;
    }
    isFollowing_ = true;
    editor_.showFrame(*frame);
    isFollowing_ = false;
    if (!session_.body()) return result;  // its people are shown when the body is there
    auto estimate = std::make_shared<FrameEstimate>(*result.estimate);
    putTakePeople(*estimate, *frame);
    return {std::move(estimate), result.shown, true};
}

/// Shows the take's people at once; the picture follows when the video has been wound there.
void MotionDesk::showTakeFrame(int frame) {
    if (isFollowing_ || !editor_.hasTake() || recorder_ || !session_.body()) return;
    const Take& take = editor_.take();
    const FrameResult& now = session_.frame();
    const bool isCovered = coversSource();
    auto estimate = isCovered && now.estimate ? std::make_shared<FrameEstimate>(*now.estimate) : std::make_shared<FrameEstimate>(*blankFrame(take, frame));
    const int sourceFrame = frame + take.firstSourceFrame;
    estimate->frame.index = sourceFrame;
    estimate->frame.time = sourceFrame / take.frameRate;
    putTakePeople(*estimate, frame);
    std::shared_ptr<const Picture> shown = now.shown;
    if (!isCovered) shown = sharedPicture(estimate->frame.picture, kLongestShownSide);
    Q_EMIT frameShown({std::move(estimate), std::move(shown), true});
    if (isCovered && source_.isVideo) Q_EMIT pictureWanted(sourceFrame);
}

void MotionDesk::startRecording() {
    if (!session_.hasPicture() || !(source_.isLive || source_.isVideo)) {
        Q_EMIT failed(tr("A take is recorded from a camera or a video; open one first."));
        return;
    }
    const cv::Mat& picture = session_.frame().estimate->frame.picture;
    recorder_.emplace(source_.specification, picture.cols, picture.rows, source_.isLive ? kLiveRate : source_.frameRate);
    recordStart_ = session_.frame().estimate->frame.time;
    recordedFrame_ = -1;
    isLiveHalted_ = false;
    if (editor_.hasTake()) recordingCopy_ = std::make_unique<Autosave>([this] { return recording(); }, autosaveFolder_);
    editor_.setShown(false);
    panel_->setRecording(true);
    window_.findChild<QDockWidget*>("timelineDock")->show();
    job_.setPlaying(source_.isLive);
    if (!source_.isLive) job_.goTo(0);
}

void MotionDesk::recordFrame(const FrameResult& result) {
    if (!result.isRecovered) return;
    (recordingCopy_ ? recordingCopy_ : autosave_)->touch();
    const Frame& frame = result.estimate->frame;
    if (source_.isLive) {
        recorder_->add(std::max(0, static_cast<int>(std::lround((frame.time - recordStart_) * kLiveRate))), result.estimate->people);
        return;
    }
    recorder_->add(frame.index, result.estimate->people);
    if (frame.index == recordedFrame_) return;
    recordedFrame_ = frame.index;
    // Every frame in order: nothing is skipped to keep the pace.
    if (frame.index + 1 < source_.numFrames) job_.goTo(frame.index + 1);
    else QMetaObject::invokeMethod(this, &MotionDesk::stopRecording, Qt::QueuedConnection);
}

void MotionDesk::stopRecording() {
    if (!recorder_) return;
    Take take = recorder_->take();
    endRecording();
    dropGhosts(take);
    if (source_.isLive)
        for (Track& track : take.tracks) track = filledGaps(track, {0, take.numFrames}, static_cast<int>(kLongestLiveGap * kLiveRate));
    if (take.isEmpty()) {
        recordingCopy_.reset();
        Q_EMIT failed(tr("Nobody was found while recording; there is no take."));
        return;
    }
    if (source_.isLive) {
        isLiveHalted_ = true;  // the take is shown; playing goes on live
        job_.setPlaying(false);
    }
    editor_.record(std::move(take));
}

/// A recording that runs is part of it, unless there is a take that would go for it: that recording has a copy of its own.
SessionDocument MotionDesk::work() const {
    SessionDocument document = documentOf(session_, editor_, sources_, QString::fromStdString(source_.specification));
    if (recorder_ && document.take.isEmpty()) document.take = recorder_->take();
    return document;
}

SessionDocument MotionDesk::recording() const { return recorder_ ? sessionOf(recorder_->take()) : work(); }

void MotionDesk::endRecording() {
    recorder_.reset();
    panel_->setRecording(false);
}

QString MotionDesk::defaultName() const {
    const QString base = QFileInfo(QString::fromStdString(editor_.hasTake() ? editor_.take().source : source_.specification)).completeBaseName();
    return base.isEmpty() ? QString("motion") : base;
}

void MotionDesk::cleanUp() {
    if (!editor_.hasTake() || !session_.body()) return;
    auto* dialog = new CleanupDialog(session_.body(), editor_.finished(), editor_.range(), {}, &window_);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    // The filters work on the keyed motion of the edited shape, so the keys are in the result and go.
    connect(dialog, &CleanupDialog::applied, this, [this](const Take& cleanedTake) { editor_.setTake(cleanedTake, {}, tr("Clean up motion")); });
    dialog->open();
}

void MotionDesk::exportMotion() {
    if (!editor_.hasTake() || !session_.body()) return;
    auto* dialog = new MotionExportDialog(session_.body(), editor_.finished(), editor_.range(), editor_.person(),
                                          QSettings().value("exportFolder", QDir::homePath()).toString(), defaultName(), &window_);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &MotionExportDialog::exported, this, [this](const QString& file, const QString& warning) {
        QSettings().setValue("exportFolder", QFileInfo(file).absolutePath());
        Q_EMIT told(tr("Wrote %1").arg(file));
        if (!warning.isEmpty()) Q_EMIT warned(warning);
    });
    dialog->open();
}

}  // namespace hmr
