// SPDX-License-Identifier: MIT
#include <QAction>
#include <QComboBox>
#include <QDialog>
#include <QElapsedTimer>
#include <QFile>
#include <QMenu>
#include <QMouseEvent>
#include <QPushButton>
#include <QSpinBox>
#include <QTableWidget>
#include <ctime>

#include "app/editing/edit_commands.h"
#include "formats/body_file.h"
#include "formats/resources.h"
#include "support/test_class.h"
#include "timeline_fixture.h"

using namespace hmr;
using hmr::test::TimelineFixture;

/// The timeline as a person uses it: record, scrub, key, cut, clean; all of it undone and redone.
class TestTimeline : public QObject {
    Q_OBJECT
    /// Memory of this program, as the system counts it.
    static double residentMegabytes() {
        QFile status("/proc/self/status");
        if (!status.open(QIODevice::ReadOnly)) return 0;
        for (const QByteArray& line : status.readAll().split('\n'))
            if (line.startsWith("VmRSS:")) return line.mid(6).trimmed().split(' ').front().toDouble() / 1024;
        return 0;
    }

private Q_SLOTS:
    void aVideoIsRecordedFrameByFrame() {
        TimelineFixture fixture;
        QVERIFY(fixture.record());
        const Take& take = fixture.editor().take();
        QCOMPARE(take.numFrames, TimelineFixture::kFrames);
        QCOMPARE(take.frameRate, 10.0);
        QCOMPARE(take.tracks.size(), std::size_t{2});
        for (const Track& track : take.tracks) QCOMPARE(track.numSamples(), TimelineFixture::kFrames);
        QVERIFY(fixture.child<QWidget>("timelineDock")->isVisible());
    }
    void scrubbingShowsTheTakesPeopleAndPictures() {
        TimelineFixture fixture;
        QVERIFY(fixture.record());
        QTest::mouseClick(fixture.tracks(), Qt::LeftButton, {}, fixture.place(6, 1));
        QCOMPARE(fixture.editor().frame(), 6);
        QCOMPARE(fixture.session().selectedPerson(), 1);
        const MotionSample& sample = *fixture.editor().take().tracks[1].at(6);
        QVERIFY(fixture.session().person(1)->parameters.pose == sample.body.pose);  // at once
        QTRY_COMPARE(fixture.session().frame().estimate->frame.index, 6);
        QVERIFY(fixture.waitIdle());
        QVERIFY(fixture.session().person(1)->parameters.pose == sample.body.pose);  // and not a new answer
        const int runs = fixture.log->numRuns;
        QTest::mouseClick(fixture.tracks(), Qt::LeftButton, {}, fixture.place(2, -1));
        QVERIFY(fixture.waitIdle());
        QCOMPARE(int(fixture.log->numRuns), runs);  // the network has rest
        QCOMPARE(fixture.child<QSpinBox>("frameBox")->value(), 3);
        fixture.child<QSpinBox>("frameBox")->setValue(11);
        QCOMPARE(fixture.editor().frame(), 10);
    }
    void aTurnIsAKeyAtItsFrameAlone() {
        TimelineFixture fixture;
        QVERIFY(fixture.record());
        Session& session = fixture.session();
        fixture.editor().showFrame(4);
        session.selectPerson(0);
        session.undoStack().push(new SetJointRotation(session, 0, 19, {0, 0.9, 0}));
        QCOMPARE(fixture.editor().state().keys.at(0).keys.size(), std::size_t{1});
        QCOMPARE(fixture.editor().state().keys.at(0).keys.at(4).rotations.size(), std::size_t{1});
        QVERIFY(session.state().edits.empty());  // nothing that reaches over all frames
        QVERIFY(session.edit(0).rotations.contains(19));
        QVERIFY((session.person(0)->parameters.pose.row(19) - Eigen::RowVector3d(0, 0.9, 0)).norm() < 1e-9);
        fixture.editor().showFrame(9);
        QVERIFY(session.edit(0).isEmpty());
        const double faded = session.person(0)->parameters.pose(19, 1);
        QVERIFY(faded > 0 && faded < 0.9);
        session.undoStack().undo();  // goes to where the change was made
        QCOMPARE(fixture.editor().frame(), 4);
        QVERIFY(fixture.editor().state().keys.empty());
        QVERIFY(session.person(0)->parameters.pose.row(19).norm() < 1e-9);
        session.undoStack().redo();
        QVERIFY((session.person(0)->parameters.pose.row(19) - Eigen::RowVector3d(0, 0.9, 0)).norm() < 1e-9);
        auto* blend = fixture.child<QComboBox>("keyBlend");
        QCOMPARE(blend->currentData().toInt(), int(KeyBlend::Local));
        blend->setCurrentIndex(blend->findData(int(KeyBlend::Replace)));
        Q_EMIT blend->activated(blend->currentIndex());
        QVERIFY(fixture.editor().state().keys.at(0).blend == KeyBlend::Replace);
        const std::vector<int> joints = {19};
        session.undoStack().push(new ResetJoints(session, 0, joints, "reset"));  // the last thing that was keyed
        QVERIFY(fixture.editor().state().keys.empty());
        session.undoStack().undo();
        fixture.click("removeKeyButton");
        QVERIFY(fixture.editor().state().keys.empty());
    }
    void farFromAKeyTheMotionStaysAsRecorded() {
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.showWalk(2, 60);
        Session& session = fixture.session();
        fixture.editor().showFrame(35);
        session.beginGesture();
        for (int step = 1; step <= 5; ++step) session.undoStack().push(new SetJointRotation(session, 0, 18, {0, 0, 0.2 * step}));  // a drag
        const Take finished = fixture.editor().finished();
        const Track& recorded = fixture.editor().take().tracks[0];
        for (const int frame : {0, 10, 50, 59}) QVERIFY(test::largestTurn(*finished.tracks[0].at(frame), *recorded.at(frame)) < 1e-7);
        QVERIFY((finished.tracks[0].at(35)->body.pose.row(18) - Eigen::RowVector3d(0, 0, 1)).norm() < 1e-9);
        QVERIFY(finished.tracks[1].samples == fixture.editor().take().tracks[1].samples);
        session.undoStack().undo();  // the whole drag
        QVERIFY(fixture.editor().state().keys.empty());
    }
    void aPlaceIsKeyedAndAShapeIsNot() {
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.showWalk(2, 60);
        Session& session = fixture.session();
        fixture.editor().showFrame(35);
        const PersonEstimate before = *session.person(0);
        PersonEdit moved = session.edit(0);
        moved.camera = PlacedCamera{before.camera, before.crop};
        moved.camera->camera.translation.x() += 0.2;
        session.undoStack().push(new ChangePerson(session, 0, "move", moved));
        QVERIFY(fixture.editor().state().keys.at(0).keys.at(35).translation.has_value());
        QVERIFY(std::abs(session.person(0)->camera.translation.x() - before.camera.translation.x() - 0.2) < 1e-9);
        const auto keyed = fixture.editor().state().keys;
        const Take finished = fixture.editor().finished();
        const Track& recorded = fixture.editor().take().tracks[0];
        QVERIFY((finished.tracks[0].at(35)->body.translation - recorded.at(35)->body.translation).norm() > 0.05);
        QVERIFY((finished.tracks[0].at(5)->body.translation - recorded.at(5)->body.translation).norm() < 1e-12);
        session.undoStack().undo();
        QVERIFY(fixture.editor().state().keys.empty());
        QVERIFY((session.person(0)->camera.translation - before.camera.translation).norm() < 1e-9);
        session.undoStack().redo();
        QVERIFY(fixture.editor().state().keys == keyed);
        session.undoStack().undo();

        session.undoStack().push(new SetBeta(session, 0, 1, 1.5));  // one body a person, in all frames
        QVERIFY(fixture.editor().state().keys.empty());
        fixture.editor().showFrame(50);
        QCOMPARE(session.person(0)->parameters.betas[1], 1.5);
        fixture.click("setKeyButton");  // but it can be keyed
        QCOMPARE((*fixture.editor().state().keys.at(0).keys.at(50).betas)[1], 1.5);
        QCOMPARE(fixture.editor().state().keys.at(0).keys.at(50).rotations.size(), std::size_t{24});
        QVERIFY(session.edit(0).betas.empty());
        QCOMPARE(session.person(0)->parameters.betas[1], 1.5);
    }
    void editsBeforeRecordingGoIntoTheTake() {
        TimelineFixture fixture;
        QVERIFY(fixture.openVideo());
        Session& session = fixture.session();
        session.undoStack().push(new SetJointRotation(session, 0, 19, {0, 0.9, 0}));
        fixture.window->findChild<QAction*>("recordTake")->trigger();
        QVERIFY(QTest::qWaitFor([&] { return fixture.editor().hasTake(); }, 20000) && fixture.waitIdle());
        for (int frame = 0; frame < TimelineFixture::kFrames; ++frame) QVERIFY(fixture.editor().take().tracks[0].at(frame)->body.pose(19, 1) == 0.9);
        QVERIFY(session.edit(0).isEmpty());
        session.undoStack().undo();
        QVERIFY(!fixture.editor().hasTake());
        QVERIFY(session.state().edits.begin()->second.rotations.contains(19));
    }
    void aLockedJointKeepsItsRotationInANewRecording() {
        TimelineFixture fixture;
        QVERIFY(fixture.record());
        Session& session = fixture.session();
        fixture.editor().showFrame(4);
        session.selectPerson(0);
        session.selectJoint(18);
        const Eigen::RowVector3d locked = session.person(0)->parameters.pose.row(18);
        const auto staysLocked = [&] {
            const Track& track = *fixture.editor().take().find(0);
            return std::all_of(track.samples.begin(), track.samples.end(), [&](const SharedSample& sample) { return sample->body.pose.row(18) == locked; });
        };
        QVERIFY(!staysLocked());  // the fake network bends the elbow anew in each frame
        fixture.child<QAction>("lockJoint")->trigger();
        fixture.editor().showFrame(9);
        session.selectJoint(4);
        fixture.child<QAction>("lockJoint")->trigger();  // another change at another frame, and back
        session.undoStack().undo();
        for (int i = 0; i < 2; ++i) {
            QVERIFY(fixture.record());
            QVERIFY(staysLocked());
        }
        fixture.editor().showFrame(7);
        session.selectPerson(0);
        session.selectJoint(18);
        fixture.child<QAction>("lockJoint")->trigger();
        QVERIFY(session.edit(0).lockedRotations.empty());
        QVERIFY(fixture.record());
        QVERIFY(!staysLocked());
    }
    void aTrimmedTakeKeepsItsPictures() {
        TimelineFixture fixture;
        QVERIFY(fixture.record());
        fixture.editor().setRange(FrameRange{5, 11});
        fixture.click("trimButton");
        QCOMPARE(fixture.editor().take().numFrames, 6);
        const MotionSample& sample = *fixture.editor().take().tracks[1].at(2);
        fixture.editor().showFrame(2);
        QTRY_COMPARE(fixture.session().frame().estimate->frame.index, 7);
        QVERIFY(fixture.waitIdle());
        QTRY_VERIFY(std::abs(fixture.session().frame().estimate->frame.picture.at<cv::Vec3b>(150, 200)[0] - 70) < 5);
        QVERIFY(fixture.session().person(1)->parameters.pose == sample.body.pose);
        fixture.session().undoStack().undo();
        QCOMPARE(fixture.editor().take().firstSourceFrame, 0);
    }
    void splitAndMergedTracksKeepTheirKeys() {
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.showWalk(2, 60);
        Session& session = fixture.session();
        for (const int frame : {30, 50}) {
            fixture.editor().showFrame(frame);
            session.undoStack().push(new SetJointRotation(session, 0, 18, {0, 0, 0.02 * frame}));
        }
        const Take whole = fixture.editor().finished();
        fixture.editor().showFrame(40);
        session.selectPerson(0);
        fixture.click("splitButton");
        QVERIFY(fixture.editor().state().keys.at(0).keys.contains(30) && !fixture.editor().state().keys.at(0).keys.contains(50));
        const auto isSame = [&](const Take& take, int later) {
            for (int frame = 24; frame < 60; ++frame) {
                const MotionSample* sample = take.find(frame < 40 ? 0 : later)->at(frame);
                if (test::largestTurn(*sample, *whole.tracks[0].at(frame)) > 1e-6) return false;
            }
            return true;
        };
        QVERIFY(isSame(fixture.editor().finished(), fixture.editor().take().tracks.back().id));
        fixture.editor().merge(0, fixture.editor().take().tracks.back().id);
        QVERIFY(isSame(fixture.editor().finished(), 0));
        session.undoStack().undo();
        session.undoStack().undo();
        QVERIFY(isSame(fixture.editor().finished(), 0));
    }
    void whatIsCutBetweenKeysIsGone() {
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.showWalk(1, 60);
        Session& session = fixture.session();
        for (const int frame : {30, 40, 50}) {
            fixture.editor().showFrame(frame);
            session.undoStack().push(new SetJointRotation(session, 0, 18, {0, 0, 0.02 * frame}));
        }
        fixture.editor().setRange(FrameRange{35, 45});
        fixture.editor().cutRange(0);
        QVERIFY(!fixture.editor().state().keys.at(0).keys.contains(40));
        QVERIFY(fixture.editor().peopleAt(40).empty() && fixture.editor().peopleAt(34).size() == 1);
        QVERIFY(gapsOf(fixture.editor().finished().tracks[0]).back() == (FrameRange{35, 45}));
        session.undoStack().undo();
        QVERIFY(fixture.editor().state().keys.at(0).keys.contains(40));
    }
    void gapsAreEmptyOnTheTimeline() {
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.showWalk(1, 40);
        const QImage picture = fixture.tracks()->grab().toImage();
        const auto colorAt = [&](double frame) { return picture.pixelColor(fixture.place(frame, 0) * picture.devicePixelRatio()); };
        QVERIFY(colorAt(5) == colorAt(35));
        for (const int frame : {20, 21, 22, 23}) QVERIFY(colorAt(frame) != colorAt(5));
    }
    void tracksAreSplitMergedAndDeleted() {
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.showWalk(2, 40);
        const Take original = fixture.editor().take();
        fixture.session().selectPerson(0);
        fixture.editor().showFrame(30);
        fixture.click("splitButton");
        QCOMPARE(fixture.editor().take().tracks.size(), std::size_t{3});
        fixture.click("mergeButton");
        QMenu* menu = nullptr;
        QTRY_VERIFY((menu = fixture.child<QMenu>("mergeMenu")) != nullptr);
        menu->actions().last()->trigger();
        menu->close();
        QCOMPARE(fixture.editor().take().tracks.size(), std::size_t{2});
        QVERIFY(fixture.editor().take().find(0)->samples == original.find(0)->samples);
        fixture.click("deleteTrackButton");
        QVERIFY(!fixture.editor().take().find(0));
        for (int i = 0; i < 3; ++i) fixture.session().undoStack().undo();
        QVERIFY(fixture.editor().take().find(0)->samples == original.find(0)->samples);
        QCOMPARE(fixture.editor().take().tracks.size(), std::size_t{2});
        fixture.editor().showFrame(0);
        fixture.click("splitButton");  // nothing lies before: a message, no change
        QCOMPARE(fixture.editor().take().tracks.size(), std::size_t{2});
        QVERIFY(fixture.child<QWidget>("messageBar")->isVisible());
    }
    void aRangeIsDraggedAndCut() {
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.showWalk(2, 40);
        fixture.session().selectPerson(0);
        TrackView* view = fixture.tracks();
        QTest::mousePress(view, Qt::LeftButton, Qt::ShiftModifier, fixture.place(8, 0));
        QMouseEvent move(QEvent::MouseMove, fixture.place(14, 0), view->mapToGlobal(fixture.place(14, 0)), Qt::NoButton, Qt::LeftButton, Qt::ShiftModifier);
        QCoreApplication::sendEvent(view, &move);
        QTest::mouseRelease(view, Qt::LeftButton, Qt::ShiftModifier, fixture.place(14, 0));
        QVERIFY(fixture.editor().range() == (FrameRange{8, 15}));
        fixture.click("cutButton");
        QVERIFY(gapsOf(*fixture.editor().take().find(0)) == (std::vector<FrameRange>{{8, 15}, {20, 24}}));
        fixture.click("trimButton");
        QCOMPARE(fixture.editor().take().numFrames, 7);
        fixture.session().undoStack().undo();
        QCOMPARE(fixture.editor().take().numFrames, 40);
    }
    void cleaningUpShowsFiguresAndIsUndone() {
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.showWalk(2, 60);
        const Take before = fixture.editor().take();
        fixture.window->findChild<QAction*>("cleanUpMotion")->trigger();
        auto* dialog = fixture.child<QDialog>("cleanupDialog");
        QVERIFY(dialog);
        QTest::mouseClick(dialog->findChild<QPushButton*>("measureButton"), Qt::LeftButton);
        auto* table = dialog->findChild<QTableWidget*>("figuresTable");
        QTRY_COMPARE_WITH_TIMEOUT(table->rowCount(), 2, 20000);
        QVERIFY(table->item(0, 1)->text().contains("→"));
        QVERIFY(table->item(0, 0)->text().contains("4 filled"));
        QVERIFY(fixture.editor().take().tracks[0].samples == before.tracks[0].samples);  // measuring changes nothing
        QTest::mouseClick(dialog->findChild<QPushButton*>("applyButton"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(gapsOf(fixture.editor().take().tracks[0]).empty(), 20000);
        fixture.session().undoStack().undo();
        QVERIFY(fixture.editor().take().tracks[0].samples == before.tracks[0].samples);
    }
    void cleaningUpTakesTheShapeSetByHand() {
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.showWalk(1, 40);
        fixture.session().undoStack().push(new SetBeta(fixture.session(), 0, 1, 1.5));
        fixture.child<QAction>("cleanUpMotion")->trigger();
        QTest::mouseClick(fixture.child<QDialog>("cleanupDialog")->findChild<QPushButton*>("applyButton"), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(fixture.session().undoStack().undoText(), QString("Clean up motion"), 20000);
        for (const SharedSample& sample : fixture.editor().take().tracks[0].samples) QVERIFY(std::abs(sample->body.betas[1] - 1.5) < 1e-9);
    }
    void tenThousandFramesScrub_data() {
        QTest::addColumn<QString>("body");
        QTest::newRow("small body") << "";
        QTest::newRow("shipped body") << QString::fromStdString(resourcePath("body/openbody.npz").string());
    }
    void tenThousandFramesScrub() {
        QFETCH(QString, body);
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        if (!body.isEmpty()) fixture.session().setBody(loadBodyModel(body.toStdString()));
        fixture.showWalk(3, 10000);
        QElapsedTimer watch;
        watch.start();
        const std::clock_t before = std::clock();
        constexpr int kSteps = 20;
        for (int i = 0; i < kSteps; ++i) {
            fixture.editor().showFrame(137 + 481 * i);
            fixture.view->grabFramebuffer();
        }
        const double milliseconds = double(watch.elapsed()) / kSteps, worked = 1000.0 * double(std::clock() - before) / CLOCKS_PER_SEC / kSteps;
        QCOMPARE(fixture.session().frame().estimate->people.size(), std::size_t{3});
        fixture.tracks()->grab();
        const double megabytes = residentMegabytes();
        qInfo("a scrub takes %.1f ms, %.1f ms of processor time; the program holds %.0f MB", milliseconds, worked, megabytes);
        QVERIFY(megabytes < 1000);
    }
};

HMR_TEST_CLASS(TestTimeline, "test_timeline")
#include "test_timeline.moc"
