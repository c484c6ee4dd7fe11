// SPDX-License-Identifier: MIT
#include <QAction>
#include <QDir>
#include <QElapsedTimer>
#include <QLabel>
#include <QToolButton>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>

#include "app/motion/motion_desk.h"
#include "app/panels/transport_bar.h"
#include "formats/atomic_file.h"
#include "hands.h"
#include "support/local_server.h"
#include "support/test_class.h"
#include "window_fixture.h"

using namespace hmr;
using namespace hmr::test;

namespace {

constexpr int kFrames = 60;

/// A window with a video of 60 frames at 20 a second, or with a stream.
class Playing : public WindowFixture {
public:
    bool openVideo() {
        const QString file = folder.filePath("clip 片.avi");
        cv::VideoWriter writer(file.toStdString(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 20, {400, 300});
        for (int i = 0; i < kFrames; ++i) writer.write(cv::Mat(300, 400, CV_8UC3, cv::Scalar::all(2 * i)));
        writer.release();
        window->open({file});
        return QTest::qWaitFor([&] { return isRecovered(file); }, 20000) && waitIdle();
    }
    bool openStream(const PictureServer& server) {
        window->open({server.url()});
        return QTest::qWaitFor([&] { return session().frame().isRecovered && frame() > 1; }, 20000);
    }
    std::string jpeg() const { return readWholeFile(writePicture(folder, "sent.jpg").toStdString()); }
    int frame() const { return session().hasPicture() ? session().frame().estimate->frame.index : -1; }
    bool press(const char* button) const { return click(child<QToolButton>(button)); }
    bool isPlaying() const { return child<TransportBar>("transportBar")->isPlaying(); }
    QString label(const char* name) const { return child<QLabel>(name)->text(); }
};

}  // namespace

/// Play, pause, step and seek; live view; and what the status bar says meanwhile.
class TestTransport : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void picturesHaveNoTransport() {
        Playing window;
        QVERIFY(window.openPicture());
        QVERIFY(!window.child<QWidget>("transportBar")->isVisible());
        for (const char* action : {"play", "previousFrame", "nextFrame", "firstFrame"}) QVERIFY(!window.child<QAction>(action)->isEnabled());
    }

    void theButtonsStepPlayAndPause() {
        Playing window;
        QVERIFY(window.openVideo());
        QVERIFY(window.child<QSlider>("seekSlider")->isVisible());
        QCOMPARE(window.child<QSlider>("seekSlider")->maximum(), kFrames - 1);
        QVERIFY2(window.label("timeLabel").contains("0:00.0 / 0:03.0"), qPrintable(window.label("timeLabel")));
        for (const int wanted : {1, 2}) {
            QVERIFY(window.press("nextFrameButton"));
            QTRY_COMPARE(window.frame(), wanted);
        }
        QVERIFY(window.press("previousFrameButton"));
        QTRY_COMPARE(window.frame(), 1);
        QTRY_VERIFY(window.session().frame().isRecovered);
        QCOMPARE(window.child<QSlider>("seekSlider")->value(), 1);
        QVERIFY2(window.label("stagesLabel").contains("network 1.0"), qPrintable(window.label("stagesLabel")));
        QVERIFY(window.label("rateLabel").isEmpty());  // nothing plays

        QVERIFY(window.press("playButton"));
        QTRY_VERIFY(window.isPlaying());
        QTRY_VERIFY(window.frame() > 4);
        QTRY_VERIFY2(window.label("rateLabel").endsWith(" fps"), qPrintable(window.label("rateLabel")));
        QVERIFY2(window.label("busyLabel").isEmpty(), qPrintable(window.label("busyLabel")));  // the rate tells it
        QCOMPARE(window.child<QToolButton>("playButton")->toolTip(), QString("Pause (P)"));
        QVERIFY(window.press("playButton"));
        QTRY_VERIFY(!window.isPlaying());
        QVERIFY(window.waitIdle());
        const int paused = window.frame();
        QVERIFY(paused < kFrames - 1);
        QVERIFY(window.label("rateLabel").isEmpty());
        QTest::qWait(200);
        QCOMPARE(window.frame(), paused);
        QCOMPARE(window.child<QToolButton>("playButton")->toolTip(), QString("Play (P)"));
    }

    void theKeysDoTheSame() {
        Playing window;
        QVERIFY(window.openVideo());
        QTest::keyClick(window.window.get(), Qt::Key_Period);
        QTRY_COMPARE(window.frame(), 1);
        QTest::keyClick(window.window.get(), Qt::Key_Comma);
        QTRY_COMPARE(window.frame(), 0);
        QTest::keyClick(window.window.get(), Qt::Key_P);
        QTRY_VERIFY(window.isPlaying() && window.frame() > 2);
        QTest::keyClick(window.window.get(), Qt::Key_P);
        QTRY_VERIFY(!window.isPlaying());
        QTest::keyClick(window.window.get(), Qt::Key_Home);
        QTRY_COMPARE(window.frame(), 0);
    }

    void theHandSeeks() {
        Playing window;
        QVERIFY(window.openVideo());
        auto* seek = window.child<QSlider>("seekSlider");
        dragSlider(seek, seek->width() / 2);
        QVERIFY(std::abs(seek->value() - kFrames / 2) < 4);
        const int wanted = seek->value();
        QTRY_COMPARE(window.frame(), wanted);
        QTRY_VERIFY(window.session().frame().isRecovered);
        QVERIFY(window.label("timeLabel").endsWith(QString::number(wanted + 1)));
        dragSlider(seek, -seek->width());
        QTRY_COMPARE(window.frame(), 0);
    }

