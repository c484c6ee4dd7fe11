// SPDX-License-Identifier: MIT
#include "app/motion/autosave.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QMessageBox>
#include <QProcess>
#include <QPushButton>
#include <QTemporaryDir>
#include <QThread>
#include <cstdio>

#include "app/motion/motion_desk.h"
#include "support/test_class.h"
#include "support/walking_take.h"
#include "window_fixture.h"

using namespace hmr;
using hmr::test::WindowFixture;

class TestAutosave : public QObject {
    Q_OBJECT
    static constexpr const char* kFolderOfChild = "HMR_TEST_AUTOSAVE_FOLDER";

    static SessionDocument document() {
        SessionDocument document;
        document.take = test::walkingTake(2, 30);
        return document;
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
    void aFolderThatCannotBeWrittenIsAMessage() {
        Autosave autosave([] { return document(); }, "/proc/none");
        QSignalSpy failures(&autosave, &Autosave::failed);
        autosave.flush();
        QTRY_COMPARE(failures.size(), 1);
    }
    void theWindowOffersWhatWasLost() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const QString folder = fixture.folder.filePath("autosave");
        writeSession((folder + "/lost.hmrs").toStdString(), document());
        fixture.window->motion().offerRecovery();
        auto* box = fixture.child<QMessageBox>("recoveryBox");
        QVERIFY(box);
        QTest::mouseClick(box->findChild<QPushButton*>("recoverButton"), Qt::LeftButton);
        QTRY_VERIFY(fixture.window->motion().editor().hasTake());
        QTRY_VERIFY(!QFile::exists(folder + "/lost.hmrs"));
        QVERIFY(QFile::exists(fixture.window->motion().autosave().file()));
    }
};

HMR_TEST_CLASS(TestAutosave, "test_autosave")
#include "test_autosave.moc"
