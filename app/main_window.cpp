// SPDX-License-Identifier: MIT
#include "app/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDir>
#include <QDockWidget>
#include <QFileInfo>
#include <QLabel>
#include <QMimeData>
#include <QScrollArea>
#include <QSettings>
#include <QStatusBar>
#include <QTimer>
#include <QVBoxLayout>
#include <utility>

#include "app/editing/edit_commands.h"
#include "app/icons.h"
#include "app/motion/motion_desk.h"
#include "app/panels/elided_label.h"
#include "app/panels/folder_strip.h"
#include "app/panels/message_bar.h"
#include "app/panels/people_panel.h"
#include "app/panels/pose_panel.h"
#include "app/panels/shape_panel.h"
#include "app/panels/transport_bar.h"
#include "app/picture_view.h"
#include "body/error.h"

namespace hmr {
namespace {

constexpr int kMaxRecent = 10;

/// The whole path of a file that is there: sessions are opened from other folders too.
QString whereverOpened(const QString& source) {
    const QFileInfo file(source);
    return file.exists() ? file.absoluteFilePath() : source;
}

/// Pictures and videos of a folder in natural order.
QStringList filesIn(const QString& folder) {
    QStringList files;
    for (const auto& file : picturesIn(folder.toStdString())) files << QString::fromStdString(file.string());
    for (const auto& file : videosIn(folder.toStdString())) files << QString::fromStdString(file.string());
    return files;
}

QDockWidget* dock(QMainWindow* window, const QString& name, const QString& title, QWidget* content) {
    auto* dock = new QDockWidget(title, window);
    dock->setObjectName(name);
    dock->setWidget(content);
    dock->setFeatures(QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetFloatable | QDockWidget::DockWidgetClosable);
    return dock;
}

QScrollArea* scrolled(QWidget* content) {
    auto* area = new QScrollArea;
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setWidget(content);
    return area;
}

}  // namespace

MainWindow::MainWindow(const StudioOptions& options, ModelLoader loader, QWidget* parent)
    : QMainWindow(parent),
      options_(options),
      session_(std::make_unique<Session>()),
      recoveryJob_(std::make_unique<RecoveryJob>(std::move(loader))),
      exportJob_(std::make_unique<ExportJob>()) {
    setObjectName("mainWindow");
    setWindowTitle(tr("HMR Studio"));
    setWindowIcon(programIcon());
    setAcceptDrops(true);
    setDockOptions(AnimatedDocks | AllowTabbedDocks | AllowNestedDocks);
    buildCanvas();
    buildPanels();
    buildStatusBar();
    motion_ = std::make_unique<MotionDesk>(*session_, *recoveryJob_, *this, options_.autosaveFolder);
    buildActions();
    firstState_ = saveState();
    connectSession();
    connectJobs();
    connectMotion();
    restoreLayout();
    updateActions();

    QStringList sources = options_.files;
    if (sources.isEmpty() && options_.opensSample && !firstSample().isEmpty()) sources << firstSample();
    if (!sources.isEmpty()) open(sources);
    recoveryJob_->loadModels(options_.models);
    showBusy();
}

MainWindow::~MainWindow() {
    recoveryJob_.reset();
    exportJob_.reset();
    motion_.reset();
    session_->disconnect();
    // The widgets refer to the session, so they go before it does.
    qDeleteAll(findChildren<QWidget*>(Qt::FindDirectChildrenOnly));
}

void MainWindow::buildCanvas() {
    auto* center = new QWidget(this);
    messages_ = new MessageBar(center);
    view_ = new PictureView(*session_, center);
    transport_ = new TransportBar(center);
    strip_ = new FolderStrip(center);
    strip_->hide();
    auto* layout = new QVBoxLayout(center);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(messages_);
    layout->addWidget(view_, 1);
    layout->addWidget(transport_);
    layout->addWidget(strip_);
    setCentralWidget(center);

    connect(strip_, &FolderStrip::fileChosen, this, &MainWindow::openSource);
    connect(transport_, &TransportBar::playWanted, this, [this](bool plays) { recoveryJob_->setPlaying(plays); });
    connect(transport_, &TransportBar::frameWanted, this, [this](int frame) { recoveryJob_->goTo(frame); });
    connect(view_, &PictureView::failed, this, &MainWindow::takeFailure);
    connect(view_, &PictureView::editStarted, this, [this] {
        if (transport_->isPlaying() && !source_.isLive) recoveryJob_->setPlaying(false);
    });
}

void MainWindow::buildPanels() {
    auto* people = new PeoplePanel(*session_, this);
    auto* shape = new ShapePanel(*session_, this);
    auto* pose = new PosePanel(*session_, this);
    QDockWidget* peopleDock = dock(this, "peopleDock", tr("People"), people);
    QDockWidget* shapeDock = dock(this, "shapeDock", tr("Shape"), scrolled(shape));
    QDockWidget* poseDock = dock(this, "poseDock", tr("Pose"), pose);
    addDockWidget(Qt::RightDockWidgetArea, peopleDock);
    addDockWidget(Qt::RightDockWidgetArea, poseDock);
    addDockWidget(Qt::RightDockWidgetArea, shapeDock);
    tabifyDockWidget(poseDock, shapeDock);
    buildEditingPanels(peopleDock, poseDock);
    setTabPosition(Qt::RightDockWidgetArea, QTabWidget::North);
    poseDock->raise();
    resizeDocks({peopleDock, poseDock}, {150, 600}, Qt::Vertical);
    resizeDocks({peopleDock}, {360}, Qt::Horizontal);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);

