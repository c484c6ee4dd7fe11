// SPDX-License-Identifier: MIT
// The pictures of docs/editing.md and docs/export.md, made by the window itself from the shipped samples:
//   tests/support/with_display.sh build/release/bin/panel_pictures docs
#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QDialog>
#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QPainter>
#include <QPushButton>
#include <QSettings>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTreeWidget>
#include <QtTest>
#include <cstdio>
#include <stdexcept>

#include "app/editing/edit_commands.h"
#include "app/editing/pose_editing.h"
#include "app/look.h"
#include "app/main_window.h"
#include "app/motion/motion_desk.h"
#include "app/picture_view.h"
#include "formats/resources.h"

using namespace hmr;

namespace {

constexpr const char* kPicture = "standing.jpg";
constexpr int kQuality = 76;
constexpr int kCanvasHeight = 460;
constexpr int kLeftKnee = 4, kLeftWristSeen = 11;  // of SMPL's 24 joints, and of the picture's 19

/// The window with what a person would click, and pictures of its parts.
class Photographer {
public:
    explicit Photographer(const QString& folder) : folder_(folder) {
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, own_.path());
        QSettings().setValue("exportFolder", "/home/anna/walk");
        StudioOptions options;
        options.files = {sample(kPicture)};
        options.models = loadModelSettings();
        options.autosaveFolder = own_.filePath("autosave");
        window_ = std::make_unique<MainWindow>(options);
        window_->resize(1180, 760);
        window_->show();
        waitFor([&] { return isRecovered(kPicture); });
        child<QWidget>("stagesLabel")->hide();  // milliseconds of whatever else the machine does
    }

    void takeAll() {
        editing();
        views();
        panels();
        timeline();
        dialogs();
    }

private:
    static QString sample(const char* name) { return QString::fromStdString(resourcePath(std::string("samples/") + name).string()); }
    template <typename Condition>
    static void waitFor(const Condition& condition) {
        if (!QTest::qWaitFor(condition, 300000)) throw std::runtime_error("the window did not come to what was waited for");
        QCoreApplication::processEvents();
    }
    bool isRecovered(const QString& name) const {
        const FrameResult& frame = window_->session().frame();
        return frame.isRecovered && QString::fromStdString(frame.estimate->frame.name).endsWith(name) && !window_->recoveryJob().isBusy();
    }
    template <typename T>
    T* child(const char* name) const {
        T* found = window_->findChild<T*>(name);
        if (!found) throw std::runtime_error(std::string("there is no ") + name);
        return found;
    }
    void trigger(const char* action) const { child<QAction>(action)->trigger(); }
    PictureView* view() const { return child<PictureView>("pictureView"); }
    /// The canvas alone, small enough for two beside each other.
    QPixmap canvas() const {
        QTest::qWait(300);
        return view()->grab().scaledToHeight(kCanvasHeight, Qt::SmoothTransformation);
    }
    /// A drag on the canvas as a hand does it.
    void drag(const QPoint& from, const QPoint& to) const {
        constexpr int kSteps = 8;
        QTest::mousePress(view(), Qt::LeftButton, {}, from);
        for (int i = 1; i <= kSteps; ++i) QTest::mouseMove(view(), from + (to - from) * i / kSteps);
        QTest::mouseRelease(view(), Qt::LeftButton, {}, to);
    }
    void save(const QPixmap& picture, const char* name) const {
        if (!picture.save(folder_ + "/" + name, "JPG", kQuality)) throw std::runtime_error(std::string(name) + " cannot be written");
        std::printf("%s %d x %d\n", name, picture.width(), picture.height());
    }
    static QPixmap inARow(const std::vector<QPixmap>& pictures) {
        constexpr int kSpace = 12;
        int width = -kSpace, height = 0;
        for (const QPixmap& picture : pictures) {
            width += picture.width() + kSpace;
            height = std::max(height, picture.height());
        }
        QPixmap row(width, height);
        row.fill(Qt::white);
        QPainter painter(&row);
        int x = 0;
        for (const QPixmap& picture : pictures) {
            painter.drawPixmap(x, 0, picture);
            x += picture.width() + kSpace;
        }
        return row;
    }

    void editing() {
        Session& session = window_->session();
        session.selectPerson(session.recoveredPeople().front());
        session.selectJoint(16);
        for (const char* toggle : {"showSkeleton", "showGizmo"}) trigger(toggle);
        session.undoStack().push(new ChangePerson(session, session.selectedPerson(), "Pin left ankle", withPin(session, session.selectedPerson(), 7, true)));
        QTest::qWait(300);
        save(window_->grab(), "editing_pose.jpg");
        for (const char* toggle : {"showSkeleton", "showGizmo"}) trigger(toggle);
    }

