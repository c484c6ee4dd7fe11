// SPDX-License-Identifier: MIT
#include <QAction>
#include <QCheckBox>
#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTreeWidget>
#include <QUndoView>
#include <thread>

#include "app/editing/edit_commands.h"
#include "app/motion/motion_desk.h"
#include "app/panels/fit_panel.h"
#include "app/panels/pose_library_panel.h"
#include "body/limits.h"
#include "body/rotation.h"
#include "inference/picture.h"
#include "renderer/overlay_painter.h"
#include "support/test_class.h"
#include "window_fixture.h"

using namespace hmr;
using namespace hmr::test;

namespace {

enum Joint { kLeftKnee = 4, kLeftAnkle = 7, kLeftShoulder = 16, kRightShoulder = 17, kLeftElbow = 18, kLeftWrist = 20, kRightWrist = 21 };

class Editing : public WindowFixture {
public:
    Editing() {
        QStandardPaths::setTestModeEnabled(true);
        isReady = isShown && openPicture();
        session().selectPerson(0);
    }
    QAction* action(const char* name) const { return window->findChild<QAction*>(name); }
    QPoint joint(int joint, int person = 0) const { return view->widgetFromJoint(person, joint)->toPoint(); }
    Points3d pose(int person = 0) const { return session().person(person)->parameters.pose; }
    Eigen::Vector2d cocoPlus(int joint) const { return session().person(0)->joints2d.row(joint).transpose(); }
    QString lastStep() const { return session().undoStack().undoText(); }
    void raise(const char* dock) const {
        child<QDockWidget>(dock)->raise();
        QCoreApplication::processEvents();
    }

    bool isReady = false;
};

void type(QDoubleSpinBox* spin, const QString& text) {
    spin->setFocus();
    spin->selectAll();
    QTest::keyClicks(spin, text);
    QTest::keyClick(spin, Qt::Key_Return);
}

double apart(const QPoint& a, const QPoint& b) { return std::hypot(a.x() - b.x(), a.y() - b.y()); }

}  // namespace