    void playingEndsAndBeginsAnew() {
        Playing window;
        QVERIFY(window.openVideo());
        window.child<QSlider>("seekSlider")->setValue(kFrames - 5);
        QTRY_COMPARE(window.frame(), kFrames - 5);
        QVERIFY(window.press("playButton"));
        QTRY_COMPARE(window.frame(), kFrames - 1);
        QTRY_VERIFY(!window.isPlaying());
        QVERIFY(!window.child<QWidget>("messageBar")->isVisible());
        QVERIFY(window.press("playButton"));
        QTRY_VERIFY(window.frame() < 20);
    }

    void aStreamIsShownLiveAndItsEndIsSaid() {
        Playing window;
        PictureServer server(window.jpeg());
        QVERIFY2(window.openStream(server), qPrintable(window.label("messageText")));
        QCOMPARE(window.label("timeLabel"), QString("live"));
        QVERIFY(!window.child<QSlider>("seekSlider")->isVisible() && !window.child<QToolButton>("nextFrameButton")->isVisible());
        QCOMPARE(window.session().boxes().size(), std::size_t(2));
        QTRY_VERIFY(window.label("rateLabel").endsWith(" fps"));
        QVERIFY(window.label("sourceLabel").contains("400 × 300"));
        QVERIFY(window.press("playButton"));  // holds the picture, not the sender
        QTRY_VERIFY(!window.isPlaying());
        QVERIFY(window.waitIdle());
        const int held = window.frame();
        QTest::qWait(200);
        QCOMPARE(window.frame(), held);
        QVERIFY(window.press("playButton"));
        QTRY_VERIFY(window.frame() > held + 3);  // the newest, not the next

        server.unplug();
        QTRY_VERIFY2(window.label("messageText").contains("stopped sending pictures"), qPrintable(window.label("messageText")));
        QVERIFY(window.child<QWidget>("messageBar")->isVisible());
        QTRY_VERIFY(!window.isPlaying());
        QVERIFY(window.openPicture());
    }

    void aTakeOfAStreamIsScrubbedAndPlayingGoesOnLive() {
        Playing window;
        PictureServer server(window.jpeg());
        QVERIFY2(window.openStream(server), qPrintable(window.label("messageText")));
        TakeEditor& editor = window.window->motion().editor();
        const auto record = [&] {
            window.child<QAction>("recordTake")->trigger();
            QTRY_VERIFY(window.isPlaying());
            const int first = window.frame();
            QTRY_VERIFY(window.frame() > first + 5);
        };
        record();
        window.child<QAction>("recordTake")->trigger();
        QTRY_VERIFY(editor.hasTake() && !window.isPlaying());
        QVERIFY(window.waitIdle());
        for (const int frame : {editor.take().numFrames - 1, 0}) {
            editor.showFrame(frame);
            QTest::qWait(200);
            QCOMPARE(window.frame(), frame + editor.take().firstSourceFrame);
            QCOMPARE(window.session().recoveredPeople().size(), editor.peopleAt(frame).size());
        }
        QVERIFY(window.press("playButton"));
        QTRY_VERIFY(window.isPlaying() && window.frame() > editor.take().numFrames);

        // A second recording has a copy of its own until the take that it becomes is kept safe.
        record();
        const auto copies = [&] { return QDir(window.folder.filePath("autosave")).entryList({"*.hmrs"}, QDir::Files); };
        QTRY_COMPARE_WITH_TIMEOUT(copies().size(), 2, 3 * Autosave::kMilliseconds);
        window.child<QAction>("recordTake")->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(copies().size(), 1, 3 * Autosave::kMilliseconds);
    }

    void closingDoesNotWaitForASenderThatIsSilent() {
        SilentServer server;
        QVERIFY(server.isListening());
        auto fixture = std::make_unique<Playing>();
        fixture->window->open({server.url()});
        QVERIFY(server.hasVisitor(5000));
        QElapsedTimer clock;
        clock.start();
        QTest::keyClick(fixture->window.get(), Qt::Key_Q, Qt::ControlModifier);
        QTRY_VERIFY(!fixture->window->isVisible());
        fixture->window.reset();
        QVERIFY2(clock.elapsed() < 500, qPrintable(QString("%1 ms").arg(clock.elapsed())));
    }

    void closingDoesNotWaitForAStreamThatHangs() {
        auto fixture = std::make_unique<Playing>();
        auto server = std::make_unique<PictureServer>(fixture->jpeg());
        QVERIFY(fixture->openStream(*server));
        server->hang();
        QTest::qWait(300);
        QElapsedTimer clock;
        clock.start();
        fixture->window->close();
        fixture->window.reset();
        QVERIFY2(clock.elapsed() < 500, qPrintable(QString("%1 ms").arg(clock.elapsed())));
    }

    void anotherSourceOpensWhileASenderIsSilent() {
        SilentServer server;
        Playing window;
        window.window->open({server.url()});
        QVERIFY(server.hasVisitor(5000));
        QElapsedTimer clock;
        clock.start();
        QVERIFY(window.openPicture());  // the models came meanwhile, too
        QVERIFY2(clock.elapsed() < 4000, qPrintable(QString("%1 ms").arg(clock.elapsed())));
        QVERIFY(!window.child<QWidget>("messageBar")->isVisible());
    }
};

HMR_TEST_CLASS(TestTransport, "test_transport")
#include "test_transport.moc"
