// SPDX-License-Identifier: MIT
#include "app/motion/autosave.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLabel>
#include <QMessageBox>
#include <QProcess>
#include <QPushButton>
#include <QTemporaryDir>
#include <QThread>
#include <cstdio>

#include "formats/atomic_file.h"
#include "formats/npz.h"
#include "support/test_class.h"
#include "timeline_fixture.h"

using namespace hmr;
using hmr::test::TimelineFixture;
using hmr::test::WindowFixture;

class TestAutosave : public QObject {
    Q_OBJECT
    static constexpr const char* kFolderOfChild = "HMR_TEST_AUTOSAVE_FOLDER";
    static constexpr const char* kFolderOfChangingChild = "HMR_TEST_AUTOSAVE_CHANGING_FOLDER";

    static SessionDocument document() {
        SessionDocument document;
        document.take = test::walkingTake(2, 30);
        return document;
    }
    static QString folderOf(const WindowFixture& fixture) { return fixture.folder.filePath("autosave"); }
    /// A copy that a crash left so many seconds ago.
    static QString writeCopy(const WindowFixture& fixture, const QString& name, int secondsAgo, int numFrames = 30) {
        const QString path = folderOf(fixture) + "/" + name;
        SessionDocument copy;
        copy.take = test::walkingTake(2, numFrames);
        writeSession(path.toStdString(), copy);
        QFile file(path);
        if (file.open(QIODevice::ReadWrite)) file.setFileTime(QDateTime::currentDateTime().addSecs(-secondsAgo), QFileDevice::FileModificationTime);
        return path;
    }
    static QMessageBox* box(const WindowFixture& fixture) {
        for (auto* box : fixture.window->findChildren<QMessageBox*>("recoveryBox"))
            if (box->isVisible()) return box;
        return nullptr;
    }
    static void press(const WindowFixture& fixture, const char* button) {
        QVERIFY(box(fixture));
        QTest::mouseClick(box(fixture)->findChild<QPushButton*>(button), Qt::LeftButton);
    }

private Q_SLOTS:
    void aChangeIsKeptSafeWithinTenSeconds() {
        QTemporaryDir folder;
        Autosave autosave([] { return document(); }, folder.path());
        QVERIFY(!autosave.isPending());
        autosave.touch();
        autosave.touch();
        QVERIFY(autosave.isPending());
        QVERIFY(Autosave::kMilliseconds <= 8000);
        autosave.flush();
        QCOMPARE(readSession(autosave.file().toStdString()).take.tracks.size(), std::size_t{2});
    }
    void aCleanEndLeavesNothing() {
        QTemporaryDir folder;
        {
            Autosave autosave([] { return document(); }, folder.path());
            autosave.flush();
            QVERIFY(QFile::exists(autosave.file()));
        }
        QVERIFY(QDir(folder.path()).isEmpty());
    }
    void whatACrashLeftIsFoundAndWhatLivesIsNot() {
        QTemporaryDir folder;
        Autosave living([] { return document(); }, folder.path());
        living.flush();
        const QString crashed = folder.filePath("crashed.hmrs");
        QVERIFY(QFile::copy(living.file(), crashed));
        Autosave next([] { return document(); }, folder.path());
        QCOMPARE(next.leftBehind(), QStringList{crashed});
        next.discard(crashed);
        QVERIFY(next.leftBehind().isEmpty());
        QVERIFY(QFile::exists(living.file()));
    }
    /// The other side of the next test: saves without end where the environment names a folder.
    void savesUntilItIsKilled() {
        const QString folder = qEnvironmentVariable(kFolderOfChild);
        if (folder.isEmpty()) return;
        SessionDocument changing = document();
        Autosave autosave([&] { return changing; }, folder);
        for (changing.frame = 0;; changing.frame = (changing.frame + 1) % 30) {
            autosave.flush();
            std::puts("saved");
            std::fflush(stdout);
        }
    }
    void aProgramKilledWhileItSavesLeavesAWholeCopy() {
        QTemporaryDir folder;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(kFolderOfChild, folder.path());
        for (int kill = 0; kill < 8; ++kill) {
            QProcess child;
            child.setProcessEnvironment(environment);
            child.start(QCoreApplication::applicationFilePath(), {"test_autosave", "savesUntilItIsKilled"});
            QByteArray said;
            while (said.count("saved") <= kill && child.waitForReadyRead(20000)) said += child.readAllStandardOutput();
            QThread::usleep(static_cast<unsigned long>(700 * kill));  // not always at the same point of the saving
            child.kill();
            QVERIFY(child.waitForFinished());
            Autosave next([] { return document(); }, folder.path());
            const QStringList left = next.leftBehind();
            QCOMPARE(left.size(), 1);
            QCOMPARE(readSession(left.front().toStdString()).take.tracks.size(), std::size_t{2});
            next.discard(left.front());
        }
    }
    /// The other side of the next test: one change, and then the event loop.
    void changesOnceUntilItIsKilled() {
        const QString folder = qEnvironmentVariable(kFolderOfChangingChild);
        if (folder.isEmpty()) return;
        Autosave autosave([] { return document(); }, folder);
        autosave.touch();
        std::puts("changed");
        std::fflush(stdout);
        QTest::qWait(60000);
    }
    void aProgramKilledLaterLosesNoMoreThanTenSeconds() {
        QTemporaryDir folder;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(kFolderOfChangingChild, folder.path());
        QProcess child;
        child.setProcessEnvironment(environment);
        child.start(QCoreApplication::applicationFilePath(), {"test_autosave", "changesOnceUntilItIsKilled"});
        QByteArray said;
        while (!said.contains("changed") && child.waitForReadyRead(20000)) said += child.readAllStandardOutput();
        QThread::sleep(10);
        child.kill();
        QVERIFY(child.waitForFinished());
        Autosave next([] { return document(); }, folder.path());
        QCOMPARE(next.leftBehind().size(), 1);
        QCOMPARE(readSession(next.leftBehind().front().toStdString()).take.tracks.size(), std::size_t{2});
    }
    void halfACopyOfAKilledProgramGoes() {
        QTemporaryDir folder;
        QProcess child;
        child.start("/bin/true", QStringList());
        QVERIFY(child.waitForStarted());
        const QString abandoned = folder.filePath(QString(".hmr-%1-3.hmrs").arg(child.processId()));
        const QString living = folder.filePath(QString(".hmr-%1-3.hmrs").arg(QCoreApplication::applicationPid()));
        QVERIFY(child.waitForFinished());
        for (const QString& file : {abandoned, living}) writeWholeFile(file.toStdString(), "half");
        Autosave next([] { return document(); }, folder.path());
        QVERIFY(!QFile::exists(abandoned));
        QVERIFY(QFile::exists(living));
        QVERIFY(next.leftBehind().isEmpty());
    }
    void aRecordingThatRunsIsKeptSafe() {
        TimelineFixture fixture;
        QVERIFY(fixture.openVideo() && fixture.waitIdle());
        int numFrames = 0;
        connect(&fixture.window->recoveryJob(), &RecoveryJob::frameReady, &fixture.window->recoveryJob(), [&] {
            if (++numFrames == 5) fixture.log->gate.close();
        });
        fixture.child<QAction>("recordTake")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(numFrames >= 5, 20000);
        Autosave& autosave = fixture.window->motion().autosave();
        QVERIFY(autosave.isPending() && !fixture.editor().hasTake());
        autosave.flush();
        const Take kept = readSession(autosave.file().toStdString()).take;
        QCOMPARE(kept.tracks.size(), std::size_t{2});
        QVERIFY(kept.numFrames >= 2);
    }
    void aFolderThatCannotBeWrittenIsAMessage() {
        Autosave autosave([] { return document(); }, "/proc/none");
        QSignalSpy failures(&autosave, &Autosave::failed);
        autosave.flush();
        QTRY_COMPARE(failures.size(), 1);
    }
    void theWindowOffersWhatWasLost() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const QString lost = writeCopy(fixture, "lost.hmrs", 0);
        fixture.window->motion().offerRecovery();
        press(fixture, "recoverButton");
        QVERIFY(fixture.window->motion().editor().hasTake());
        QVERIFY(!QFile::exists(lost));
        QVERIFY(QFile::exists(fixture.window->motion().autosave().file()));
        QVERIFY(fixture.window->motion().isUnsaved());  // the copy is no file of the user's own
        QVERIFY(!box(fixture));
    }
    void onlyTheCopyThatWasOpenedIsTakenOver() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const QString older = writeCopy(fixture, "older.hmrs", 60), newest = writeCopy(fixture, "newest.hmrs", 0, 40);
        fixture.window->motion().offerRecovery();
        press(fixture, "recoverButton");
        QCOMPARE(fixture.window->motion().editor().take().numFrames, 40);
        QVERIFY(QFile::exists(older) && !QFile::exists(newest));
        QVERIFY(!box(fixture));
    }
    void aCopyThatCannotBeReadStaysAndTheNextIsOffered() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const QString older = writeCopy(fixture, "older.hmrs", 60), newer = folderOf(fixture) + "/newer.hmrs";
        writeNpz(newer.toStdString(), {{"session", NdArray::fromText(R"({"format":"hmr-studio session","version":99})")}});
        fixture.window->motion().offerRecovery();
        press(fixture, "recoverButton");
        QVERIFY(QFile::exists(newer) && QFile::exists(older));
        QVERIFY(fixture.child<QLabel>("messageText")->text().contains("newer version"));
        QVERIFY(!fixture.window->motion().editor().hasTake());
        press(fixture, "recoverButton");
        QVERIFY(fixture.window->motion().editor().hasTake());
        QVERIFY(QFile::exists(newer) && !QFile::exists(older));
    }
    void eachCopyIsRefusedOnItsOwnOrLeftForLater() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const QString older = writeCopy(fixture, "older.hmrs", 60), newest = writeCopy(fixture, "newest.hmrs", 0);
        fixture.window->motion().offerRecovery();
        press(fixture, "discardButton");
        QVERIFY(QFile::exists(older) && !QFile::exists(newest));
        press(fixture, "laterButton");
        QVERIFY(QFile::exists(older));
        QVERIFY(!box(fixture) && !fixture.window->motion().editor().hasTake());
    }
};

HMR_TEST_CLASS(TestAutosave, "test_autosave")
#include "test_autosave.moc"
