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
#include <opencv2/videoio.hpp>

#include "app/edit_commands.h"
#include "app/motion/motion_desk.h"
#include "app/motion/track_view.h"
#include "formats/atomic_file.h"
#include "formats/motion/take_file.h"
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
    void anEditBecomesAKeyAndIsUndone() {
        WindowFixture fixture;
        QVERIFY(record(fixture));
        Session& session = fixture.session();
        editor(fixture).showFrame(4);
        session.selectPerson(0);
        session.undoStack().push(new SetJointRotation(session, 0, 19, {0, 0.9, 0}));
        click(fixture, "setKeyButton");
        QVERIFY(session.edit(0).isEmpty());
        QCOMPARE(editor(fixture).state().keys.at(0).keys.at(4).rotations.size(), std::size_t{1});
        QVERIFY((session.person(0)->parameters.pose.row(19) - Eigen::RowVector3d(0, 0.9, 0)).norm() < 1e-9);
        session.undoStack().undo();
        QVERIFY(editor(fixture).state().keys.empty());
        QVERIFY(session.edit(0).rotations.contains(19));
        session.undoStack().redo();
        QVERIFY(editor(fixture).state().keys.contains(0));
        fixture.child<QComboBox>("keyBlend")->setCurrentIndex(1);
        Q_EMIT fixture.child<QComboBox>("keyBlend")->activated(1);
        QVERIFY(editor(fixture).state().keys.at(0).blend == KeyBlend::Replace);
        click(fixture, "removeKeyButton");
        QVERIFY(editor(fixture).state().keys.empty());
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
    void tenThousandFramesScrub() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        showWalk(fixture, 3, 10000);
        QElapsedTimer watch;
        watch.start();
        constexpr int kSteps = 20;
        for (int i = 0; i < kSteps; ++i) {
            editor(fixture).showFrame(137 + 481 * i);
            fixture.view->grabFramebuffer();
        }
        qInfo("a scrub takes %.1f ms", double(watch.elapsed()) / kSteps);
        QCOMPARE(fixture.session().frame().estimate->people.size(), std::size_t{3});
        tracks(fixture)->grab();
    }
};

HMR_TEST_CLASS(TestTimeline, "test_timeline")
#include "test_timeline.moc"
