// SPDX-License-Identifier: MIT
#include <QAction>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QImage>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>

#include "app/dialogs/camera_dialog.h"
#include "app/dialogs/preferences_dialog.h"
#include "formats/atomic_file.h"
#include "formats/parameters_file.h"
#include "hands.h"
#include "support/local_server.h"
#include "support/test_class.h"
#include "window_fixture.h"

using namespace hmr;
using namespace hmr::test;

namespace {

bool press(const QDialog* dialog, const char* buttons, QDialogButtonBox::StandardButton which) {
    return click(dialog->findChild<QDialogButtonBox*>(buttons)->button(which));
}

/// Clicks an entry of a menu that is shown.
void clickEntry(QMenu* menu, QAction* entry) {
    menu->popup({100, 100});
    QVERIFY(QTest::qWaitForWindowExposed(menu));
    QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(entry).center());
}

}  // namespace

/// The window's dialogs as a person uses them: opening, preferences, exports.
class TestDialogs : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void openTakesOneFileOrSeveral() {
        WindowFixture fixture;
        const QString one = writePicture(fixture.folder, "one 图.png");
        QTest::keyClick(fixture.window.get(), Qt::Key_O, Qt::ControlModifier);
        QTRY_VERIFY(fixture.child<QFileDialog>("openDialog"));
        QVERIFY(chooseInDialog(fixture.child<QFileDialog>("openDialog"), one));
        QTRY_VERIFY_WITH_TIMEOUT(fixture.isRecovered(one), 20000);
        QVERIFY(!fixture.child<QListWidget>("folderStrip")->isVisible());
        QTRY_VERIFY(!fixture.child<QFileDialog>("openDialog"));

