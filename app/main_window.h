// SPDX-License-Identifier: MIT
#pragma once
#include <QElapsedTimer>
#include <QMainWindow>
#include <QMap>
#include <memory>
#include <optional>

#include "app/editing/pose_editing.h"
#include "app/session.h"
#include "app/studio_options.h"
#include "app/work/export_job.h"
#include "app/work/recovery_job.h"

class QAction;
class QActionGroup;
class QDockWidget;
class QLabel;
class QMenu;
class QSlider;

namespace hmr {

class FitPanel;
class FolderStrip;
class MotionDesk;
class MessageBar;
class PictureView;
class TransportBar;

/// The window: it lays out the canvas and the panels, and carries wishes and results between them, the session and the jobs.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    explicit MainWindow(const StudioOptions& options, ModelLoader loader = loadModels, QWidget* parent = nullptr);
    ~MainWindow() override;

    Session& session() { return *session_; }
    RecoveryJob& recoveryJob() { return *recoveryJob_; }
    MotionDesk& motion() { return *motion_; }
    const StudioOptions& options() const { return options_; }

    /// Opens pictures, videos, a folder, a camera or a stream; the first of several is shown.
    void open(const QStringList& named);
    /// Writes an export of the chosen or of all people in the background.
    void exportTo(ExportKind kind, const QString& file);
    /// Reloads the models; edits are kept.
    void useModels(const ModelSettings& models);

Q_SIGNALS:
    void exported(const QString& file);

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    // main_window.cpp
    void buildCanvas();
    void buildPanels();
    void buildStatusBar();
    void connectSession();
    void connectJobs();
    void connectMotion();
    void openSource(const QString& source);
    void takeSource(const SourceInfo& info);
    void takeFrame(const FrameResult& result);
    void takeModels(std::shared_ptr<const BodyModel> body, const QString& device, const QString& warning);
    void takeFailure(const QString& message);
    void showBusy();
    void showStages(const FrameEstimate& estimate);
    void runBoxes();
    void deleteSelectedBox();
    void findPeople();
    void addRecent(const QString& source);
    void saveWindowScreenshot();
    void restoreLayout();

    // main_window_editing.cpp
    void chooseMarks();
    void openMarks(const QString& file);
    void buildEditingPanels(QDockWidget* peopleDock, QDockWidget* poseDock);
    void buildPoseMenu();
    void changePose(const QString& text, const std::function<PersonEdit(int person)>& change);
    PersonEdit pasted(int person) const;
    void updatePoseActions();

    // main_window_actions.cpp
    void buildActions();
    void buildFileMenu();
    void buildEditMenu();
    void buildViewMenu();
    void buildPlayMenu();
    void buildExportMenu();
    void buildHelpMenu();
    void buildToolBar();
    QAction* addAction(QMenu* menu, const QString& name, const QString& text, const QKeySequence& shortcut, const QString& tip,
                       const std::function<void()>& run);
    QAction* addToggle(QMenu* menu, const QString& name, const QString& text, const QKeySequence& shortcut, const QString& tip,
                       bool ViewSettings::*setting);
    void changeView(const std::function<void(ViewSettings&)>& change);
    void showView();
    void updateActions();
    void chooseFiles();
    void chooseFolder();
    void chooseCamera();
    void choosePreferences();
    void chooseExport(ExportKind kind);
    void fillRecentMenu();
    void stepPerson(int step);
    void stepFile(int step);
    void showAbout();
    void showShortcuts();

    StudioOptions options_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<RecoveryJob> recoveryJob_;
    std::unique_ptr<ExportJob> exportJob_;
    std::unique_ptr<MotionDesk> motion_;
    SourceInfo source_;
    QElapsedTimer sinceFrame_;
    double framesPerSecond_ = 0;

    PictureView* view_ = nullptr;
    MessageBar* messages_ = nullptr;
    FolderStrip* strip_ = nullptr;
    TransportBar* transport_ = nullptr;
    FitPanel* fit_ = nullptr;
    std::optional<CopiedPose> copied_;
    QLabel *sourceLabel_ = nullptr, *busyLabel_ = nullptr, *rateLabel_ = nullptr, *stagesLabel_ = nullptr, *deviceLabel_ = nullptr,
           *zoomLabel_ = nullptr;
    QMap<QString, QAction*> actions_;
    QActionGroup *modes_ = nullptr, *styles_ = nullptr;
    QMenu *recentMenu_ = nullptr, *exportMenu_ = nullptr;
    QSlider* opacity_ = nullptr;
    QByteArray firstState_;  ///< of the panels
    bool hasModels_ = false;
};

}  // namespace hmr