    connect(people, &PeoplePanel::drawBoxWanted, this, [this] { view_->setDrawsBoxes(true); });
    connect(people, &PeoplePanel::deleteWanted, this, &MainWindow::deleteSelectedBox);
    connect(people, &PeoplePanel::detectWanted, this, &MainWindow::findPeople);
}

void MainWindow::buildStatusBar() {
    const auto add = [this](QLabel* label, const QString& name, const QString& toolTip, bool isPermanent) {
        label->setObjectName(name);
        label->setToolTip(toolTip);
        isPermanent ? statusBar()->addPermanentWidget(label) : statusBar()->addWidget(label);
        return label;
    };
    constexpr int kLettersOfSource = 30, kLettersOfStages = 0;  // where there is little room, the stages give way first
    sourceLabel_ = add(new ElidedLabel(kLettersOfSource, this), "sourceLabel", tr("What is open"), false);
    busyLabel_ = add(new QLabel(this), "busyLabel", tr("What is being done"), false);
    rateLabel_ = add(new QLabel(this), "rateLabel", tr("Recovered frames a second"), true);
    stagesLabel_ = add(new ElidedLabel(kLettersOfStages, this), "stagesLabel", tr("Milliseconds of each stage for the last frame"), true);
    zoomLabel_ = add(new QLabel(this), "zoomLabel", tr("Device pixels a picture pixel"), true);
    deviceLabel_ = add(new QLabel(this), "deviceLabel", tr("What the network runs on"), true);
    connect(view_, &PictureView::zoomChanged, this, [this](double percent) { zoomLabel_->setText(QString("%1 %").arg(percent, 0, 'f', 0)); });
}

void MainWindow::connectSession() {
    connect(session_.get(), &Session::boxesEdited, this, &MainWindow::runBoxes);
    connect(session_.get(), &Session::editedElsewhere, this, [this](const QString& source, int frame) {
        if (source.toStdString() == session_->pictureKey().source) {
            if (!source_.isLive) recoveryJob_->goTo(frame);
        } else if (strip_->files().contains(source)) {
            openSource(source);
        }
    });
    for (const auto signal : {&Session::peopleChanged, &Session::selectionChanged, &Session::bodyChanged, &Session::frameChanged})
        connect(session_.get(), signal, this, &MainWindow::updateActions);
    connect(session_.get(), &Session::viewChanged, this, &MainWindow::showView);
}

void MainWindow::connectJobs() {
    connect(recoveryJob_.get(), &RecoveryJob::modelsLoaded, this, &MainWindow::takeModels);
    connect(recoveryJob_.get(), &RecoveryJob::sourceOpened, this, &MainWindow::takeSource);
    connect(recoveryJob_.get(), &RecoveryJob::frameReady, this, &MainWindow::takeFrame);
    connect(recoveryJob_.get(), &RecoveryJob::failed, this, &MainWindow::takeFailure);
    connect(recoveryJob_.get(), &RecoveryJob::busyChanged, this, &MainWindow::showBusy);
    connect(recoveryJob_.get(), &RecoveryJob::playingChanged, this, [this](bool isPlaying) {
        transport_->setPlaying(isPlaying);
        sinceFrame_.invalidate();
        framesPerSecond_ = 0;
        if (!isPlaying) rateLabel_->clear();
        showBusy();
        updateActions();
    });
    connect(exportJob_.get(), &ExportJob::finished, this, [this](const QString& file) {
        statusBar()->showMessage(tr("Wrote %1").arg(file), 6000);
        Q_EMIT exported(file);
    });
    connect(exportJob_.get(), &ExportJob::failed, this, &MainWindow::takeFailure);
}

