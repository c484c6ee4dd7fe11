// SPDX-License-Identifier: MIT
#include <QAbstractButton>
#include <QAction>
#include <QComboBox>
#include <QDialog>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QInputDialog>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMouseEvent>
#include <QPushButton>
#include <QSpinBox>
#include <QTableWidget>
#include <QToolButton>
#include <ctime>
#include <opencv2/videoio.hpp>

#include "app/edit_commands.h"
#include "app/motion/motion_desk.h"
#include "app/motion/track_view.h"
#include "formats/atomic_file.h"
#include "formats/body_file.h"
#include "formats/motion/take_file.h"
#include "formats/resources.h"
#include "support/test_class.h"
#include "support/udp_listener.h"
#include "support/walking_take.h"
#include "window_fixture.h"

using namespace hmr;
using hmr::test::UdpListener;
using hmr::test::WindowFixture;

/// The timeline as a person uses it: record, scrub, key, cut, clean, export, save, reopen; all of it undone and redone.
class TestTimeline : public QObject {
    Q_OBJECT
    static constexpr int kFrames = 14;

    static QString writeVideo(const WindowFixture& fixture) {
        const QString file = fixture.folder.filePath("走路 clip.avi");
        cv::VideoWriter writer(file.toStdString(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 10, {400, 300});
        for (int i = 0; i < kFrames; ++i) writer.write(cv::Mat(300, 400, CV_8UC3, cv::Scalar::all(10 * i)));
        return file;
    }
    static TakeEditor& editor(const WindowFixture& fixture) { return fixture.window->motion().editor(); }
    static void click(const WindowFixture& fixture, const char* button) {
        auto* found = fixture.child<QAbstractButton>(button);
        QVERIFY2(found && found->isEnabled(), button);
        QTest::mouseClick(found, Qt::LeftButton);
    }
    static TrackView* tracks(const WindowFixture& fixture) { return static_cast<TrackView*>(fixture.child<QWidget>("trackView")); }
    static QPoint place(const WindowFixture& fixture, double frame, int row) {
        TrackView* view = tracks(fixture);
        return QPointF(view->xOfFrame(frame + 0.5), row < 0 ? 8 : view->rowRect(row).center().y()).toPoint();
    }
    /// A take recorded from a video through the window's own button.
    static bool record(const WindowFixture& fixture) {
        const QString file = writeVideo(fixture);
        fixture.window->open({file});
        if (!QTest::qWaitFor([&] { return fixture.isRecovered(file); }, 20000)) return false;
        fixture.window->findChild<QAction*>("recordTake")->trigger();
        return QTest::qWaitFor([&] { return editor(fixture).hasTake(); }, 20000) && fixture.waitIdle();
    }
    /// Memory of this program, as the system counts it.
    static double residentMegabytes() {
        QFile status("/proc/self/status");
        if (!status.open(QIODevice::ReadOnly)) return 0;
        for (const QByteArray& line : status.readAll().split('\n'))
            if (line.startsWith("VmRSS:")) return line.mid(6).trimmed().split(' ').front().toDouble() / 1024;
        return 0;
    }
    /// Motion without a video, of the length wanted.
    static void showWalk(const WindowFixture& fixture, int numPeople, int numFrames) {
        editor(fixture).setTake(test::walkingTake(numPeople, numFrames, {20, 24}), {}, "walk");
        QCoreApplication::processEvents();
    }

private Q_SLOTS:
    void aVideoIsRecordedFrameByFrame() {
        WindowFixture fixture;
        QVERIFY(record(fixture));
        const Take& take = editor(fixture).take();
        QCOMPARE(take.numFrames, kFrames);
        QCOMPARE(take.frameRate, 10.0);
        QCOMPARE(take.tracks.size(), std::size_t{2});
        for (const Track& track : take.tracks) QCOMPARE(track.numSamples(), kFrames);
        QVERIFY(fixture.child<QWidget>("timelineDock")->isVisible());
    }
    void scrubbingShowsTheTakesPeopleAndPictures() {
        WindowFixture fixture;
        QVERIFY(record(fixture));
        QTest::mouseClick(tracks(fixture), Qt::LeftButton, {}, place(fixture, 6, 1));
        QCOMPARE(editor(fixture).frame(), 6);
        QCOMPARE(fixture.session().selectedPerson(), 1);
        const MotionSample& sample = *editor(fixture).take().tracks[1].at(6);
        QVERIFY(fixture.session().person(1)->parameters.pose == sample.body.pose);  // at once
        QTRY_COMPARE(fixture.session().frame().estimate->frame.index, 6);
        QVERIFY(fixture.waitIdle());
        QVERIFY(fixture.session().person(1)->parameters.pose == sample.body.pose);  // and not a new answer
        const int runs = fixture.log->numRuns;
        QTest::mouseClick(tracks(fixture), Qt::LeftButton, {}, place(fixture, 2, -1));
        QVERIFY(fixture.waitIdle());
        QCOMPARE(int(fixture.log->numRuns), runs);  // the network has rest
        QCOMPARE(fixture.child<QSpinBox>("frameBox")->value(), 3);
        fixture.child<QSpinBox>("frameBox")->setValue(11);
        QCOMPARE(editor(fixture).frame(), 10);
    }
    void aTurnIsAKeyAtItsFrameAlone() {
        WindowFixture fixture;
        QVERIFY(record(fixture));
        Session& session = fixture.session();
        editor(fixture).showFrame(4);
        session.selectPerson(0);
        session.undoStack().push(new SetJointRotation(session, 0, 19, {0, 0.9, 0}));
        QCOMPARE(editor(fixture).state().keys.at(0).keys.size(), std::size_t{1});
        QCOMPARE(editor(fixture).state().keys.at(0).keys.at(4).rotations.size(), std::size_t{1});
        QVERIFY(session.state().edits.empty());  // nothing that reaches over all frames
        QVERIFY(session.edit(0).rotations.contains(19));
        QVERIFY((session.person(0)->parameters.pose.row(19) - Eigen::RowVector3d(0, 0.9, 0)).norm() < 1e-9);
        editor(fixture).showFrame(9);
        QVERIFY(session.edit(0).isEmpty());
        const double faded = session.person(0)->parameters.pose(19, 1);
        QVERIFY(faded > 0 && faded < 0.9);
        session.undoStack().undo();  // goes to where the change was made
        QCOMPARE(editor(fixture).frame(), 4);
        QVERIFY(editor(fixture).state().keys.empty());
        QVERIFY(session.person(0)->parameters.pose.row(19).norm() < 1e-9);
        session.undoStack().redo();
        QVERIFY((session.person(0)->parameters.pose.row(19) - Eigen::RowVector3d(0, 0.9, 0)).norm() < 1e-9);
        auto* blend = fixture.child<QComboBox>("keyBlend");
        QCOMPARE(blend->currentData().toInt(), int(KeyBlend::Local));
        blend->setCurrentIndex(blend->findData(int(KeyBlend::Replace)));
        Q_EMIT blend->activated(blend->currentIndex());
        QVERIFY(editor(fixture).state().keys.at(0).blend == KeyBlend::Replace);
        const std::vector<int> joints = {19};
        session.undoStack().push(new ResetJoints(session, 0, joints, "reset"));  // the last thing that was keyed
        QVERIFY(editor(fixture).state().keys.empty());
        session.undoStack().undo();
        click(fixture, "removeKeyButton");
        QVERIFY(editor(fixture).state().keys.empty());
    }
    void farFromAKeyTheMotionStaysAsRecorded() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        showWalk(fixture, 2, 60);
        Session& session = fixture.session();
        editor(fixture).showFrame(35);
        session.beginGesture();
        for (int step = 1; step <= 5; ++step) session.undoStack().push(new SetJointRotation(session, 0, 18, {0, 0, 0.2 * step}));  // a drag
        const Take finished = editor(fixture).finished();
        const Track& recorded = editor(fixture).take().tracks[0];
        for (const int frame : {0, 10, 50, 59}) QVERIFY(test::largestTurn(*finished.tracks[0].at(frame), *recorded.at(frame)) < 1e-7);
        QVERIFY((finished.tracks[0].at(35)->body.pose.row(18) - Eigen::RowVector3d(0, 0, 1)).norm() < 1e-9);
        QVERIFY(finished.tracks[1].samples == editor(fixture).take().tracks[1].samples);
        session.undoStack().undo();  // the whole drag
        QVERIFY(editor(fixture).state().keys.empty());
    }
    void aPlaceIsKeyedAndAShapeIsNot() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        showWalk(fixture, 2, 60);
        Session& session = fixture.session();
        editor(fixture).showFrame(35);
        const PersonEstimate before = *session.person(0);
        PersonEdit moved = session.edit(0);
        moved.camera = PlacedCamera{before.camera, before.crop};
        moved.camera->camera.translation.x() += 0.2;
        session.undoStack().push(new ChangePerson(session, 0, "move", moved));
        QVERIFY(editor(fixture).state().keys.at(0).keys.at(35).translation.has_value());
        QVERIFY(std::abs(session.person(0)->camera.translation.x() - before.camera.translation.x() - 0.2) < 1e-9);
        const auto keyed = editor(fixture).state().keys;
        const Take finished = editor(fixture).finished();
        const Track& recorded = editor(fixture).take().tracks[0];
        QVERIFY((finished.tracks[0].at(35)->body.translation - recorded.at(35)->body.translation).norm() > 0.05);
        QVERIFY((finished.tracks[0].at(5)->body.translation - recorded.at(5)->body.translation).norm() < 1e-12);
        session.undoStack().undo();
        QVERIFY(editor(fixture).state().keys.empty());
        QVERIFY((session.person(0)->camera.translation - before.camera.translation).norm() < 1e-9);
        session.undoStack().redo();
        QVERIFY(editor(fixture).state().keys == keyed);
        session.undoStack().undo();

