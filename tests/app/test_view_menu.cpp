// SPDX-License-Identifier: MIT
#include <QAction>
#include <QDockWidget>
#include <QMenuBar>
#include <QProcess>
#include <QTableWidget>
#include <QToolButton>

#include "app/editing/edit_commands.h"
#include "app/scene_of_session.h"
#include "formats/resources.h"
#include "hands.h"
#include "support/test_class.h"
#include "window_fixture.h"

using namespace hmr;
using namespace hmr::test;

namespace {

constexpr int kHead = 15;

/// Actions that a person can reach: those of the menu bar, menus in menus included.
QList<QAction*> menuActions(const QMenu* menu) {
    QList<QAction*> actions;
    for (QAction* action : menu->actions()) {
        if (action->menu()) actions << menuActions(action->menu());
        else if (!action->isSeparator()) actions << action;
    }
    return actions;
}

QList<QAction*> menuActions(const MainWindow& window) {
    QList<QAction*> actions;
    for (const QAction* menu : window.menuBar()->actions()) actions << menuActions(menu->menu());
    return actions;
}

/// The program itself with the shipped models, as the command line starts it: a picture of its window.
QImage screenshotOf(const QStringList& arguments, double scale, const QString& file) {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("QT_SCALE_FACTOR", QString::number(scale));
    environment.insert("XDG_CONFIG_HOME", QFileInfo(file).absolutePath());
    environment.insert("XDG_DATA_HOME", QFileInfo(file).absolutePath());
    process.setProcessEnvironment(environment);
    process.setProcessChannelMode(QProcess::ForwardedChannels);
    process.start(QStringLiteral(HMR_BINARY_DIR "/hmr-studio"), arguments + QStringList{"--screenshot", file});
    const bool hasEnded = process.waitForFinished(120000) && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0;
    return hasEnded ? QImage(file) : QImage();
}

/// Mean distance of the colours of two pictures of one size, of 255.
double distance(const QImage& a, const QImage& b) {
    double sum = 0;
    for (int y = 0; y < a.height(); ++y) {
        for (int x = 0; x < a.width(); ++x) {
            const QRgb left = a.pixel(x, y), right = b.pixel(x, y);
            sum += std::abs(qRed(left) - qRed(right)) + std::abs(qGreen(left) - qGreen(right)) + std::abs(qBlue(left) - qBlue(right));
        }
    }
    return sum / (3.0 * a.width() * a.height());
}

}  // namespace

