// SPDX-License-Identifier: MIT
#include <QAction>
#include <QLabel>
#include <QListWidget>
#include <QMimeData>
#include <QTimer>
#include <QToolButton>
#include <fstream>

#include "app/editing/edit_commands.h"
#include "formats/body_file.h"
#include "support/test_class.h"
#include "window_fixture.h"

using namespace hmr;
using namespace hmr::test;

class TestMainWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aPictureShowsItsPeople() {
        WindowFixture fixture;
        QVERIFY(fixture.isShown);
        QVERIFY(fixture.openPicture());
        auto* list = fixture.child<QListWidget>("peopleList");
        QCOMPARE(list->count(), 2);
        QVERIFY(fixture.child<QLabel>("sourceLabel")->text().contains("picture.png"));
        QCOMPARE(fixture.child<QLabel>("deviceLabel")->text(), QString("test device"));
        QVERIFY(fixture.window->windowTitle().contains("picture.png"));
        // The canvas shows more than the picture: somewhere inside the box lies the body's colour.
        const QImage shot = fixture.view->grabFramebuffer();
        fixture.child<QAction>("showBoxes")->setChecked(false);
        const QImage bodies = fixture.view->grabFramebuffer();
        QVERIFY(shot != bodies);
    }

    void clickingABodyChoosesIt() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        QCOMPARE(fixture.session().selectedPerson(), 0);
        QTest::mouseClick(fixture.view, Qt::LeftButton, {}, fixture.at(300, 150));
        QCOMPARE(fixture.session().selectedPerson(), 1);
        QCOMPARE(fixture.child<QListWidget>("peopleList")->currentRow(), 1);
        QTest::keyClick(fixture.window.get(), Qt::Key_BracketLeft);
        QTRY_COMPARE(fixture.session().selectedPerson(), 0);
    }

    void aBoxIsDrawnMovedResizedAndDeletedWithTheMouse() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const SessionState found = fixture.session().state();
        // Drawn in the gap between the two people.
        fixture.drag(fixture.at(175, 20), fixture.at(230, 120));
        QVERIFY(fixture.waitIdle());
        QCOMPARE(fixture.session().boxes().size(), std::size_t(3));
        QCOMPARE(fixture.session().selectedPerson(), 2);
        QVERIFY(fixture.session().person(2) != nullptr);
        const PixelBox drawn = fixture.session().boxes()[2].box;
        QVERIFY(std::abs(drawn.x - 175) < 2 && std::abs(drawn.y - 20) < 2 && std::abs(drawn.width - 55) < 3 && std::abs(drawn.height - 100) < 3);

        fixture.drag(fixture.at(200, 70), fixture.at(205, 90));
        const PixelBox moved = fixture.session().boxes()[2].box;
        QVERIFY(std::abs(moved.x - drawn.x - 5) < 2 && std::abs(moved.y - drawn.y - 20) < 2);
        QCOMPARE(moved.width, drawn.width);

        fixture.drag(fixture.at(moved.x + moved.width / 2, moved.y + moved.height), fixture.at(moved.x + moved.width / 2, 250));
        const PixelBox resized = fixture.session().boxes()[2].box;
        QVERIFY(std::abs(resized.y + resized.height - 250) < 2);
        QCOMPARE(resized.y, moved.y);

        fixture.view->setFocus();
        QTest::keyClick(fixture.window.get(), Qt::Key_Delete);
        QTRY_COMPARE(fixture.session().boxes().size(), std::size_t(2));
        QVERIFY(fixture.waitIdle());
        QCOMPARE(fixture.session().recoveredPeople().size(), std::size_t(2));

        // Each of the four was one step.
        QCOMPARE(fixture.session().undoStack().count(), 4);
        for (int i = 0; i < 4; ++i) fixture.child<QAction>("undo")->trigger();
        QVERIFY(fixture.session().state() == found);
        for (int i = 0; i < 3; ++i) fixture.child<QAction>("redo")->trigger();
        QVERIFY((fixture.session().boxes()[2].box == resized));
    }

    void theDrawToolDrawsOverPeople() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        QTest::mouseClick(fixture.child<QToolButton>("drawBoxButton"), Qt::LeftButton);
        QVERIFY(fixture.view->drawsBoxes());
        fixture.drag(fixture.at(60, 60), fixture.at(140, 200));
        QCOMPARE(fixture.session().boxes().size(), std::size_t(3));
        QVERIFY(!fixture.view->drawsBoxes());
        QVERIFY(fixture.waitIdle());
        QTest::mouseClick(fixture.child<QToolButton>("detectButton"), Qt::LeftButton);
        QVERIFY(fixture.waitIdle());
        QCOMPARE(fixture.session().boxes().size(), std::size_t(2));
    }

    void theLastBoxCanBeDeleted() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        for (int i = 0; i < 2; ++i) QTest::mouseClick(fixture.child<QToolButton>("deleteBoxButton"), Qt::LeftButton);
        QVERIFY(fixture.waitIdle());
        QVERIFY(fixture.session().boxes().empty());
        QVERIFY(fixture.child<QLabel>("nobodyLabel")->isVisible());
        QVERIFY(fixture.session().frame().estimate->people.empty());
    }

    void wheelZoomsAboutThePointer() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const QPoint point = fixture.at(300, 100);
        const double before = fixture.view->widgetFromPicture({400, 0}).x() - fixture.view->widgetFromPicture({0, 0}).x();
        QWheelEvent wheel(point, fixture.view->mapToGlobal(point), {}, {0, 240}, Qt::NoButton, {}, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(fixture.view, &wheel);
        QVERIFY((fixture.at(300, 100) - point).manhattanLength() <= 1);
        QVERIFY(fixture.view->widgetFromPicture({400, 0}).x() - fixture.view->widgetFromPicture({0, 0}).x() > 1.3 * before);
        QTest::keyClick(fixture.window.get(), Qt::Key_F);
        QTRY_COMPARE(fixture.view->widgetFromPicture({400, 0}).x() - fixture.view->widgetFromPicture({0, 0}).x(), before);
    }

    void everyViewDraws_data() {
        QTest::addColumn<QString>("action");
        for (const char* name : {"viewSide", "viewOrbit", "styleNormals", "styleParts", "showWireframe", "showSkeleton"}) QTest::newRow(name) << name;
    }
    void everyViewDraws() {
        QFETCH(QString, action);
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const QImage before = fixture.view->grabFramebuffer();
        fixture.window->findChild<QAction*>(action)->trigger();
        const QImage after = fixture.view->grabFramebuffer();
        QVERIFY(before != after);
        fixture.window->findChild<QAction*>("viewOverlay")->trigger();
        QVERIFY(!fixture.view->grabFramebuffer().isNull());
    }

    void badFilesGiveAMessageAndTheWindowGoesOn_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("not a picture") << "text.png" << QByteArray("hello, I am no picture");
        QTest::newRow("empty") << "empty.jpg" << QByteArray();
        QTest::newRow("not a video") << "broken.mp4" << QByteArray("not a video either");
        QTest::newRow("missing") << "missing.png" << QByteArray("-");
    }
    void badFilesGiveAMessageAndTheWindowGoesOn() {
        QFETCH(QString, name);
        QFETCH(QByteArray, bytes);
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const QString file = fixture.folder.filePath(name);
        if (bytes != "-") std::ofstream(file.toStdString()) << bytes.toStdString();
        fixture.window->open({file});
        auto* bar = fixture.child<QWidget>("messageBar");
        QTRY_VERIFY(bar->isVisible());
        QVERIFY2(fixture.child<QLabel>("messageText")->text().contains(name), qPrintable(fixture.child<QLabel>("messageText")->text()));
        QTest::mouseClick(fixture.child<QToolButton>("messageCloseButton"), Qt::LeftButton);
        QVERIFY(!bar->isVisible());
        QVERIFY(fixture.openPicture("second.png"));
    }

    void anEmptyFolderGivesAMessage() {
        WindowFixture fixture;
        QTemporaryDir empty;
        fixture.window->open({empty.path()});
        QVERIFY(fixture.child<QLabel>("messageText")->text().contains(empty.path()));
    }

    void aFolderFillsTheStrip() {
        WindowFixture fixture;
        QTemporaryDir pictures;
        for (const char* name : {"img10.png", "img2.png", "img1.png"}) writePicture(pictures, name);
        fixture.window->open({pictures.path()});
        auto* strip = fixture.child<QListWidget>("folderStrip");
        QCOMPARE(strip->count(), 3);
        QCOMPARE(strip->item(1)->text(), QString("img2.png"));
        QTRY_VERIFY_WITH_TIMEOUT(fixture.isRecovered(pictures.filePath("img1.png")), 20000);
        QTRY_VERIFY(strip->item(0)->data(Qt::UserRole).toBool());  // its thumbnail was decoded
        QTest::keyClick(fixture.window.get(), Qt::Key_PageDown);
        QTRY_VERIFY_WITH_TIMEOUT(fixture.isRecovered(pictures.filePath("img2.png")), 20000);
        QTest::mouseClick(strip->viewport(), Qt::LeftButton, {}, strip->visualItemRect(strip->item(2)).center());
        QTRY_VERIFY_WITH_TIMEOUT(fixture.isRecovered(pictures.filePath("img10.png")), 20000);
    }

    void undoGoesBackToThePictureItChanges() {
        WindowFixture fixture;
        QTemporaryDir pictures;
        for (const char* name : {"img1.png", "img2.png"}) writePicture(pictures, name);
        fixture.window->open({pictures.path()});
        QTRY_VERIFY_WITH_TIMEOUT(fixture.isRecovered(pictures.filePath("img1.png")), 20000);
        const SessionState before = fixture.session().state();
        fixture.session().undoStack().push(new SetBeta(fixture.session(), 0, 1, 2));
        QTest::keyClick(fixture.window.get(), Qt::Key_PageDown);
        QTRY_VERIFY_WITH_TIMEOUT(fixture.isRecovered(pictures.filePath("img2.png")), 20000);
        fixture.child<QAction>("undo")->trigger();
        QVERIFY(fixture.session().state() == before);
        QTRY_VERIFY_WITH_TIMEOUT(fixture.isRecovered(pictures.filePath("img1.png")), 20000);
    }

    void droppedFilesOpen() {
        WindowFixture fixture;
        const QString file = writePicture(fixture.folder, "dropped.png");
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(file)});
        QDragEnterEvent enter(QPoint(100, 100), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(fixture.window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(100, 100), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(fixture.window.get(), &drop);
        QTRY_VERIFY_WITH_TIMEOUT(fixture.isRecovered(file), 20000);
    }

    void recentFilesAreKept() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        QCOMPARE(QSettings().value("recentFiles").toStringList(), QStringList(fixture.folder.filePath("picture.png")));
    }

    void closingDuringWorkStopsCleanly() {
        auto fixture = std::make_unique<WindowFixture>(true);
        const QString file = writePicture(fixture->folder, "a.png");
        fixture->window->open({file});
        QTRY_VERIFY(fixture->log->numRuns >= 1);
        fixture->window->close();
        const auto log = fixture->log;
        fixture.reset();  // opens the gate, and joins the worker
        QVERIFY(log->numRuns <= 2);
    }

    void theWindowAnswersDuringARecovery() {
        WindowFixture fixture(true);
        const QString file = writePicture(fixture.folder, "large.png", 3000, 2000);
        int ticks = 0;
        QTimer ticker;
        connect(&ticker, &QTimer::timeout, &ticker, [&] { ++ticks; });
        fixture.window->open({file});
        QTRY_VERIFY(fixture.log->numRuns >= 1);
        // The engine stands still in its work; the window goes on, shows the picture and takes clicks.
        ticker.start(5);
        QTRY_VERIFY(ticks >= 20);
        QVERIFY(fixture.session().hasPicture());
        fixture.child<QAction>("showBoxes")->trigger();
        QVERIFY(!fixture.session().view().boxes);
        QVERIFY(!fixture.isRecovered(file));
        fixture.log->gate.open();
        QTRY_VERIFY_WITH_TIMEOUT(fixture.isRecovered(file), 20000);
    }

    void withoutWeightsAMeanBodyStandsInADrawnBox() {
        QTemporaryDir folder;
        const auto bodyFile = folder.filePath("body.npz");
        saveBodyModel(bodyFile.toStdString(), SmallBody::data());
        WindowFixture fixture;
        StudioOptions options;
        options.opensSample = false;
        options.models.body = bodyFile.toStdString();
        options.models.weights = folder.filePath("missing.safetensors").toStdString();
        auto bare = std::make_unique<MainWindow>(options);
        bare->resize(1200, 800);
        bare->show();
        QVERIFY(QTest::qWaitForWindowExposed(bare.get()));
        QTRY_VERIFY(bare->session().body() != nullptr);
        QTRY_VERIFY(bare->findChild<QLabel*>("messageText")->text().contains("missing.safetensors"));
        const QString file = writePicture(folder, "a.png");
        bare->open({file});
        QTRY_VERIFY(bare->session().frame().isRecovered);
        auto* view = bare->findChild<PictureView*>("pictureView");
        QTest::mousePress(view, Qt::LeftButton, {}, view->widgetFromPicture({100, 20}).toPoint());
        QTest::mouseMove(view, view->widgetFromPicture({200, 200}).toPoint());
        QTest::mouseMove(view, view->widgetFromPicture({250, 280}).toPoint());
        QTest::mouseRelease(view, Qt::LeftButton, {}, view->widgetFromPicture({250, 280}).toPoint());
        QTRY_COMPARE(bare->session().recoveredPeople().size(), std::size_t(1));
        // The body fills the box from top to bottom.
        const PersonEstimate& person = *bare->session().person(bare->session().selectedPerson());
        const Points2d pixels = project(frameCamera(person.camera, person.crop), bare->session().posed(person.id)->vertices.cast<double>());
        QVERIFY(std::abs(pixels.col(1).minCoeff() - 20) < 3 && std::abs(pixels.col(1).maxCoeff() - 280) < 3);
    }
};

HMR_TEST_CLASS(TestMainWindow, "test_main_window")
#include "test_main_window.moc"
