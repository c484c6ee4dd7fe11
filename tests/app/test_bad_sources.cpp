// SPDX-License-Identifier: MIT
#include <QLabel>
#include <QToolButton>
#include <opencv2/videoio.hpp>

#include "app/panels/transport_bar.h"
#include "formats/atomic_file.h"
#include "hands.h"
#include "support/test_class.h"
#include "window_fixture.h"

using namespace hmr;
using namespace hmr::test;

namespace {

/// The header of a picture that claims a size, and nothing behind it.
std::string bitmapHeader(std::uint32_t width, std::uint32_t height) {
    std::string bytes(54, '\0');
    bytes.replace(0, 2, "BM");
    const auto put = [&](std::size_t at, std::uint32_t value) {
        for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(value >> (8 * i));
    };
    put(2, 54);
    put(10, 54);
    put(14, 40);
    put(18, width);
    put(22, height);
    put(26, 1 | 24 << 16);
    return bytes;
}

class Window : public WindowFixture {
public:
    bool isMessageShown() const { return child<QWidget>("messageBar")->isVisible(); }
    QString message() const { return isMessageShown() ? child<QLabel>("messageText")->text() : QString(); }
    /// The window still does its job.
    bool goesOn() {
        click(child<QToolButton>("messageCloseButton"));
        return openPicture("next.png") && !isMessageShown() && session().boxes().size() == 2;
    }
    QString write(const QString& name, const std::string& bytes) const {
        const QString file = folder.filePath(name);
        writeWholeFile(file.toStdString(), bytes);
        return file;
    }
};

}  // namespace

/// Sources that are broken, hostile or out of reach, opened in the window.
class TestBadSources : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aJpegThatIsCutOffIsSaid() {
        Window window;
        QVERIFY(window.openPicture());
        const std::string whole = readWholeFile(writePicture(window.folder, "whole.jpg").toStdString());
        window.window->open({window.write("cut 断.jpg", whole.substr(0, whole.size() / 2))});
        QTRY_VERIFY2(window.message().contains("cut 断.jpg") && window.message().contains("cut off"), qPrintable(window.message()));
        QVERIFY(window.isRecovered(window.folder.filePath("picture.png")));  // what was shown stays
        QVERIFY(window.goesOn());
    }

    void anAbsurdSizeIsRefusedFromTheHeader() {
        Window window;
        window.window->open({window.write("huge.bmp", bitmapHeader(20000, 20000))});
        QTRY_VERIFY2(window.message().contains("huge.bmp") && window.message().contains("20000"), qPrintable(window.message()));
        QVERIFY(!window.session().hasPicture());
        QVERIFY(window.goesOn());
    }

    void onePixelIsTooSmall() {
        Window window;
        window.window->open({writePicture(window.folder, "one.png", 1, 1)});
        QTRY_VERIFY2(window.message().contains("one.png") && window.message().contains("too small"), qPrintable(window.message()));
        QVERIFY(window.goesOn());
    }

    void aFileThatMayNotBeReadIsSaid() {
        Window window;
        const QString file = writePicture(window.folder, "secret.png");
        QVERIFY(QFile::setPermissions(file, {}));
        if (QFile(file).open(QIODevice::ReadOnly)) QSKIP("this user may read everything");
        window.window->open({file});
        QTRY_VERIFY2(window.message().contains("secret.png"), qPrintable(window.message()));
        QVERIFY(window.goesOn());
    }

    void aFolderOfPicturesGoesOnBehindABrokenOne() {
        Window window;
        QTemporaryDir pictures;
        const QString good = writePicture(pictures, "2.png");
        writeWholeFile(pictures.filePath("1.png").toStdString(), "no picture");
        window.window->open({pictures.path()});
        QTRY_VERIFY2(window.message().contains("1.png"), qPrintable(window.message()));
        QTest::keyClick(window.window.get(), Qt::Key_PageDown);
        QTRY_VERIFY_WITH_TIMEOUT(window.isRecovered(good), 20000);
        QVERIFY(!window.isMessageShown());
    }

    void aVideoWithABrokenTailPlaysToWhereItBreaks() {
        Window window;
        const QString whole = window.folder.filePath("whole.avi"), cut = window.folder.filePath("cut.avi");
        cv::VideoWriter writer(whole.toStdString(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 25, {160, 120});
        for (int i = 0; i < 40; ++i) writer.write(cv::Mat(120, 160, CV_8UC3, cv::Scalar::all(5 * i)));
        writer.release();
        const std::string bytes = readWholeFile(whole.toStdString());
        writeWholeFile(cut.toStdString(), bytes.substr(0, bytes.size() / 2));
        window.window->open({cut});
        QTRY_VERIFY_WITH_TIMEOUT(window.isRecovered(cut), 20000);
        auto* transport = window.child<TransportBar>("transportBar");
        QVERIFY(click(window.child<QToolButton>("playButton")));
        QTRY_VERIFY(transport->isPlaying());
        QTRY_VERIFY(!transport->isPlaying());
        const int last = window.session().frame().estimate->frame.index;
        QVERIFY2(last >= 10 && last < 30, qPrintable(QString::number(last)));
        if (window.isMessageShown()) QVERIFY2(window.message().contains("cut.avi"), qPrintable(window.message()));
        window.child<QSlider>("seekSlider")->setValue(3);  // what came before is kept
        QTRY_COMPARE(window.session().frame().estimate->frame.index, 3);
        QVERIFY(window.goesOn());
    }

    void sourcesOutOfReachAreSaid_data() {
        QTest::addColumn<QString>("hint");
        QTest::newRow("camera:77") << "hmr doctor";
        QTest::newRow("http://127.0.0.1:9/nobody") << "check the address";
        QTest::newRow("/dev/video99") << "no such camera";
    }
    void sourcesOutOfReachAreSaid() {
        QFETCH(QString, hint);
        Window window;
        window.window->open({QTest::currentDataTag()});
        QTRY_VERIFY2(window.message().contains(hint), qPrintable(window.message()));
        QVERIFY(window.goesOn());
    }
};

HMR_TEST_CLASS(TestBadSources, "test_bad_sources")
#include "test_bad_sources.moc"