/// What is shown, and how: view settings, menus, shortcuts, dense screens.
class TestViewMenu : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theOpacitySliderFadesTheBodies() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        auto* slider = fixture.child<QSlider>("opacitySlider");
        const double before = fixture.session().view().opacity;
        QCOMPARE(slider->value(), int(std::lround(100 * before)));
        const QImage full = fixture.view->grabFramebuffer();
        dragSlider(slider, -40);
        QVERIFY(fixture.session().view().opacity < before - 0.2);
        const QImage faded = fixture.view->grabFramebuffer();
        QVERIFY(full != faded);
        slider->setValue(0);
        const QImage without = fixture.view->grabFramebuffer();
        QVERIFY(without != faded);
        QCOMPARE(fixture.session().undoStack().count(), 0);  // looking is no edit
    }

    void keysMakeTheBodiesMoreAndLessOpaque() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const auto* slider = fixture.child<QSlider>("opacitySlider");
        const auto opacity = [&] { return int(std::lround(100 * fixture.session().view().opacity)); };
        const int before = opacity();
        const QImage first = fixture.view->grabFramebuffer();
        QTest::keyClick(fixture.window.get(), Qt::Key_Down, Qt::ControlModifier);
        QCOMPARE(opacity(), before - 10);
        QCOMPARE(slider->value(), before - 10);
        QVERIFY(fixture.view->grabFramebuffer() != first);
        QTest::keyClick(fixture.window.get(), Qt::Key_Up, Qt::ControlModifier);
        QCOMPARE(opacity(), before);
        QVERIFY(fixture.view->grabFramebuffer() == first);
        for (int i = 0; i < 12; ++i) fixture.child<QAction>("lessOpaque")->trigger();
        QCOMPARE(opacity(), 0);
        for (int i = 0; i < 12; ++i) fixture.child<QAction>("moreOpaque")->trigger();
        QCOMPARE(opacity(), 100);
    }

    void narrowWindowsShowWhatMattersMost() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.window->resize(900, 600);
        auto* stages = fixture.child<QLabel>("stagesLabel");
        stages->setText("decode 6.0  ·  detect 1557  ·  crop 1.3  ·  network 257  ·  fit 95  ·  pose 0.9 ms");
        QTest::qWait(50);
        QVERIFY2(fixture.window->width() <= 900, qPrintable(QString::number(fixture.window->width())));
        QVERIFY(stages->width() < stages->sizeHint().width());  // the first to give way
        for (const char* name : {"sourceLabel", "zoomLabel", "deviceLabel"}) {
            const auto* label = fixture.child<QLabel>(name);
            QVERIFY2(!label->text().isEmpty() && label->width() >= label->sizeHint().width(), name);
        }
        const auto* bar = fixture.child<QWidget>("toolBar");
        for (const char* name : {"opacitySlider", "exportButton"}) {
            const auto* widget = fixture.child<QWidget>(name);
            QVERIFY2(widget->isVisible() && bar->rect().contains(QRect(widget->mapTo(bar, QPoint()), widget->size())), name);
        }
        for (const char* axis : {"angleX", "angleY", "angleZ"}) {
            const auto* label = fixture.child<QLabel>(qPrintable(QString(axis) + "Label"));
            const auto* slider = fixture.child<QSlider>(qPrintable(QString(axis) + "Slider"));
            QVERIFY2(slider->x() >= label->x() + label->width() + 4, axis);
        }
    }

    void panelsGoBackToTheirPlaces() {
        WindowFixture fixture;
        struct Place {
            bool isShown, floats;
            Qt::DockWidgetArea area;
            QStringList behind;
            bool operator==(const Place&) const = default;
        };
        const auto places = [&] {
            QMap<QString, Place> all;
            for (const QDockWidget* dock : fixture.window->findChildren<QDockWidget*>()) {
                QStringList behind;
                for (const QDockWidget* other : fixture.window->tabifiedDockWidgets(const_cast<QDockWidget*>(dock))) behind << other->objectName();
                behind.sort();
                all[dock->objectName()] = {dock->toggleViewAction()->isChecked(), dock->isFloating(), fixture.window->dockWidgetArea(const_cast<QDockWidget*>(dock)), behind};
            }
            return all;
        };
        const auto first = places();
        QVERIFY(first.size() >= 4);
        fixture.child<QDockWidget>("peopleDock")->toggleViewAction()->trigger();
        fixture.child<QDockWidget>("poseDock")->setFloating(true);
        fixture.window->addDockWidget(Qt::LeftDockWidgetArea, fixture.child<QDockWidget>("shapeDock"));
        const auto changed = places();
        for (const char* dock : {"peopleDock", "poseDock", "shapeDock"}) QVERIFY2(!(changed[dock] == first[dock]), dock);
        fixture.child<QAction>("resetPanels")->trigger();
        const auto after = places();
        for (const QString& dock : first.keys()) QVERIFY2(after[dock] == first[dock], qPrintable(dock));
    }

    void backFacesAreDrawnWhereTheyAreWanted() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        // A closed body looks the same from outside, so it is the scene that tells.
        const auto areCulled = [&] { return sceneOf(fixture.session(), fixture.session().view()).figures.at(0).meshes.at(0).cullBackfaces; };
        QVERIFY(areCulled());
        for (const bool isOn : {true, false}) {
            fixture.child<QAction>("showBackFaces")->trigger();
            QCOMPARE(fixture.child<QAction>("showBackFaces")->isChecked(), isOn);
            QCOMPARE(areCulled(), !isOn);
            QVERIFY(!fixture.view->grabFramebuffer().isNull());
        }
    }

    void everyActionSaysWhatItDoesAndShortcutsDiffer() {
        WindowFixture fixture;
        QMap<QString, QString> taken;
        const QList<QAction*> actions = menuActions(*fixture.window);
        QVERIFY(actions.size() > 50);
        for (const QAction* action : actions) {
            const QString name = action->objectName() + " " + action->text();
            QVERIFY2(!action->toolTip().isEmpty(), qPrintable(name));
            for (const QKeySequence& key : action->shortcuts()) {
                const QString text = key.toString();
                QVERIFY2(!taken.contains(text), qPrintable(text + " is both" + taken[text] + " and " + name));
                taken[text] = name;
            }
        }
        for (const auto* button : fixture.window->findChildren<QAbstractButton*>()) {
            if (button->objectName().isEmpty() || button->objectName().startsWith("qt_") || button->objectName().startsWith("Scroll") || !button->text().isEmpty()) continue;
            QVERIFY2(!button->toolTip().isEmpty(), qPrintable(button->objectName()));  // a picture alone explains nothing
        }
    }

    void theListOfShortcutsHoldsThemAll() {
        WindowFixture fixture;
        QTest::keyClick(fixture.window.get(), Qt::Key_F1);
        QTRY_VERIFY(fixture.child<QTableWidget>("shortcutsTable"));
        const auto* table = fixture.child<QTableWidget>("shortcutsTable");
        for (const char* key : {"Ctrl+O", "Ctrl+Z", "P", "B", "Ctrl+J", "F1"}) {
            const auto found = table->findItems(key, Qt::MatchExactly);
            QVERIFY2(found.size() == 1 && !table->item(found[0]->row(), 1)->text().isEmpty(), key);
        }
    }

    void allTenShapeSlidersShapeTheMesh() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.child<QDockWidget>("shapeDock")->raise();
        QTest::qWait(1);
        for (int index = 0; index < 10; ++index) {
            auto* slider = fixture.child<QSlider>(qPrintable(QString("beta%1Slider").arg(index)));
            QVERIFY2(slider && slider->isVisible(), qPrintable(QString::number(index)));
            const Points3f mesh = fixture.session().posed(0)->vertices;
            const Eigen::VectorXd before = fixture.session().person(0)->parameters.betas;
            dragSlider(slider, index % 2 == 0 ? 25 : -25);
            Eigen::VectorXd after = fixture.session().person(0)->parameters.betas;
            QVERIFY(std::abs(after[index] - before[index]) > 0.3);
            after[index] = before[index];
            QVERIFY(after == before);
            QVERIFY(fixture.session().posed(0)->vertices != mesh);
            QCOMPARE(fixture.session().undoStack().count(), index + 1);
        }
        QVERIFY(click(fixture.child<QAbstractButton>("resetShapeButton")));
        QVERIFY(fixture.session().edit(0).isEmpty());
    }

    void clicksHitWhatIsDrawn() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.child<QAction>("showSkeleton")->trigger();
        const double scale = fixture.view->devicePixelRatioF();
        QVERIFY(std::abs(scale - qEnvironmentVariable("QT_SCALE_FACTOR", "1").toDouble()) < 1e-6);
        QCOMPARE(fixture.view->grabFramebuffer().size(), fixture.view->size() * scale);
        for (const int person : {0, 1}) {
            PersonEdit placed = fixture.session().edit(person);  // its pelvis in the middle of the crop
            placed.camera = PlacedCamera{{0.75, {0, -0.95}}, fixture.session().person(person)->crop};
            fixture.session().undoStack().push(new ChangePerson(fixture.session(), person, "Place", placed));
            const QPoint joint = fixture.view->widgetFromJoint(person, kHead)->toPoint();
            QVERIFY(fixture.view->rect().contains(joint));
            QTest::mouseClick(fixture.view, Qt::LeftButton, {}, joint);
            QCOMPARE(fixture.session().selectedPerson(), person);
            QCOMPARE(fixture.session().selectedJoint(), int(kHead));
            // The joint is drawn where the click goes: without the skeleton that pixel looks otherwise.
            const QPoint pixel = joint * scale;
            const QRgb drawn = fixture.view->grabFramebuffer().pixel(pixel);
            fixture.child<QAction>("showSkeleton")->trigger();
            QVERIFY(fixture.view->grabFramebuffer().pixel(pixel) != drawn);
            fixture.child<QAction>("showSkeleton")->trigger();
        }
    }

    void clicksHitWhatIsDrawnOnADenseScreen() {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("QT_SCALE_FACTOR", "2");
        process.setProcessEnvironment(environment);
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(QCoreApplication::applicationFilePath(), {"test_view_menu", "clicksHitWhatIsDrawn"});
        QVERIFY(process.waitForFinished(60000));
        QVERIFY2(process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0, process.readAll().constData());
    }

    void theProgramShowsASampleOnAnyScreen() {
        QTemporaryDir folder;
        const QStringList sample = {QString::fromStdString((resourcePath("samples") / "standing.jpg").string())};
        const QImage plain = screenshotOf(sample, 1, folder.filePath("plain.png"));
        QCOMPARE(plain.size(), QSize(1280, 820));
        const QImage dense = screenshotOf(sample, 2, folder.filePath("dense.png"));
        QCOMPARE(dense.size(), QSize(2560, 1640));
        // The same window, only sharper: what differs are edges and the milliseconds of the status bar.
        const QImage small = dense.scaled(plain.size(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
        QVERIFY2(distance(plain, small) < 4, qPrintable(QString::number(distance(plain, small))));
        QImage blank = plain;
        blank.fill(plain.pixel(4, 400));
        QVERIFY(distance(plain, blank) > 10);
    }

    void theProgramSaysWhenASourceIsNone() {
        QTemporaryDir folder;
        QVERIFY(screenshotOf({folder.filePath("missing.jpg")}, 1, folder.filePath("window.png")).isNull());  // exit code 1
        const QImage window(folder.filePath("window.png"));
        QCOMPARE(window.size(), QSize(1280, 820));  // with the message in it
    }
};

HMR_TEST_CLASS(TestViewMenu, "test_view_menu")
#include "test_view_menu.moc"