class TestPoseEditing : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aDraggedWristFollowsTheHandAndComesBackWithUndo_data() {
        QTest::addColumn<QString>("view");
        for (const char* view : {"viewOverlay", "viewSide", "viewOrbit"}) QTest::newRow(view) << view;
    }
    void aDraggedWristFollowsTheHandAndComesBackWithUndo() {
        QFETCH(QString, view);
        Editing window;
        QVERIFY(window.isReady);
        window.action("showSkeleton")->trigger();
        window.action(qPrintable(view))->trigger();
        const SessionState before = window.session().state();
        const Points3d poseBefore = window.pose();
        const QPoint from = window.joint(kLeftWrist), to = from + (view == "viewSide" ? QPoint(25, 20) : QPoint(-40, 45));
        window.drag(from, to);
        QCOMPARE(window.session().selectedJoint(), int(kLeftWrist));
        const Points3d after = window.pose();
        QVERIFY(after.row(kLeftElbow) != poseBefore.row(kLeftElbow));
        QCOMPARE(after.row(1), poseBefore.row(1));
        QVERIFY(limitViolations(after).empty());
        // A free view follows the body's bounds, so there only the overlay can be compared to the pixel.
        if (view == "viewOverlay") QVERIFY2(apart(window.joint(kLeftWrist), to) < 4, qPrintable(QString::number(apart(window.joint(kLeftWrist), to))));
        QCOMPARE(window.session().undoStack().count(), 1);
        QCOMPARE(window.lastStep(), QString("Drag left wrist"));
        window.action("undo")->trigger();
        QVERIFY(window.session().state() == before);
        QCOMPARE(window.pose(), poseBefore);
        window.action("redo")->trigger();
        QCOMPARE(window.pose(), after);
    }

    void aPinnedAnkleStaysWhenThePelvisIsDragged() {
        Editing window;
        QVERIFY(window.isReady);
        window.action("showSkeleton")->trigger();
        for (const int ankle : {7, 8}) {
            QTest::mouseClick(window.view, Qt::LeftButton, {}, window.joint(ankle));
            QCOMPARE(window.session().selectedJoint(), ankle);
            window.action("pinJoint")->trigger();
        }
        QCOMPARE(window.session().edit(0).pinnedJoints, (std::set<int>{7, 8}));
        const QPoint left = window.joint(7), right = window.joint(8), pelvis = window.joint(0);
        window.drag(pelvis, pelvis + QPoint(0, 25));
        QVERIFY(apart(window.joint(7), left) < 3 && apart(window.joint(8), right) < 3);
        QVERIFY(window.joint(0).y() > pelvis.y() + 12);
        QVERIFY(window.pose().row(4).norm() > 0.3);  // the knee bends
        QVERIFY(window.session().edit(0).camera.has_value());
        window.action("undo")->trigger();
        QVERIFY(!window.session().edit(0).camera);
        QVERIFY(apart(window.joint(0), pelvis) < 2);
    }

    void aClickOnABodyPartChoosesItAndTheToolDragsIt_data() {
        QTest::addColumn<QString>("view");
        QTest::addColumn<int>("upper");
        QTest::addColumn<int>("lower");
        QTest::newRow("viewOverlay") << "viewOverlay" << int(kLeftElbow) << int(kLeftWrist);
        QTest::newRow("viewSide") << "viewSide" << int(kLeftKnee) << int(kLeftAnkle);  // the arms point at the eye
        QTest::newRow("viewOrbit") << "viewOrbit" << int(kLeftElbow) << int(kLeftWrist);
    }
    void aClickOnABodyPartChoosesItAndTheToolDragsIt() {
        QFETCH(QString, view);
        QFETCH(int, upper);
        QFETCH(int, lower);
        Editing window;
        QVERIFY(window.isReady);
        window.action(qPrintable(view))->trigger();
        const QPoint part = (window.joint(upper) * 2 + window.joint(lower) * 3) / 5;
        QTest::mouseClick(window.view, Qt::LeftButton, {}, part);
        QCOMPARE(window.session().selectedPerson(), 0);
        QCOMPARE(window.session().selectedJoint(), lower);
        const std::size_t boxes = window.session().state().boxes.size();
        window.action("poseTool")->trigger();
        window.drag(part, part + QPoint(-10, 30));
        QCOMPARE(window.lastStep(), lower == kLeftWrist ? QString("Drag left wrist") : QString("Drag left ankle"));
        QCOMPARE(window.session().state().boxes.size(), boxes);
        QTest::keyClick(window.view, Qt::Key_Escape);
        QVERIFY(!window.view->posesBodies());
    }

    void theRingsTurnTheChosenJoint_data() {
        QTest::addColumn<bool>("isLocal");
        QTest::newRow("own axes") << true;
        QTest::newRow("camera's axes") << false;
    }
    void theRingsTurnTheChosenJoint() {
        QFETCH(bool, isLocal);
        Editing window;
        QVERIFY(window.isReady);
        window.session().selectJoint(kRightShoulder);
        window.action("showGizmo")->trigger();
        window.action("gizmoIsLocal")->setChecked(isLocal);
        const Points3d before = window.pose();
        // The z ring faces the camera: a quarter along it is a quarter turn about the camera's axis.
        const QPoint from = window.view->pointOnRing(2, 0.1)->toPoint(), to = window.view->pointOnRing(2, 0.2)->toPoint();
        window.drag(from, to);
        QCOMPARE(window.lastStep(), QString("Turn right shoulder"));
        const Eigen::Matrix3d turn = rotationFromAxisAngle(before.row(kRightShoulder).transpose()).transpose() *
                                     rotationFromAxisAngle(window.pose().row(kRightShoulder).transpose());
        const Eigen::Vector3d axisAngle = axisAngleFromRotation(turn);
        QVERIFY2(std::abs(axisAngle.norm() - 0.2 * EIGEN_PI) < 0.08, qPrintable(QString::number(axisAngle.norm())));
        QVERIFY(axisAngle.normalized().cwiseAbs().z() > 0.99);
        for (int joint = 0; joint < 24; ++joint) {
            if (joint != kRightShoulder) QCOMPARE(window.pose().row(joint), before.row(joint));
        }
        QCOMPARE(window.session().undoStack().count(), 1);
        // The numeric fields follow.
        QVERIFY(std::abs(window.child<QDoubleSpinBox>("angleZSpin")->value()) > 20);
    }

    void aDraggedJointOfThePictureIsSnappedTo() {
        Editing window;
        QVERIFY(window.isReady);
        window.action("showJoints2d")->trigger();
        window.raise("fitDock");
        const QPoint from = window.at(window.cocoPlus(11).x(), window.cocoPlus(11).y()), to = from + QPoint(-25, 40);
        window.drag(from, to);
        QCOMPARE(window.lastStep(), QString("Place left wrist"));
        const Eigen::Vector2d target = window.session().edit(0).targets.at(0).at(11);
        auto* table = window.child<QTreeWidget>("fitTable");
        const double before = (window.cocoPlus(11) - target).norm();
        QVERIFY(before > 10);
        QCOMPARE(table->topLevelItem(11)->text(1), QString("%1 px").arg(before, 0, 'f', 1));
        QTest::mouseClick(window.child<QPushButton>("snapButton"), Qt::LeftButton);
        QTRY_COMPARE(window.lastStep(), QString("Snap to picture"));
        QVERIFY2((window.cocoPlus(11) - target).norm() < 0.2 * before, qPrintable(QString::number((window.cocoPlus(11) - target).norm())));
        QVERIFY(limitViolations(window.pose()).empty());
        window.action("undo")->trigger();
        QVERIFY(std::abs((window.cocoPlus(11) - target).norm() - before) < 1e-6);
        QTest::mouseClick(window.child<QPushButton>("clearTargetsButton"), Qt::LeftButton);
        QVERIFY(window.session().edit(0).isEmpty());
    }

    void aSilhouetteJoinsTheFit() {
        Editing window;
        QVERIFY(window.isReady);
        auto* panel = window.child<FitPanel>("fitPanel");
        auto* button = window.child<QPushButton>("silhouetteButton");
        // The fake network's people stand below the picture.
        PersonEdit raised = window.session().edit(0);
        raised.camera = PlacedCamera{{0.75, {0, -0.95}}, window.session().person(0)->crop};
        window.session().undoStack().push(new ChangePerson(window.session(), 0, "raise", raised));
        PersonEstimate wider = *window.session().person(0);
        wider.camera.scale *= 1.15;
        const QString file = window.folder.filePath("剪影 mask.png"), small = window.folder.filePath("small.png");
        std::thread([&] {  // this thread has the window's OpenGL context
            OverlayPainter painter(window.session().body());
            writePicture(file.toStdString(), painter.paintAlone(400, 300, {wider}));
            writePicture(small.toStdString(), painter.paintAlone(200, 150, {wider}));
        }).join();
        const double scale = window.session().person(0)->camera.scale;
        QSignalSpy failures(panel, &FitPanel::failed);
        panel->useSilhouette(small);
        QTRY_COMPARE(failures.count(), 1);
        QVERIFY2(failures[0][0].toString().contains("200 x 150"), qPrintable(failures[0][0].toString()));
        QVERIFY(window.session().edit(0).silhouettes.empty());
        QCOMPARE(button->text(), QString("Silhouette…"));
        panel->useSilhouette(file);
        QTRY_COMPARE_WITH_TIMEOUT(button->text(), QString("Forget silhouette"), 20000);
        QVERIFY2(failures.count() == 1, qPrintable(failures.last()[0].toString()));
        QCOMPARE(window.lastStep(), QString("Use silhouette"));
        window.action("undo")->trigger();
        QCOMPARE(button->text(), QString("Silhouette…"));
        window.action("redo")->trigger();
        QCOMPARE(button->text(), QString("Forget silhouette"));
        const QString session = window.folder.filePath("silhouette.hmrs");
        QVERIFY(window.window->motion().saveSession(session));
        QCOMPARE(readSession(session.toStdString()).edits.at(0).silhouettes.at(0), file.toStdString());
        panel->snap();
        QTRY_COMPARE(window.lastStep(), QString("Snap to picture"));
        QVERIFY2(window.session().person(0)->camera.scale > 1.03 * scale, qPrintable(QString::number(window.session().person(0)->camera.scale / scale)));
        window.session().selectPerson(1);
        QCOMPARE(button->text(), QString("Silhouette…"));  // it is that person's alone
        window.session().selectPerson(0);
        QFile::remove(file);
        panel->snap();
        QTRY_COMPARE(failures.count(), 2);  // a mask that has gone since
        QVERIFY2(failures[1][0].toString().contains("mask.png"), qPrintable(failures[1][0].toString()));
        button->click();
        QCOMPARE(window.lastStep(), QString("Forget silhouette"));
        QCOMPARE(button->text(), QString("Silhouette…"));
    }

    void aCancelledFitChangesNothing() {
        Editing window;
        QVERIFY(window.isReady);
        auto* panel = window.child<FitPanel>("fitPanel");
        QSignalSpy finished(&panel->job(), &FitJob::finished);
        const SessionState before = window.session().state();
        panel->snap();
        panel->job().cancel();
        QTRY_COMPARE(finished.count(), 1);
        const auto result = finished[0][1].value<FitResult>();
        if (result.wasStopped) QVERIFY(window.session().state() == before);
        QVERIFY(!panel->job().isRunning());
    }

    void lockedJointsKeepTheirTurnInEverything() {
        Editing window;
        QVERIFY(window.isReady);
        window.session().selectJoint(kLeftElbow);
        window.action("lockJoint")->trigger();
        QCOMPARE(window.lastStep(), QString("Lock left elbow"));
        const Eigen::RowVector3d locked = window.pose().row(kLeftElbow);
        window.action("showSkeleton")->trigger();
        window.drag(window.joint(kLeftWrist), window.joint(kLeftWrist) + QPoint(-20, 30));
        QCOMPARE(window.pose().row(kLeftElbow), locked);
        window.action("mirrorPose")->trigger();
        QCOMPARE(window.pose().row(kLeftElbow), locked);
        window.window->findChild<QWidget*>("detectButton")->setFocus();
        QTest::mouseClick(window.window->findChild<QWidget*>("detectButton"), Qt::LeftButton);
        QVERIFY(window.waitIdle());
        QCOMPARE(window.pose().row(kLeftElbow), locked);  // the fake network's new answer differs there
        QTest::mouseClick(window.child<QPushButton>("resetPoseButton"), Qt::LeftButton);
        QCOMPARE(window.pose().row(kLeftElbow), locked);
        window.session().selectJoint(kLeftElbow);
        window.action("lockJoint")->trigger();
        QTest::mouseClick(window.child<QPushButton>("resetJointButton"), Qt::LeftButton);
        QVERIFY(window.pose().row(kLeftElbow) != locked);
    }

    void noTwoActionsShareAShortcut() {
        Editing window;
        QVERIFY(window.isReady);
        window.action("copyPose")->trigger();
        std::map<QKeySequence, QString> known;
        for (const QAction* action : window.window->findChildren<QAction*>()) {
            if (!action->isEnabled()) continue;
            for (const QKeySequence& shortcut : action->shortcuts()) {
                const auto [other, isNew] = known.emplace(shortcut, action->text());
                QVERIFY2(isNew, qPrintable(QString("%1: %2 and %3").arg(shortcut.toString(), other->second, action->text())));
            }
        }
        QVERIFY(known.size() > 30);
    }

    void posesAreMirroredCopiedAndPasted() {
        Editing window;
        QVERIFY(window.isReady);
        window.session().undoStack().push(new SetJointRotation(window.session(), 0, kLeftShoulder, {0.1, 0.2, -0.9}));
        window.session().selectJoint(kLeftShoulder);
        window.action("mirrorLimb")->trigger();
        QVERIFY(window.pose().row(kRightShoulder).isApprox(Eigen::RowVector3d(0.1, -0.2, 0.9)));
        QVERIFY(window.pose().row(kLeftShoulder).isApprox(Eigen::RowVector3d(0.1, 0.2, -0.9)));
        window.action("undo")->trigger();
        window.action("mirrorPose")->trigger();
        QVERIFY(window.pose().row(kRightShoulder).isApprox(Eigen::RowVector3d(0.1, -0.2, 0.9)));
        QVERIFY(window.pose().row(kLeftShoulder).norm() < 1e-9);
        QCOMPARE(window.pose().row(0), window.session().recovered(0)->parameters.pose.row(0));

        QVERIFY(!window.action("pastePose")->isEnabled());
        window.action("copyPose")->trigger();
        window.session().selectPerson(1);
        window.action("pastePose")->trigger();
        QVERIFY(window.pose(1).bottomRows(23).isApprox(window.pose(0).bottomRows(23)));
        QVERIFY(window.openPicture("second.png"));  // and to another picture
        window.session().selectPerson(0);
        window.action("pastePose")->trigger();
        QVERIFY(window.pose(0).row(kRightShoulder).isApprox(Eigen::RowVector3d(0.1, -0.2, 0.9)));
    }

    void theLibraryAppliesSavesAndRemovesPoses() {
        Editing window;
        QVERIFY(window.isReady);
        std::filesystem::remove_all(PoseLibraryPanel::folder());
        window.raise("posesDock");
        auto* list = window.child<QListWidget>("poseList");
        QCOMPARE(list->count(), 5);
        QTRY_VERIFY(!list->item(0)->icon().isNull());
        const auto item = [&](const QString& name) { return list->findItems(name, Qt::MatchExactly).value(0); };
        const auto doubleClick = [&](const QString& name) {
            list->scrollToItem(item(name));
            const QPoint place = list->visualItemRect(item(name)).center();
            QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, place);
            QTest::mouseDClick(list->viewport(), Qt::LeftButton, {}, place);
        };
        doubleClick("Sitting");
        QCOMPARE(window.lastStep(), QString("Pose “Sitting”"));
        QVERIFY(window.pose()(4, 0) > 1.2);
        QVERIFY(limitViolations(window.pose()).empty());
        QInputMethodEvent typed;
        typed.setCommitString("My pose: 坐");
        QApplication::sendEvent(window.child<QLineEdit>("poseName"), &typed);
        QTest::mouseClick(window.child<QPushButton>("savePoseButton"), Qt::LeftButton);
        QCOMPARE(list->count(), 6);
        window.action("undo")->trigger();
        QVERIFY(window.pose()(4, 0) < 0.1);
        doubleClick("My pose: 坐");
        QVERIFY(window.pose()(4, 0) > 1.2);
        QTest::mouseClick(window.child<QPushButton>("removePoseButton"), Qt::LeftButton);
        QCOMPARE(list->count(), 5);
        list->setCurrentItem(item("T-pose"));
        QVERIFY(!window.child<QPushButton>("removePoseButton")->isEnabled());
        QTest::mouseClick(window.child<QPushButton>("applyPoseButton"), Qt::LeftButton);
        QVERIFY(window.pose().bottomRows(23).norm() < 1e-9);
    }

    void measuresAreTypedAndDrawn() {
        Editing window;
        QVERIFY(window.isReady);
        window.raise("measuresDock");
        auto* height = window.child<QDoubleSpinBox>("heightSpin");
        const double before = height->value();
        QVERIFY(before > 140 && before < 220);
        type(height, QString::number(before + 4, 'f', 1));
        QCOMPARE(window.lastStep(), QString("Set height"));
        QVERIFY(std::abs(height->value() - before - 4) < 0.11);
        auto* waist = window.child<QDoubleSpinBox>("waistSpin");
        type(waist, QString::number(waist->value() + 1, 'f', 1));
        QVERIFY(std::abs(height->value() - before - 4) < 0.11);  // it is held
        QVERIFY(window.child<QLabel>("volumeLabel")->text().contains("kg"));
        const QImage plain = window.window->grab().toImage();
        window.child<QCheckBox>("drawMeasures")->click();
        QVERIFY(window.action("showMeasures")->isChecked());
        QVERIFY(window.window->grab().toImage() != plain);
        window.action("undo")->trigger();
        window.action("undo")->trigger();
        QVERIFY(std::abs(height->value() - before) < 0.05);
    }

    void theHistoryNamesEachStep() {
        Editing window;
        QVERIFY(window.isReady);
        window.raise("historyDock");
        window.session().selectJoint(kLeftElbow);
        window.action("lockJoint")->trigger();
        window.action("pinJoint")->trigger();
        auto* history = window.child<QUndoView>("historyView");
        QCOMPARE(history->model()->rowCount(), 3);
        QCOMPARE(history->model()->index(2, 0).data().toString(), QString("Pin left elbow"));
        QTest::mouseClick(history->viewport(), Qt::LeftButton, {}, history->visualRect(history->model()->index(0, 0)).center());
        QVERIFY(window.session().state() == SessionState{});
    }
};

HMR_TEST_CLASS(TestPoseEditing, "test_pose_editing")
#include "test_pose_editing.moc"
