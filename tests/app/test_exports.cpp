// SPDX-License-Identifier: MIT
#include <QAction>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTextStream>

#include "app/editing/edit_commands.h"
#include "formats/parameters_file.h"
#include "support/test_class.h"
#include "window_fixture.h"

using namespace hmr;
using namespace hmr::test;

class TestExports : public QObject {
    Q_OBJECT
    static int countLines(const QString& file, const QString& start) {
        QFile text(file);
        if (!text.open(QIODevice::ReadOnly)) return -1;
        int count = 0;
        for (QTextStream stream(&text); !stream.atEnd();) count += stream.readLine().startsWith(start);
        return count;
    }

    static bool exportTo(const WindowFixture& fixture, ExportKind kind, const QString& file) {
        QSignalSpy exported(fixture.window.get(), &MainWindow::exported);
        fixture.window->exportTo(kind, file);
        return QTest::qWaitFor([&] { return exported.count() > 0; }, 20000);
    }

private Q_SLOTS:
    void figuresAreWritten_data() {
        QTest::addColumn<ExportKind>("kind");
        QTest::addColumn<QByteArray>("magic");
        QTest::newRow("fbx") << ExportKind::Fbx << QByteArray("Kaydara FBX Binary");
        QTest::newRow("glb") << ExportKind::Glb << QByteArray("glTF");
        QTest::newRow("npz") << ExportKind::ParametersNpz << QByteArray("PK");
    }
    void figuresAreWritten() {
        QFETCH(ExportKind, kind);
        QFETCH(QByteArray, magic);
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const QString file = fixture.folder.filePath("out." + extensionOf(kind));
        QVERIFY2(exportTo(fixture, kind, file), qPrintable(fixture.child<QLabel>("messageText")->text()));
        QFile written(file);
        QVERIFY(written.open(QIODevice::ReadOnly));
        QVERIFY(written.readAll().startsWith(magic));
    }

    void objHoldsTheChosenPersonOrAll() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const QString one = fixture.folder.filePath("one.obj"), all = fixture.folder.filePath("all.obj");
        QVERIFY2(exportTo(fixture, ExportKind::Obj, one), qPrintable(fixture.child<QLabel>("messageText")->text()));
        fixture.child<QAction>("exportAllPeople")->setChecked(true);
        QVERIFY(exportTo(fixture, ExportKind::Obj, all));
        QVERIFY(countLines(one, "v ") > 100);
        QCOMPARE(countLines(all, "v "), 2 * countLines(one, "v "));
    }

    void parametersHoldTheEdits() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.session().undoStack().push(new SetBeta(fixture.session(), 0, 3, -2.25));
        const QString file = fixture.folder.filePath("out.json");
        QVERIFY(exportTo(fixture, ExportKind::ParametersJson, file));
        const EstimateDocument document = readParametersJson(file.toStdString());
        QCOMPARE(document.width, 400);
        QCOMPARE(document.frames.size(), std::size_t(1));
        QCOMPARE(document.frames[0].people.size(), std::size_t(1));
        QCOMPARE(document.frames[0].people[0].parameters.betas[3], -2.25);
    }

    void theScreenshotHasThePicturesSize() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const QString file = fixture.folder.filePath("out.png");
        QVERIFY2(exportTo(fixture, ExportKind::Screenshot, file), qPrintable(fixture.child<QLabel>("messageText")->text()));
        const QImage overlay(file), picture(fixture.folder.filePath("picture.png"));
        QCOMPARE(overlay.size(), picture.size());
        QVERIFY(overlay.convertToFormat(QImage::Format_RGB32) != picture.convertToFormat(QImage::Format_RGB32));
        // Beside the people the picture is as it was.
        const QColor there = overlay.pixelColor(5, 5), source = picture.pixelColor(5, 5);
        QVERIFY(std::abs(there.red() - source.red()) <= 1 && std::abs(there.green() - source.green()) <= 1);
    }

    void theDialogExports() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        QSignalSpy exported(fixture.window.get(), &MainWindow::exported);
        fixture.child<QAction>("exportObj")->trigger();
        auto* dialog = fixture.child<QFileDialog>("exportDialog");
        QVERIFY(dialog);
        dialog->setDirectory(fixture.folder.path());
        auto* name = dialog->findChild<QLineEdit*>("fileNameEdit");
        QVERIFY(name);
        name->setText(fixture.folder.filePath("by_dialog"));
        QTest::keyClick(name, Qt::Key_Return);
        QTRY_COMPARE(exported.count(), 1);
        QVERIFY(QFileInfo::exists(fixture.folder.filePath("by_dialog.obj")));
    }

    void aFolderThatCannotBeWrittenGivesAMessage() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.window->exportTo(ExportKind::Obj, fixture.folder.filePath("no/such/folder/out.obj"));
        QTRY_VERIFY(fixture.child<QLabel>("messageText")->text().contains("out.obj"));
        QVERIFY(fixture.child<QWidget>("messageBar")->isVisible());
    }

    void anExistingFileSurvivesAFailure() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        ExportRequest nobody = exportRequest(fixture.session(), ExportKind::Obj, fixture.folder.filePath("kept.obj").toStdString(), {});
        QFile kept(fixture.folder.filePath("kept.obj"));
        QVERIFY(kept.open(QIODevice::WriteOnly));
        kept.write("mine");
        kept.close();
        QVERIFY_EXCEPTION_THROWN(writeExport(nobody), std::runtime_error);
        QCOMPARE(QFileInfo(kept).size(), qint64(4));
    }
};

HMR_TEST_CLASS(TestExports, "test_exports")
#include "test_exports.moc"
