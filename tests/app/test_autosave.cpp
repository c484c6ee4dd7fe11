// SPDX-License-Identifier: MIT
#include "app/motion/autosave.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QMessageBox>
#include <QPushButton>
#include <QTemporaryDir>

#include "app/motion/motion_desk.h"
#include "support/test_class.h"
#include "support/walking_take.h"
#include "window_fixture.h"

using namespace hmr;
using hmr::test::WindowFixture;

class TestAutosave : public QObject {
    Q_OBJECT
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