void MainWindow::connectMotion() {
    connect(motion_.get(), &MotionDesk::failed, this, &MainWindow::takeFailure);
    connect(motion_.get(), &MotionDesk::warned, this, [this](const QString& message) { messages_->showMessage(MessageBar::Kind::Warning, message); });
    connect(motion_.get(), &MotionDesk::told, this, [this](const QString& message) { statusBar()->showMessage(message, 6000); });
    connect(motion_.get(), &MotionDesk::pictureWanted, this, [this](int frame) { recoveryJob_->goTo(frame, true); });
    connect(motion_.get(), &MotionDesk::frameShown, session_.get(), &Session::setFrame);
    connect(motion_.get(), &MotionDesk::sourcesWanted, this, [this](const QStringList& sources, const QString& shown, int frame) {
        strip_->setFiles(sources);
        openSource(shown.isEmpty() ? sources.front() : shown);
        if (frame > 0) recoveryJob_->goTo(frame);
    });
}

void MainWindow::open(const QStringList& named) {
    QStringList sources, files;
    for (const QString& source : named) sources << whereverOpened(source);
    try {
        if (sources.size() == 1 && sources.front().endsWith(".json", Qt::CaseInsensitive) && looksLikeMarkedPeople(sources.front().toStdString()))
            return openMarks(sources.front());
        if (sources.size() == 1 && motion_->open(sources.front())) return;
        for (const QString& source : sources) {
            const QStringList inside = QFileInfo(source).isDir() ? filesIn(source) : QStringList{source};
            if (inside.isEmpty()) throw Error(source.toStdString() + " holds no pictures or videos; choose another folder");
            files << inside;
        }
    } catch (const Error& error) {
        takeFailure(QString::fromStdString(error.what()));
        return;
    }
    if (files.isEmpty()) return;
    for (const QString& source : sources) addRecent(source);
    strip_->setFiles(files);
    motion_->setSources(files);
    openSource(files.front());
}

void MainWindow::openSource(const QString& source) {
    messages_->hide();
    strip_->markCurrent(source);
    recoveryJob_->open(source);
}

void MainWindow::takeSource(const SourceInfo& info) {
    source_ = info;
    motion_->setSource(info);
    transport_->setSource(info);
    const QString name = QFileInfo(QString::fromStdString(info.specification)).fileName();
    setWindowTitle(tr("%1 - HMR Studio").arg(name.isEmpty() ? QString::fromStdString(info.name) : name));
    rateLabel_->clear();
}

void MainWindow::takeFrame(const FrameResult& delivered) {
    const FrameResult result = motion_->throughTake(delivered);
    session_->setFrame(result);
    const Frame& frame = result.estimate->frame;
    transport_->showFrame(frame.index, frame.time);
    sourceLabel_->setText(tr("%1   %2 × %3")
                              .arg(QFileInfo(QString::fromStdString(source_.specification)).fileName())
                              .arg(frame.picture.cols)
                              .arg(frame.picture.rows));
    if (!result.isRecovered) {
        if (session_->hasBoxesByHand()) recoveryJob_->recoverBoxes(session_->boxes());
        return;
    }
    showStages(*result.estimate);
    if (!options_.screenshot.isEmpty() && source_.isLive) saveWindowScreenshot();
}

void MainWindow::showStages(const FrameEstimate& estimate) {
    QStringList stages;
    for (const char* stage : {"decode", "detect", "crop", "network", "fit", "pose"}) {
        const auto found = estimate.milliseconds.find(stage);
        if (found != estimate.milliseconds.end() && found->second >= 0.05) {
            stages << QString("%1 %2").arg(stage).arg(found->second, 0, 'f', found->second < 10 ? 1 : 0);
        }
    }
    stagesLabel_->setText(stages.isEmpty() ? QString() : stages.join("  ·  ") + " ms");
    if (!transport_->isPlaying()) return;
    if (sinceFrame_.isValid() && sinceFrame_.elapsed() > 0) {
        const double rate = 1000.0 / static_cast<double>(sinceFrame_.elapsed());
        framesPerSecond_ = framesPerSecond_ > 0 ? 0.85 * framesPerSecond_ + 0.15 * rate : rate;
        rateLabel_->setText(tr("%1 fps").arg(framesPerSecond_, 0, 'f', 1));
    }
    sinceFrame_.start();
}

