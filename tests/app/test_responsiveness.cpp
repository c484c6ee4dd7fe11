// SPDX-License-Identifier: MIT
#include <QAction>
#include <QDialog>
#include <QDockWidget>
#include <QElapsedTimer>
#include <QLabel>
#include <QMenu>
#include <QSignalSpy>
#include <QTimer>
#include <ctime>

#include "app/motion/motion_desk.h"
#include "formats/resources.h"
#include "hands.h"
#include "support/test_class.h"
#include "window_fixture.h"

using namespace hmr;
using namespace hmr::test;

namespace {

constexpr double kLongestGap = 1500, kLongestWork = 250;  ///< milliseconds: no more than to tell a hang from a machine that is busy

/// The longest times between two turns of the event loop: on the clock, and of it this thread's own work, which a busy machine does not
/// lengthen.
struct Gap {
    double wall = 0, work = 0;  ///< milliseconds
};

class Pulse {
public:
    Pulse() {
        QObject::connect(&timer_, &QTimer::timeout, &timer_, [this] { beat(); });
        timer_.start(5);
    }
    /// Since it was asked last.
    Gap longest() {
        beat();
        return std::exchange(longest_, {});
    }

private:
    static double milliseconds(clockid_t clock) {
        timespec time{};
        clock_gettime(clock, &time);
        return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
    }
    void beat() {
        const Gap now = {milliseconds(CLOCK_MONOTONIC), milliseconds(CLOCK_THREAD_CPUTIME_ID)};
        longest_ = {std::max(longest_.wall, now.wall - last_.wall), std::max(longest_.work, now.work - last_.work)};
        last_ = now;
    }
    QTimer timer_;
    Gap last_ = {milliseconds(CLOCK_MONOTONIC), milliseconds(CLOCK_THREAD_CPUTIME_ID)}, longest_;
};

QString sample(const char* name) { return QString::fromStdString((resourcePath("samples") / name).string()); }

}  // namespace

/// The window with the models that ship, on the samples: how long it does not answer while it works. Prints each figure.
class TestResponsiveness : public QObject {
    Q_OBJECT

    Pulse* pulse_ = nullptr;
    std::unique_ptr<MainWindow> window_;
    QTemporaryDir folder_;

    template <typename Condition>
    bool wait(const Condition& condition) {
        QElapsedTimer clock;
        clock.start();
        while (!condition() && clock.elapsed() < 60000) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        return condition();
    }
    bool isRecovered(const QString& file) const {
        const FrameResult& frame = window_->session().frame();
        return frame.isRecovered && frame.estimate->frame.name == file.toStdString() && !window_->recoveryJob().isBusy();
    }
    void report(const char* stage) {
        const Gap gap = pulse_->longest();
        qInfo("%s: at most %.0f ms without an answer, %.0f of its own work", stage, gap.wall, gap.work);
        QVERIFY2(gap.wall < kLongestGap && gap.work < kLongestWork, stage);
    }

private Q_SLOTS:
    void theWindowAnswersWhileItWorks() {
        WindowFixture settings;  // of the test's own
        settings.window.reset();
        StudioOptions options;
        options.opensSample = false;
        options.autosaveFolder = folder_.filePath("autosave");
        window_ = std::make_unique<MainWindow>(options);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        QCoreApplication::processEvents();  // the first picture of the window is not what is measured
        Pulse pulse;
        pulse_ = &pulse;
        QVERIFY(wait([&] { return window_->session().body() && !window_->recoveryJob().isBusy(); }));
        report("loading the models");
        window_->open({sample("two_people.jpg")});
        QVERIFY(wait([&] { return isRecovered(sample("two_people.jpg")); }));
        report("opening and recovering a picture");
        window_->findChild<QAction*>("models")->trigger();
        QCoreApplication::processEvents();
        report("opening the Models dialog");
        window_->findChild<QDialog*>("modelsDialog")->close();
        QVERIFY(wait([&] { return !window_->findChild<QDialog*>("modelsDialog"); }));
        report("closing it");
        for (const char* panel : {"shapeDock", "measuresDock", "posesDock", "poseDock"}) {
            window_->findChild<QDockWidget*>(panel)->raise();
            for (int turn = 0; turn < 5; ++turn) QCoreApplication::processEvents();
            report(panel);
        }
        window_->session().selectJoint(20);
        window_->findChild<QAction*>("showSkeleton")->trigger();
        auto* view = window_->findChild<PictureView*>("pictureView");
        const QPoint wrist = view->widgetFromJoint(0, 20)->toPoint();
        QTest::mousePress(view, Qt::LeftButton, {}, wrist);
        for (int i = 1; i <= 8; ++i) {
            QTest::mouseMove(view, wrist + QPoint(-4 * i, 3 * i));
            QCoreApplication::processEvents();
        }
        QTest::mouseRelease(view, Qt::LeftButton, {}, wrist + QPoint(-32, 24));
        report("dragging a wrist");
        for (const auto& [kind, name] : {std::pair{ExportKind::Obj, "a.obj"}, {ExportKind::Fbx, "a.fbx"}, {ExportKind::Glb, "a.glb"},
                                         {ExportKind::Screenshot, "a.png"}, {ExportKind::ParametersNpz, "a.npz"}}) {
            QSignalSpy exported(window_.get(), &MainWindow::exported);
            window_->exportTo(kind, folder_.filePath(name));
            QVERIFY(wait([&] { return exported.count() > 0; }));
            report(name);
        }
        window_->open({sample("walking.mp4")});
        QVERIFY(wait([&] { return isRecovered(sample("walking.mp4")); }));
        report("opening a video");
        window_->recoveryJob().setPlaying(true);
        QElapsedTimer clock;
        clock.start();
        QVERIFY(wait([&] { return clock.elapsed() > 3000; }));
        report("playing it");
        window_->recoveryJob().setPlaying(false);
        QVERIFY(wait([&] { return !window_->recoveryJob().isBusy(); }));
        window_->findChild<QAction*>("recordTake")->trigger();
        QVERIFY(wait([&] { return window_->motion().editor().hasTake(); }));
        report("recording it");
        window_->open({QFileInfo(sample("standing.jpg")).absolutePath()});
        QVERIFY(wait([&] { return window_->session().frame().isRecovered && !window_->recoveryJob().isBusy(); }));
        report("opening a folder");
        window_->useModels(window_->options().models);
        QVERIFY(wait([&] { return window_->recoveryJob().isBusy(); }));
        clock.start();
        window_->close();
        window_.reset();
        qInfo("closing while the models load: %lld ms", static_cast<long long>(clock.elapsed()));
    }
};

HMR_TEST_CLASS(TestResponsiveness, "test_responsiveness")
#include "test_responsiveness.moc"