        for (const char* name : {"a.png", "b.png"}) writePicture(fixture.folder, name);
        fixture.child<QAction>("openFiles")->trigger();
        auto* dialog = fixture.child<QFileDialog>("openDialog");
        QVERIFY(dialog);
        QCOMPARE(dialog->directory().path(), fixture.folder.path());  // where the last one was
        QVERIFY(chooseInDialog(dialog, R"("a.png" "b.png")"));
        QTRY_VERIFY_WITH_TIMEOUT(fixture.isRecovered(fixture.folder.filePath("a.png")), 20000);
        QCOMPARE(fixture.child<QListWidget>("folderStrip")->count(), 2);
        QVERIFY(fixture.child<QListWidget>("folderStrip")->isVisible());
    }

    void aCancelledDialogOpensNothing() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.child<QAction>("openFiles")->trigger();
        fixture.child<QFileDialog>("openDialog")->reject();
        QVERIFY(fixture.waitIdle());
        QVERIFY(fixture.isRecovered(fixture.folder.filePath("picture.png")));
    }

    void openFolderFillsTheStrip() {
        WindowFixture fixture;
        QTemporaryDir pictures;
        for (const char* name : {"2.png", "1.png"}) writePicture(pictures, name);
        QTest::keyClick(fixture.window.get(), Qt::Key_O, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY(fixture.child<QFileDialog>("openFolderDialog"));
        QVERIFY(chooseInDialog(fixture.child<QFileDialog>("openFolderDialog"), pictures.path()));
        QTRY_VERIFY_WITH_TIMEOUT(fixture.isRecovered(pictures.filePath("1.png")), 20000);
        QCOMPARE(fixture.child<QListWidget>("folderStrip")->count(), 2);
    }

    void theCameraDialogTakesTheAddressOfAStream() {
        WindowFixture fixture;
        PictureServer server(readWholeFile(writePicture(fixture.folder, "sent.jpg").toStdString()));
        QTest::keyClick(fixture.window.get(), Qt::Key_K, Qt::ControlModifier);
        QTRY_VERIFY(fixture.child<CameraDialog>("cameraDialog"));
        auto* dialog = fixture.child<CameraDialog>("cameraDialog");
        auto* open = dialog->findChild<QDialogButtonBox*>("cameraButtons")->button(QDialogButtonBox::Open);
        const auto* cameras = dialog->findChild<QListWidget*>("cameraList");
        QCOMPARE(open->isEnabled(), cameras->count() > 0);  // a camera of this machine is chosen at once
        if (cameras->count() > 0) QCOMPARE(dialog->source(), cameras->item(0)->data(Qt::UserRole).toString());
        QTest::keyClicks(dialog->findChild<QLineEdit*>("streamEdit"), "  " + server.url() + " ");
        QCOMPARE(dialog->source(), server.url());
        QVERIFY(click(open));
        QTRY_VERIFY_WITH_TIMEOUT(fixture.session().frame().isRecovered, 20000);
        QCOMPARE(fixture.child<QLabel>("timeLabel")->text(), QString("live"));
        QCOMPARE(QSettings().value("recentFiles").toStringList().value(0), server.url());
    }

    void preferencesAreUsedAndRemembered() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const ModelSettings before = fixture.window->options().models;
        const int runs = fixture.log->numRuns;
        fixture.child<QAction>("preferences")->trigger();
        auto* dialog = fixture.child<PreferencesDialog>("preferencesDialog");
        QVERIFY(dialog && dialog->isVisible());
        QVERIFY(dialog->settings() == before);
        auto* detector = dialog->findChild<QComboBox*>("detectorBox");
        auto* file = dialog->findChild<QLineEdit*>("detectorFileEdit");
        QVERIFY(!file->isEnabled());
        detector->setCurrentIndex(detector->findData("file"));
        QVERIFY(file->isEnabled());
        QTest::keyClicks(file, "/models/people.onnx");
        QTest::keyClicks(dialog->findChild<QLineEdit*>("weightsFileEdit"), "/models/mine.safetensors");
        dialog->findChild<QSpinBox*>("threadsBox")->setValue(1);
        QCOMPARE(dialog->findChild<QSpinBox*>("smoothingBox")->value(), 50);
        dialog->findChild<QSpinBox*>("smoothingBox")->setValue(0);
        QVERIFY(press(dialog, "preferencesButtons", QDialogButtonBox::Ok));
        ModelSettings wanted = before;
        wanted.detector = "/models/people.onnx";
        wanted.weights = "/models/mine.safetensors";
        wanted.threads = 1;
        wanted.smoothing = 0;
        QVERIFY(fixture.window->options().models == wanted);
        QVERIFY(loadModelSettings() == wanted);
        QTRY_VERIFY(fixture.log->numRuns > runs);  // loaded anew, and the picture's people recovered again
        QVERIFY(PreferencesDialog(loadModelSettings()).settings() == wanted);
    }

    void cancelledPreferencesChangeNothing() {
        WindowFixture fixture;
        const ModelSettings before = fixture.window->options().models;
        fixture.child<QAction>("preferences")->trigger();
        auto* dialog = fixture.child<PreferencesDialog>("preferencesDialog");
        dialog->findChild<QComboBox*>("detectorBox")->setCurrentIndex(1);
        QVERIFY(press(dialog, "preferencesButtons", QDialogButtonBox::Cancel));
        QVERIFY(fixture.window->options().models == before);
        QVERIFY(loadModelSettings() == ModelSettings{});
    }

    void aFileIsBrowsedFor() {
        PreferencesDialog dialog({});
        dialog.show();
        QVERIFY(click(dialog.findChild<QPushButton*>("bodyFileBrowse")));
        const QString body = HMR_TEST_DATA "/models/tiny.npz";
        QVERIFY(chooseInDialog(dialog.findChild<QFileDialog*>(), body));
        QCOMPARE(QString::fromStdString(dialog.settings().body.string()), body);
    }

    void recentFilesOpenFromTheMenu() {
        WindowFixture fixture;
        for (const char* name : {"first.png", "second.png"}) QVERIFY(fixture.openPicture(name));
        auto* menu = fixture.child<QMenu>("recentMenu");
        menu->popup({100, 100});
        const QList<QAction*> entries = menu->actions();
        QCOMPARE(entries.size(), 2);
        QCOMPARE(entries[0]->text(), fixture.folder.filePath("second.png"));
        menu->close();
        QAction* first = nullptr;
        connect(menu, &QMenu::aboutToShow, menu, [&] { first = menu->actions().value(1); });
        menu->popup({100, 100});
        QVERIFY(first);
        QVERIFY(QTest::qWaitForWindowExposed(menu));
        QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(first).center());
        QTRY_VERIFY_WITH_TIMEOUT(fixture.isRecovered(fixture.folder.filePath("first.png")), 20000);
    }

    void withoutRecentFilesTheMenuSaysSo() {
        WindowFixture fixture;
        auto* menu = fixture.child<QMenu>("recentMenu");
        menu->popup({100, 100});
        QCOMPARE(menu->actions().size(), 1);
        QVERIFY(!menu->actions()[0]->isEnabled());
        menu->close();
    }

    void theExportMenuWritesEverybody_data() {
        QTest::addColumn<QString>("extension");
        QTest::addColumn<QByteArray>("magic");
        QTest::newRow("exportObj") << "obj" << QByteArray("#");
        QTest::newRow("exportFbx") << "fbx" << QByteArray("Kaydara FBX Binary");
        QTest::newRow("exportGlb") << "glb" << QByteArray("glTF");
        QTest::newRow("exportJson") << "json" << QByteArray("{");
        QTest::newRow("exportNpz") << "npz" << QByteArray("PK");
        QTest::newRow("exportScreenshot") << "png" << QByteArray("\x89PNG");
    }
    void theExportMenuWritesEverybody() {
        QFETCH(QString, extension);
        QFETCH(QByteArray, magic);
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const auto written = [&](const QString& name) -> QByteArray {
            QSignalSpy exported(fixture.window.get(), &MainWindow::exported);
            auto* menu = fixture.child<QMenu>("exportMenu");
            clickEntry(menu, fixture.window->findChild<QAction*>(QTest::currentDataTag()));
            auto* dialog = fixture.child<QFileDialog>("exportDialog");
            if (!dialog || !chooseInDialog(dialog, fixture.folder.filePath(name))) return {};
            if (!QTest::qWaitFor([&] { return exported.count() == 1 && !fixture.child<QFileDialog>("exportDialog"); }, 20000)) return {};
            QFile file(fixture.folder.filePath(name + "." + extension));
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        const QByteArray one = written("one 人");
        QVERIFY2(one.startsWith(magic), qPrintable(fixture.child<QLabel>("messageText")->text()));
        clickEntry(fixture.child<QMenu>("exportMenu"), fixture.child<QAction>("exportAllPeople"));
        QVERIFY(fixture.child<QAction>("exportAllPeople")->isChecked());
        const QByteArray all = written("all");
        QVERIFY(all.startsWith(magic));
        const auto numPeople = [&](const QString& name) {
            const std::filesystem::path file = fixture.folder.filePath(name + "." + extension).toStdString();
            return (extension == "json" ? readParametersJson(file) : readParametersNpz(file)).frames.at(0).people.size();
        };
        if (extension == "json" || extension == "npz") {
            QCOMPARE(numPeople("one 人"), std::size_t(1));
            QCOMPARE(numPeople("all"), std::size_t(2));
        } else if (extension == "png") {
            QCOMPARE(QImage::fromData(all).size(), QSize(400, 300));
        } else {
            QVERIFY2(all.size() > 1.8 * one.size(), qPrintable(QString("%1 and %2 bytes").arg(one.size()).arg(all.size())));
        }
    }
};

HMR_TEST_CLASS(TestDialogs, "test_dialogs")
#include "test_dialogs.moc"