    /// A joint chosen by a click in the side view, and seen in the free view.
    void views() {
        Session& session = window_->session();
        const int person = session.selectedPerson();
        for (const char* toggle : {"showSkeleton", "showGizmo", "viewSide"}) trigger(toggle);
        QTest::qWait(300);
        const auto knee = view()->widgetFromJoint(person, kLeftKnee);
        if (!knee) throw std::runtime_error("there is no knee in the side view");
        QTest::mouseClick(view(), Qt::LeftButton, {}, knee->toPoint());
        if (session.selectedJoint() != kLeftKnee) throw std::runtime_error("a click on the knee did not choose it");
        const QPixmap side = canvas();
        trigger("viewOrbit");
        const QPoint empty(40, view()->height() / 2);
        drag(empty, empty + QPoint(130, 30));  // turns the body
        save(inARow({side, canvas()}), "editing_views.jpg");
        for (const char* toggle : {"viewOverlay", "showSkeleton", "showGizmo"}) trigger(toggle);
    }

    void panels() {
        Session& session = window_->session();
        const int person = session.selectedPerson();
        trigger("showJoints2d");
        const QPoint wrist = view()->widgetFromPicture(placeSeen(*session.recovered(person), kLeftWristSeen)).toPoint();
        drag(wrist, wrist + QPoint(38, -46));
        if (targetsOf(session, person).empty()) throw std::runtime_error("the wrist's joint was not dragged");
        const QPixmap placed = canvas();
        const int before = session.undoStack().count();
        trigger("snap");
        waitFor([&] { return child<QAbstractButton>("snapButton")->isEnabled() && session.undoStack().count() > before; });
        save(inARow({placed, canvas()}), "editing_snap.jpg");
        trigger("showJoints2d");
        trigger("showMeasures");
        const QPixmap overlay = canvas();
        trigger("viewOrbit");
        save(inARow({overlay, canvas()}), "editing_measures.jpg");
        trigger("viewOverlay");
        std::vector<QPixmap> pictures;
        for (const char* name : {"fitDock", "measuresDock", "posesDock", "historyDock"}) {
            auto* dock = child<QDockWidget>(name);
            dock->setFloating(true);
            dock->show();
            dock->resize(300, 560);
            QTest::qWait(200);
            pictures.push_back(dock->grab());
            dock->setFloating(false);
        }
        save(inARow(pictures), "editing_panels.jpg");
        trigger("showMeasures");
    }

    void timeline() {
        window_->open({sample("walking.mp4")});
        waitFor([&] { return isRecovered("walking.mp4"); });
        trigger("recordTake");
        TakeEditor& editor = window_->motion().editor();
        waitFor([&] { return editor.hasTake() && !window_->recoveryJob().isBusy(); });
        // Whoever is there for a moment only is no walker.
        for (const Track& track : Take(editor.take()).tracks)
            if (track.numSamples() < editor.take().numFrames / 2) editor.remove(track.id);
        Session& session = window_->session();
        const int person = editor.take().tracks.front().id;
        editor.selectPerson(person);
        for (const int frame : {20, 55}) {
            editor.showFrame(frame);
            waitFor([&] { return !window_->recoveryJob().isBusy(); });
            const Eigen::Vector3d now = session.person(person)->parameters.pose.row(18).transpose();
            session.undoStack().push(new SetJointRotation(session, person, 18, now + Eigen::Vector3d(0, -0.5, 0)));
        }
        editor.setRange(FrameRange{64, 74});
        editor.cutRange(person);
        editor.setRange(FrameRange{10, 45});
        editor.showFrame(24);
        waitFor([&] { return !window_->recoveryJob().isBusy(); });
        QTest::qWait(300);
        save(window_->grab(), "timeline.jpg");
        editor.setRange(std::nullopt);
    }

    void dialogs() {
        trigger("cleanUpMotion");
        auto* cleanUp = child<QDialog>("cleanupDialog");
        auto* strengths = cleanUp->findChild<QTreeWidget*>("smoothingStrengths");
        strengths->topLevelItem(2)->setExpanded(true);  // the left arm
        cleanUp->findChild<QDoubleSpinBox*>("jointStrength_left_wrist")->setValue(2.5);
        strengths->scrollToItem(strengths->topLevelItem(2), QAbstractItemView::PositionAtTop);
        cleanUp->findChild<QPushButton*>("measureButton")->click();
        waitFor([&] { return cleanUp->findChild<QTableWidget*>("figuresTable")->rowCount() > 0; });
        const QPixmap first = cleanUp->grab();
        cleanUp->reject();
        trigger("exportMotion");
        auto* dialog = child<QDialog>("motionExportDialog");
        QTest::qWait(200);
        save(inARow({first, dialog->grab()}), "motion_dialogs.jpg");
        dialog->reject();
    }

    QString folder_;
    QTemporaryDir own_;
    std::unique_ptr<MainWindow> window_;
};

}  // namespace

int main(int argc, char** argv) {
    requestOpenGl();
    QApplication application(argc, argv);
    QCoreApplication::setOrganizationName("hmr-studio-pictures");
    applyLook(application);
    if (argc != 2) {
        std::fprintf(stderr, "usage: panel_pictures FOLDER\n");
        return 2;
    }
    try {
        Photographer(argv[1]).takeAll();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "panel_pictures: %s\n", error.what());
        return 1;
    }
    return 0;
}