        session.undoStack().push(new SetBeta(session, 0, 1, 1.5));  // one body a person, in all frames
        QVERIFY(editor(fixture).state().keys.empty());
        editor(fixture).showFrame(50);
        QCOMPARE(session.person(0)->parameters.betas[1], 1.5);
        click(fixture, "setKeyButton");  // but it can be keyed
        QCOMPARE((*editor(fixture).state().keys.at(0).keys.at(50).betas)[1], 1.5);
        QCOMPARE(editor(fixture).state().keys.at(0).keys.at(50).rotations.size(), std::size_t{24});
        QVERIFY(session.edit(0).betas.empty());
        QCOMPARE(session.person(0)->parameters.betas[1], 1.5);
    }
    void editsBeforeRecordingGoIntoTheTake() {
        WindowFixture fixture;
        const QString file = writeVideo(fixture);
        fixture.window->open({file});
        QVERIFY(QTest::qWaitFor([&] { return fixture.isRecovered(file); }, 20000));
        Session& session = fixture.session();
        session.undoStack().push(new SetJointRotation(session, 0, 19, {0, 0.9, 0}));
        fixture.window->findChild<QAction*>("recordTake")->trigger();
        QVERIFY(QTest::qWaitFor([&] { return editor(fixture).hasTake(); }, 20000) && fixture.waitIdle());
        for (int frame = 0; frame < kFrames; ++frame) QVERIFY(editor(fixture).take().tracks[0].at(frame)->body.pose(19, 1) == 0.9);
        QVERIFY(session.edit(0).isEmpty());
        session.undoStack().undo();
        QVERIFY(!editor(fixture).hasTake());
        QVERIFY(session.state().edits.begin()->second.rotations.contains(19));
    }
    void aTrimmedTakeKeepsItsPictures() {
        WindowFixture fixture;
        QVERIFY(record(fixture));
        editor(fixture).setRange(FrameRange{5, 11});
        click(fixture, "trimButton");
        QCOMPARE(editor(fixture).take().numFrames, 6);
        const MotionSample& sample = *editor(fixture).take().tracks[1].at(2);
        editor(fixture).showFrame(2);
        QTRY_COMPARE(fixture.session().frame().estimate->frame.index, 7);
        QVERIFY(fixture.waitIdle());
        QTRY_VERIFY(std::abs(fixture.session().frame().estimate->frame.picture.at<cv::Vec3b>(150, 200)[0] - 70) < 5);
        QVERIFY(fixture.session().person(1)->parameters.pose == sample.body.pose);
        fixture.session().undoStack().undo();
        QCOMPARE(editor(fixture).take().firstSourceFrame, 0);
    }
    void splitAndMergedTracksKeepTheirKeys() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        showWalk(fixture, 2, 60);
        Session& session = fixture.session();
        for (const int frame : {30, 50}) {
            editor(fixture).showFrame(frame);
            session.undoStack().push(new SetJointRotation(session, 0, 18, {0, 0, 0.02 * frame}));
        }
        const Take whole = editor(fixture).finished();
        editor(fixture).showFrame(40);
        session.selectPerson(0);
        click(fixture, "splitButton");
        QVERIFY(editor(fixture).state().keys.at(0).keys.contains(30) && !editor(fixture).state().keys.at(0).keys.contains(50));
        const auto isSame = [&](const Take& take, int later) {
            for (int frame = 24; frame < 60; ++frame) {
                const MotionSample* sample = take.find(frame < 40 ? 0 : later)->at(frame);
                if (test::largestTurn(*sample, *whole.tracks[0].at(frame)) > 1e-6) return false;
            }
            return true;
        };
        QVERIFY(isSame(editor(fixture).finished(), editor(fixture).take().tracks.back().id));
        editor(fixture).merge(0, editor(fixture).take().tracks.back().id);
        QVERIFY(isSame(editor(fixture).finished(), 0));
        session.undoStack().undo();
        session.undoStack().undo();
        QVERIFY(isSame(editor(fixture).finished(), 0));
    }
    void whatIsCutBetweenKeysIsGone() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        showWalk(fixture, 1, 60);
        Session& session = fixture.session();
        for (const int frame : {30, 40, 50}) {
            editor(fixture).showFrame(frame);
            session.undoStack().push(new SetJointRotation(session, 0, 18, {0, 0, 0.02 * frame}));
        }
        editor(fixture).setRange(FrameRange{35, 45});
        editor(fixture).cutRange(0);
        QVERIFY(!editor(fixture).state().keys.at(0).keys.contains(40));
        QVERIFY(editor(fixture).peopleAt(40).empty() && editor(fixture).peopleAt(34).size() == 1);
        QVERIFY(gapsOf(editor(fixture).finished().tracks[0]).back() == (FrameRange{35, 45}));
        session.undoStack().undo();
        QVERIFY(editor(fixture).state().keys.at(0).keys.contains(40));
    }
    void gapsAreEmptyOnTheTimeline() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        showWalk(fixture, 1, 40);
        const QImage picture = tracks(fixture)->grab().toImage();
        const auto colorAt = [&](double frame) { return picture.pixelColor(place(fixture, frame, 0) * picture.devicePixelRatio()); };
        QVERIFY(colorAt(5) == colorAt(35));
        for (const int frame : {20, 21, 22, 23}) QVERIFY(colorAt(frame) != colorAt(5));
    }
    void tracksAreSplitMergedAndDeleted() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        showWalk(fixture, 2, 40);
        const Take original = editor(fixture).take();
        fixture.session().selectPerson(0);
        editor(fixture).showFrame(30);
        click(fixture, "splitButton");
        QCOMPARE(editor(fixture).take().tracks.size(), std::size_t{3});
        click(fixture, "mergeButton");
        QMenu* menu = nullptr;
        QTRY_VERIFY((menu = fixture.child<QMenu>("mergeMenu")) != nullptr);
        menu->actions().last()->trigger();
        menu->close();
        QCOMPARE(editor(fixture).take().tracks.size(), std::size_t{2});
        QVERIFY(editor(fixture).take().find(0)->samples == original.find(0)->samples);
        click(fixture, "deleteTrackButton");
        QVERIFY(!editor(fixture).take().find(0));
        for (int i = 0; i < 3; ++i) fixture.session().undoStack().undo();
        QVERIFY(editor(fixture).take().find(0)->samples == original.find(0)->samples);
        QCOMPARE(editor(fixture).take().tracks.size(), std::size_t{2});
        editor(fixture).showFrame(0);
        click(fixture, "splitButton");  // nothing lies before: a message, no change
        QCOMPARE(editor(fixture).take().tracks.size(), std::size_t{2});
        QVERIFY(fixture.child<QWidget>("messageBar")->isVisible());
    }
    void aRangeIsDraggedAndCut() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        showWalk(fixture, 2, 40);
        fixture.session().selectPerson(0);
        TrackView* view = tracks(fixture);
        QTest::mousePress(view, Qt::LeftButton, Qt::ShiftModifier, place(fixture, 8, 0));
        QMouseEvent move(QEvent::MouseMove, place(fixture, 14, 0), view->mapToGlobal(place(fixture, 14, 0)), Qt::NoButton, Qt::LeftButton, Qt::ShiftModifier);
        QCoreApplication::sendEvent(view, &move);
        QTest::mouseRelease(view, Qt::LeftButton, Qt::ShiftModifier, place(fixture, 14, 0));
        QVERIFY(editor(fixture).range() == (FrameRange{8, 15}));
        click(fixture, "cutButton");
        QVERIFY(gapsOf(*editor(fixture).take().find(0)) == (std::vector<FrameRange>{{8, 15}, {20, 24}}));
        click(fixture, "trimButton");
        QCOMPARE(editor(fixture).take().numFrames, 7);
        fixture.session().undoStack().undo();
        QCOMPARE(editor(fixture).take().numFrames, 40);
    }
    void cleaningUpShowsFiguresAndIsUndone() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        showWalk(fixture, 2, 60);
        const Take before = editor(fixture).take();
        fixture.window->findChild<QAction*>("cleanUpMotion")->trigger();
        auto* dialog = fixture.child<QDialog>("cleanupDialog");
        QVERIFY(dialog);
        QTest::mouseClick(dialog->findChild<QPushButton*>("measureButton"), Qt::LeftButton);
        auto* table = dialog->findChild<QTableWidget*>("figuresTable");
        QTRY_COMPARE_WITH_TIMEOUT(table->rowCount(), 2, 20000);
        QVERIFY(table->item(0, 1)->text().contains("→"));
        QVERIFY(table->item(0, 0)->text().contains("4 filled"));
        QVERIFY(editor(fixture).take().tracks[0].samples == before.tracks[0].samples);  // measuring changes nothing
        QTest::mouseClick(dialog->findChild<QPushButton*>("applyButton"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(gapsOf(editor(fixture).take().tracks[0]).empty(), 20000);
        fixture.session().undoStack().undo();
        QVERIFY(editor(fixture).take().tracks[0].samples == before.tracks[0].samples);
    }
    void motionIsExportedAndCancelled() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        showWalk(fixture, 2, 40);
        const QString folder = fixture.folder.filePath("出口 folder");
        QDir().mkpath(folder);
        fixture.window->findChild<QAction*>("exportMotion")->trigger();
        auto* dialog = fixture.child<QDialog>("motionExportDialog");
        QVERIFY(dialog);
        auto* format = dialog->findChild<QComboBox*>("motionFormat");
        format->setCurrentIndex(format->findData(static_cast<int>(MotionFormat::Fbx)));
        dialog->findChild<QComboBox*>("motionPreset")->setCurrentIndex(2);
        dialog->findChild<QLineEdit*>("motionFile")->setText(folder + "/walk.fbx");
        QTest::mouseClick(dialog->findChild<QPushButton*>("motionExport"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(folder + "/walk.fbx"), 20000);

        showWalk(fixture, 3, 400);
        QTRY_VERIFY(!fixture.child<QDialog>("motionExportDialog"));
        fixture.window->findChild<QAction*>("exportMotion")->trigger();
        dialog = fixture.child<QDialog>("motionExportDialog");
        format = dialog->findChild<QComboBox*>("motionFormat");
        format->setCurrentIndex(format->findData(static_cast<int>(MotionFormat::ObjSequence)));
        dialog->findChild<QLineEdit*>("motionFile")->setText(folder + "/meshes");
        QTest::mouseClick(dialog->findChild<QPushButton*>("motionExport"), Qt::LeftButton);
        QTest::mouseClick(dialog->findChild<QPushButton*>("motionCancel"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(dialog->findChild<QLabel*>("motionMessage")->text().contains("Cancelled"), 20000);
        QCOMPARE(QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot), QStringList{"walk.fbx"});
    }
    void theOverlayVideoAndPicturesAreWritten() {
        WindowFixture fixture;
        QVERIFY(record(fixture));
        const QString folder = fixture.folder.filePath("出口 folder");
        QDir().mkpath(folder);
        const auto entries = [&] { return QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot); };
        const auto openDialog = [&](const char* formatTitle, const QString& file) {
            const bool isGone = QTest::qWaitFor([&] { return !fixture.child<QDialog>("motionExportDialog"); });
            fixture.window->findChild<QAction*>("exportMotion")->trigger();
            auto* dialog = fixture.child<QDialog>("motionExportDialog");
            auto* format = dialog->findChild<QComboBox*>("motionFormat");
            format->setCurrentIndex(format->findText(formatTitle, Qt::MatchStartsWith));
            if (!file.isEmpty()) dialog->findChild<QLineEdit*>("motionFile")->setText(file);
            return isGone ? dialog : nullptr;
        };
        QDialog* dialog = openDialog("Overlay video", {});
        QVERIFY(dialog && dialog->findChild<QLineEdit*>("motionFile")->text().endsWith(".mp4"));
        QVERIFY(!dialog->findChild<QComboBox*>("motionPreset")->isEnabled());
        dialog->findChild<QLineEdit*>("motionFile")->setText(folder + "/over.mp4");
        QTest::mouseClick(dialog->findChild<QPushButton*>("motionExport"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(folder + "/over.mp4"), 20000);
        cv::VideoCapture video((folder + "/over.mp4").toStdString(), cv::CAP_FFMPEG);
        QCOMPARE(int(video.get(cv::CAP_PROP_FRAME_COUNT)), kFrames);
        cv::Mat frame;
        QVERIFY(video.read(frame) && frame.cols == 400);

        dialog = openDialog("Transparent", folder + "/alone");
        QVERIFY(dialog);
        QTest::mouseClick(dialog->findChild<QPushButton*>("motionExport"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(folder + "/alone/000014.png"), 20000);
        const QImage alone(folder + "/alone/000001.png");
        QVERIFY(alone.hasAlphaChannel() && alone.width() == 400);
        // Where there is a body alone there is one in the video, and its black picture beside it.
        double inside = 0, outside = 0;
        int numInside = 0, numOutside = 0;
        for (int y = 0; y < alone.height(); ++y) {
            for (int x = 0; x < alone.width(); ++x) {
                const int alpha = alone.pixelColor(x, y).alpha();
                if (alpha == 255) inside += frame.at<cv::Vec3b>(y, x)[1], ++numInside;
                if (alpha == 0) outside += frame.at<cv::Vec3b>(y, x)[1], ++numOutside;
            }
        }
        QVERIFY2(numInside > 400 && inside / numInside > 60, qPrintable(QString("%1 of %2").arg(inside / numInside).arg(numInside)));
        QVERIFY2(numOutside > 1000 && outside / numOutside < 15, qPrintable(QString::number(outside / numOutside)));

        for (const auto& [title, file] : {std::pair{"Overlay video", "/stopped.mp4"}, {"Transparent", "/stopped"}}) {
            dialog = openDialog(title, folder + file);
            QVERIFY(dialog);
            QTest::mouseClick(dialog->findChild<QPushButton*>("motionExport"), Qt::LeftButton);
            QTest::mouseClick(dialog->findChild<QPushButton*>("motionCancel"), Qt::LeftButton);
            QTRY_VERIFY_WITH_TIMEOUT(dialog->findChild<QLabel*>("motionMessage")->text().contains("Cancelled"), 20000);
            dialog->reject();
        }
        QCOMPARE(entries(), (QStringList{"alone", "over.mp4"}));

        QFile::remove(QString::fromStdString(editor(fixture).take().source));
        dialog = openDialog("Overlay video", folder + "/gone.mp4");
        QVERIFY(dialog);
        QTest::mouseClick(dialog->findChild<QPushButton*>("motionExport"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(!dialog->findChild<QLabel*>("motionMessage")->text().isEmpty(), 20000);
        QCOMPARE(entries(), (QStringList{"alone", "over.mp4"}));
    }
    void aSessionIsSavedAndReopened() {
        WindowFixture fixture;
        QVERIFY(record(fixture));
        Session& session = fixture.session();
        session.selectPerson(0);
        editor(fixture).showFrame(5);
        session.undoStack().push(new SetJointRotation(session, 0, 19, {0, 0.9, 0}));
        click(fixture, "setKeyButton");
        session.undoStack().push(new SetBeta(session, 1, 2, 1.25));
        const QString file = fixture.folder.filePath("会话 one.hmrs");
        fixture.window->motion().saveSession(file);
        QVERIFY(QFile::exists(file));

        WindowFixture other;
        QVERIFY(other.openPicture());
        other.window->open({file});
        QTRY_COMPARE_WITH_TIMEOUT(other.session().frame().estimate->frame.index, 5, 20000);
        QVERIFY(other.waitIdle());
        QCOMPARE(editor(other).take().tracks.size(), std::size_t{2});
        QVERIFY(editor(other).state().keys.at(0).keys.contains(5));
        QTRY_VERIFY(other.session().person(1));
        QCOMPARE(other.session().person(1)->parameters.betas[2], 1.25);
        QVERIFY((other.session().person(0)->parameters.pose.row(19) - Eigen::RowVector3d(0, 0.9, 0)).norm() < 1e-5);
    }
    void theTakesPeopleAreStreamed() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        UdpListener listener;
        QVERIFY(listener.isBound());
        auto* action = fixture.child<QAction>("streamMotion");
        action->trigger();
        auto* dialog = fixture.child<QInputDialog>("streamDialog");
        QVERIFY(dialog && !action->isChecked());
        dialog->setTextValue(QString("json://127.0.0.1:%1").arg(listener.port()));
        dialog->accept();
        QVERIFY(action->isChecked());
        showWalk(fixture, 2, 40);
        editor(fixture).showFrame(30);
        QJsonObject received;
        while (received["frame"].toInt() != 30) {
            const std::string packet = listener.receive();
            QVERIFY(!packet.empty());
            received = QJsonDocument::fromJson(QByteArray::fromStdString(packet)).object();
        }
        QCOMPARE(received["people"].toArray().size(), 2);
        action->trigger();
        QVERIFY(!action->isChecked());

        action->trigger();
        fixture.child<QInputDialog>("streamDialog")->setTextValue("http://somewhere");
        fixture.child<QInputDialog>("streamDialog")->accept();
        QVERIFY(!action->isChecked() && fixture.child<QWidget>("messageBar")->isVisible());
    }
    void badSessionsGiveAMessage() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const QString file = fixture.folder.filePath("bad.hmrs");
        writeWholeFile(file.toStdString(), "not a session");
        fixture.window->open({file});
        QVERIFY(fixture.child<QWidget>("messageBar")->isVisible());
        fixture.window->motion().saveSession(fixture.folder.filePath("missing/a.hmrs"));
        QVERIFY(fixture.session().hasPicture());
    }
    void tenThousandFramesScrub_data() {
        QTest::addColumn<QString>("body");
        QTest::newRow("small body") << "";
        QTest::newRow("shipped body") << QString::fromStdString(resourcePath("body/openbody.npz").string());
    }
    void tenThousandFramesScrub() {
        QFETCH(QString, body);
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        if (!body.isEmpty()) fixture.session().setBody(loadBodyModel(body.toStdString()));
        showWalk(fixture, 3, 10000);
        QElapsedTimer watch;
        watch.start();
        const std::clock_t before = std::clock();
        constexpr int kSteps = 20;
        for (int i = 0; i < kSteps; ++i) {
            editor(fixture).showFrame(137 + 481 * i);
            fixture.view->grabFramebuffer();
        }
        const double milliseconds = double(watch.elapsed()) / kSteps, worked = 1000.0 * double(std::clock() - before) / CLOCKS_PER_SEC / kSteps;
        QCOMPARE(fixture.session().frame().estimate->people.size(), std::size_t{3});
        tracks(fixture)->grab();
        const double megabytes = residentMegabytes();
        qInfo("a scrub takes %.1f ms, %.1f ms of processor time; the program holds %.0f MB", milliseconds, worked, megabytes);
        QVERIFY(megabytes < 1000);
    }
};

HMR_TEST_CLASS(TestTimeline, "test_timeline")
#include "test_timeline.moc"