void MainWindow::takeModels(std::shared_ptr<const BodyModel> body, const QString& device, const QString& warning) {
    hasModels_ = true;
    session_->setBody(std::move(body));
    motion_->setBody();
    deviceLabel_->setText(device);
    if (!warning.isEmpty()) messages_->showMessage(MessageBar::Kind::Warning, warning);
    if (session_->hasBoxesByHand()) recoveryJob_->recoverBoxes(session_->boxes());
    showBusy();
}

void MainWindow::takeFailure(const QString& message) {
    messages_->showMessage(MessageBar::Kind::Error, message);  // as it is: it may begin with a path
    if (!options_.screenshot.isEmpty() && !session_->hasPicture()) saveWindowScreenshot();
}

void MainWindow::showBusy() {
    const bool isBusy = recoveryJob_->isBusy() && !transport_->isPlaying();
    busyLabel_->setText(!isBusy ? QString() : hasModels_ ? tr("Working…") : tr("Loading models…"));
    if (!recoveryJob_->isBusy() && !options_.screenshot.isEmpty()) saveWindowScreenshot();
}

void MainWindow::runBoxes() {
    if (session_->hasBoxesByHand()) {
        recoveryJob_->recoverBoxes(session_->boxes());
    } else {
        recoveryJob_->findAgain(session_->boxes());
    }
}

void MainWindow::deleteSelectedBox() {
    auto boxes = session_->boxes();
    const auto removed = std::erase_if(boxes, [this](const PersonBox& box) { return box.id == session_->selectedPerson(); });
    if (removed == 0) return;
    session_->beginGesture();
    session_->undoStack().push(new SetBoxes(*session_, std::move(boxes), tr("Delete box")));
}

void MainWindow::findPeople() {
    if (!session_->hasPicture()) return;
    session_->beginGesture();
    if (session_->hasBoxesByHand()) {
        session_->undoStack().push(new SetBoxes(*session_, std::nullopt, tr("Find people")));
    } else {
        recoveryJob_->findAgain(session_->boxes());
    }
}

void MainWindow::exportTo(ExportKind kind, const QString& file) {
    const bool all = actions_["exportAllPeople"]->isChecked();
    const std::vector<int> people = all ? session_->recoveredPeople() : std::vector<int>{session_->selectedPerson()};
    exportJob_->start(exportRequest(*session_, kind, file.toStdString(), people));
    statusBar()->showMessage(tr("Writing %1 …").arg(file));
}

void MainWindow::useModels(const ModelSettings& models) {
    options_.models = models;
    messages_->hide();
    recoveryJob_->loadModels(models);
}

void MainWindow::addRecent(const QString& source) {
    QSettings settings;
    QStringList recent = settings.value("recentFiles").toStringList();
    const QString entry = QFileInfo::exists(source) ? QFileInfo(source).absoluteFilePath() : source;
    recent.removeAll(entry);
    recent.prepend(entry);
    settings.setValue("recentFiles", QStringList(recent.mid(0, kMaxRecent)));
}

void MainWindow::restoreLayout() {
    const QSettings settings;
    resize(1280, 820);
    if (options_.screenshot.isEmpty()) {
        restoreGeometry(settings.value("window/geometry").toByteArray());
        restoreState(settings.value("window/state").toByteArray());
    }
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (options_.screenshot.isEmpty() && motion_->isUnsaved()) {
        event->ignore();
        motion_->leave([this] { close(); });
        return;
    }
    if (options_.screenshot.isEmpty()) {
        QSettings settings;
        settings.setValue("window/geometry", saveGeometry());
        settings.setValue("window/state", saveState());
    }
    event->accept();
}

void MainWindow::saveWindowScreenshot() {
    const QString file = std::exchange(options_.screenshot, {});
    // One turn of the event loop lets layouts and the canvas settle.
    QTimer::singleShot(200, this, [this, file] {
        const bool isSaved = grab().save(file);
        if (!isSaved) qWarning("%s could not be written; check the folder and its permissions", qPrintable(file));
        QApplication::exit(isSaved && session_->hasPicture() ? 0 : 1);
    });
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    QStringList files;
    for (const QUrl& url : event->mimeData()->urls()) files << (url.isLocalFile() ? url.toLocalFile() : url.toString());
    event->acceptProposedAction();
    open(files);
}

}  // namespace hmr
