// SPDX-License-Identifier: MIT
#include <QAction>
#include <QDir>
#include <QDockWidget>
#include <QFile>
#include <QFileDialog>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QScopeGuard>
#include <QTreeWidget>

#include "app/editing/edit_commands.h"
#include "formats/atomic_file.h"
#include "formats/motion/amass_file.h"
#include "formats/npz.h"
#include "hands.h"
#include "support/test_class.h"
#include "timeline_fixture.h"

using namespace hmr;
using namespace hmr::test;

/// Session files in the window: saved, reopened, and never lost without a question.
class TestSessions : public QObject {
    Q_OBJECT
    static void edit(const TimelineFixture& fixture) {
        Session& session = fixture.session();
        session.selectPerson(0);
        session.undoStack().push(new SetJointRotation(session, 0, 19, {0, 0.9, 0}));
    }
    static bool isEdited(const TimelineFixture& fixture) { return !fixture.session().state().edits.empty(); }
    /// The question about unsaved work, while it is asked.
    static QMessageBox* question(const TimelineFixture& fixture) {
        for (auto* box : fixture.window->findChildren<QMessageBox*>("unsavedBox"))
            if (box->isVisible()) return box;
        return nullptr;
    }
    static void answer(const TimelineFixture& fixture, QMessageBox::StandardButton button) {
        QVERIFY(question(fixture));
        QTest::mouseClick(question(fixture)->button(button), Qt::LeftButton);
        QVERIFY(!question(fixture));
    }
    /// A session of nothing but motion.
    static QString writeWalk(const TimelineFixture& fixture) {
        const QString file = fixture.folder.filePath("walk.hmrs");
        SessionDocument document;
        document.take = walkingTake(1, 30);
        writeSession(file.toStdString(), document);
        return file;
    }

private Q_SLOTS:
    void aSessionIsSavedAndReopened() {
        TimelineFixture fixture;
        QVERIFY(fixture.record());
        Session& session = fixture.session();
        session.selectPerson(0);
        fixture.editor().showFrame(5);
        session.undoStack().push(new SetJointRotation(session, 0, 19, {0, 0.9, 0}));
        fixture.click("setKeyButton");
        session.undoStack().push(new SetBeta(session, 1, 2, 1.25));
        const QString file = fixture.folder.filePath("会话 one.hmrs");
        QVERIFY(fixture.window->motion().saveSession(file));

        TimelineFixture other;
        QVERIFY(other.openPicture());
        other.window->open({file});
        QTRY_COMPARE_WITH_TIMEOUT(other.session().frame().estimate->frame.index, 5, 20000);
        QVERIFY(other.waitIdle());
        QCOMPARE(other.editor().take().tracks.size(), std::size_t{2});
        QVERIFY(other.editor().state().keys.at(0).keys.contains(5));
        QTRY_VERIFY(other.session().person(1));
        QCOMPARE(other.session().person(1)->parameters.betas[2], 1.25);
        QVERIFY((other.session().person(0)->parameters.pose.row(19) - Eigen::RowVector3d(0, 0.9, 0)).norm() < 1e-5);
    }
    void aVideoThatWasMovedIsLocated() {
        TimelineFixture fixture;
        QVERIFY(fixture.record());
        const QString file = fixture.folder.filePath("moved.hmrs"), video = QString::fromStdString(fixture.editor().take().source);
        QVERIFY(fixture.window->motion().saveSession(file));
        QDir(fixture.folder.path()).mkdir("elsewhere");
        const QString found = fixture.folder.filePath("elsewhere/" + QFileInfo(video).fileName());
        QVERIFY(QFile::rename(video, found));

        TimelineFixture other;
        QVERIFY(other.openPicture());
        other.window->open({file});
        QTRY_VERIFY(other.child<QMessageBox>("locateBox"));
        for (QAbstractButton* button : other.child<QMessageBox>("locateBox")->buttons())
            if (button->text().startsWith("Locate")) QTest::mouseClick(button, Qt::LeftButton);
        QTRY_VERIFY(other.child<QFileDialog>("locateDialog"));
        Q_EMIT other.child<QFileDialog>("locateDialog")->fileSelected(found);
        QTRY_VERIFY_WITH_TIMEOUT(other.isRecovered(found), 20000);
        QCOMPARE(QString::fromStdString(other.editor().take().source), found);
        QCOMPARE(other.editor().take().tracks.size(), std::size_t{2});
        QVERIFY(other.window->motion().isUnsaved());
    }
    void relativeNamesAreKeptWhole() {
        TimelineFixture fixture;
        const QString video = fixture.writeVideo(), before = QDir::currentPath();
        QDir::setCurrent(QFileInfo(video).absolutePath());
        const auto goesBack = qScopeGuard([&before] { QDir::setCurrent(before); });
        fixture.window->open({QFileInfo(video).fileName()});
        QTRY_VERIFY_WITH_TIMEOUT(fixture.isRecovered(video), 20000);
    }
    void badSessionsGiveAMessage_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("expected");
        QTest::newRow("text") << "text" << "bad 坏.hmrs";
        QTest::newRow("of a newer version") << "newer" << "newer version";
        QTest::newRow("cut at a quarter") << "0.25" << "bad 坏.hmrs";
        QTest::newRow("cut in the middle") << "0.5" << "bad 坏.hmrs";
        QTest::newRow("its last byte cut off") << "1" << "bad 坏.hmrs";
    }
    void badSessionsGiveAMessage() {
        QFETCH(QString, kind);
        QFETCH(QString, expected);
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        edit(fixture);
        const QString file = fixture.folder.filePath("bad 坏.hmrs");
        QVERIFY(fixture.window->motion().saveSession(file));
        std::string bytes = readWholeFile(file.toStdString());
        if (kind == "text") bytes = "not a session";
        else if (kind == "newer") writeNpz(file.toStdString(), {{"session", NdArray::fromText(R"({"format":"hmr-studio session","version":99})")}}), bytes = readWholeFile(file.toStdString());
        else bytes.resize(static_cast<std::size_t>(kind.toDouble() * static_cast<double>(bytes.size() - 1)));
        writeWholeFile(file.toStdString(), bytes);
        const SessionState before = fixture.session().state();
        fixture.window->open({file});
        const auto* bar = fixture.child<QWidget>("messageBar");
        QVERIFY(bar->isVisible() && bar->property("kind").toString() == "error");
        const QString text = fixture.child<QLabel>("messageText")->text();
        QVERIFY2(text.contains(expected) && text.contains(file), qPrintable(text));
        // Nothing is lost: neither the work nor the file.
        QVERIFY(fixture.session().hasPicture() && fixture.session().state() == before);
        QCOMPARE(fixture.session().undoStack().count(), 1);
        QVERIFY(readWholeFile(file.toStdString()) == bytes);
    }
    void aSessionThatCannotBeWrittenIsAMessage() {
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        QVERIFY(!fixture.window->motion().saveSession(fixture.folder.filePath("missing/a.hmrs")));
        QVERIFY(fixture.child<QWidget>("messageBar")->isVisible());
        QVERIFY(fixture.session().hasPicture());
    }
    void aSessionNamedOnTheCommandLineOpensBeforeTheModels() {
        TimelineFixture fixture;
        QVERIFY(fixture.record());
        StudioOptions options;
        options.files = QStringList{fixture.folder.filePath("video.hmrs")};
        options.autosaveFolder = fixture.folder.filePath("other autosave");
        QVERIFY(fixture.window->motion().saveSession(options.files.front()));
        EngineGate loading;
        loading.close();
        MainWindow window(options, [&loading, load = fakeLoader()](const ModelSettings& settings) {
            loading.pass();
            return load(settings);
        });
        const auto opensAtLast = qScopeGuard([&loading] { loading.open(); });
        window.show();
        QTRY_VERIFY_WITH_TIMEOUT(window.session().hasPicture(), 20000);
        QVERIFY(window.session().frame().estimate->people.empty());
        loading.open();
        QTRY_COMPARE_WITH_TIMEOUT(window.session().recoveredPeople().size(), std::size_t{2}, 20000);
        window.findChild<QDockWidget*>("fitDock")->raise();
        for (const int person : {0, 1}) {
            window.session().selectPerson(person);
            QCOMPARE(window.session().recovered(person)->joints2d.rows(), Eigen::Index(kNumCocoPlusJoints));
            QTRY_VERIFY(window.findChild<QTreeWidget*>("fitTable")->topLevelItem(0)->text(1).endsWith("px"));
        }
        QTRY_COMPARE(window.motion().editor().frame(), fixture.editor().frame());
    }
    void closingAsksAboutUnsavedWork() {
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        edit(fixture);
        fixture.window->motion().autosave().flush();
        const QString copy = fixture.window->motion().autosave().file();
        fixture.child<QAction>("quit")->trigger();
        QVERIFY(fixture.window->isVisible() && question(fixture));
        QVERIFY(!fixture.window->close());  // it is being asked
        answer(fixture, QMessageBox::Cancel);
        QVERIFY(fixture.window->isVisible() && isEdited(fixture));
        QVERIFY(QFile::exists(copy));
        fixture.window->close();
        QTest::keyClick(question(fixture), Qt::Key_Escape);
        QTRY_VERIFY(!question(fixture));
        QVERIFY(fixture.window->isVisible());
        fixture.window->close();
        answer(fixture, QMessageBox::Discard);
        QVERIFY(!fixture.window->isVisible());
    }
    void whatIsSavedIsClosedWithoutAQuestion() {
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        edit(fixture);
        const QString file = fixture.folder.filePath("saved.hmrs");
        QVERIFY(fixture.window->motion().saveSession(file));
        QVERIFY(!fixture.window->motion().isUnsaved());
        fixture.session().undoStack().undo();
        QVERIFY(fixture.window->motion().isUnsaved());  // the file holds more than the window
        fixture.session().undoStack().redo();
        QVERIFY(fixture.window->close());
        QVERIFY(!question(fixture));
    }
    void savingWhenAskedGoesIntoTheSessionsFile() {
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        const QString file = fixture.folder.filePath("mine.hmrs");
        QVERIFY(fixture.window->motion().saveSession(file));
        edit(fixture);
        fixture.window->close();
        answer(fixture, QMessageBox::Save);
        QVERIFY(!fixture.window->isVisible());
        QCOMPARE(readSession(file.toStdString()).edits.size(), std::size_t{1});
    }
    void savingForTheFirstTimeAsksWhere() {
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        edit(fixture);
        fixture.window->close();
        answer(fixture, QMessageBox::Save);
        auto* dialog = fixture.child<QFileDialog>("sessionDialog");
        QVERIFY(dialog && fixture.window->isVisible());
        dialog->reject();
        QTRY_VERIFY(!fixture.child<QFileDialog>("sessionDialog"));
        QVERIFY(fixture.window->isVisible() && isEdited(fixture));
        fixture.window->close();
        answer(fixture, QMessageBox::Save);
        const QString file = fixture.folder.filePath("first.hmrs");
        QVERIFY(chooseInDialog(fixture.child<QFileDialog>("sessionDialog"), file));
        QTRY_VERIFY(!fixture.window->isVisible());
        QCOMPARE(readSession(file.toStdString()).edits.size(), std::size_t{1});
    }
    void workThatCannotBeSavedIsNotClosed() {
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        const QString folder = fixture.folder.filePath("gone");
        QDir().mkpath(folder);
        QVERIFY(fixture.window->motion().saveSession(folder + "/mine.hmrs"));
        edit(fixture);
        QDir(folder).removeRecursively();
        fixture.window->close();
        answer(fixture, QMessageBox::Save);
        QVERIFY(fixture.window->isVisible() && isEdited(fixture));
        QVERIFY(fixture.child<QWidget>("messageBar")->isVisible());
    }
    void anotherSessionAsksFirst() {
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        edit(fixture);
        const QString walk = writeWalk(fixture), bad = fixture.folder.filePath("bad.hmrs");
        writeWholeFile(bad.toStdString(), "not a session");
        fixture.window->open({bad});
        QVERIFY(!question(fixture) && fixture.child<QWidget>("messageBar")->isVisible());  // nothing to decide
        fixture.window->open({walk});
        QVERIFY(isEdited(fixture) && !fixture.editor().hasTake());
        answer(fixture, QMessageBox::Cancel);
        QVERIFY(isEdited(fixture) && !fixture.editor().hasTake());
        fixture.window->open({walk});
        answer(fixture, QMessageBox::Discard);
        QVERIFY(!isEdited(fixture) && fixture.editor().hasTake());
        QVERIFY(!fixture.window->motion().isUnsaved());
    }
    void importedMotionIsAStepOfUndo() {
        TimelineFixture fixture;
        QVERIFY(fixture.record());
        const Take recorded = fixture.editor().take();
        const QString file = fixture.folder.filePath("walk.npz");
        writeAmass(file.toStdString(), *SmallBody::model(), walkingTake(1, 30), 0, {});
        fixture.window->open({file});
        QVERIFY(!question(fixture));  // nothing goes
        QCOMPARE(fixture.editor().take().tracks.size(), std::size_t{1});
        fixture.session().undoStack().undo();
        QVERIFY(fixture.editor().take().tracks[0].samples == recorded.tracks[0].samples);
    }
    void aRecordingThatRunsIsUnsaved() {
        TimelineFixture fixture;
        QVERIFY(fixture.openVideo() && fixture.waitIdle());
        fixture.log->gate.close();
        fixture.child<QAction>("recordTake")->trigger();
        QVERIFY(fixture.window->motion().isUnsaved());
        fixture.window->close();
        answer(fixture, QMessageBox::Cancel);
        QVERIFY(fixture.window->isVisible() && fixture.window->motion().isUnsaved());
        fixture.window->open({writeWalk(fixture)});
        answer(fixture, QMessageBox::Discard);
        QCOMPARE(fixture.editor().take().numFrames, 30);
        fixture.log->gate.open();
        QVERIFY(fixture.waitIdle());
        QCOMPARE(fixture.editor().take().numFrames, 30);  // the recording is over
        QVERIFY(!fixture.window->motion().isUnsaved());
    }
    void messagesKeepPathsAsTheyAre() {
        TimelineFixture fixture;
        QDir().mkpath(fixture.folder.filePath("in"));
        const QString before = QDir::currentPath();
        QDir::setCurrent(fixture.folder.path());
        fixture.window->open({"in"});
        QDir::setCurrent(before);
        const QString message = fixture.child<QLabel>("messageText")->text();
        QVERIFY2(message.startsWith(QDir(fixture.folder.path()).filePath("in") + " holds no pictures"), qPrintable(message));
    }
};

HMR_TEST_CLASS(TestSessions, "test_sessions")
#include "test_sessions.moc"
