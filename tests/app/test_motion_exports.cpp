// SPDX-License-Identifier: MIT
#include <QComboBox>
#include <QDialog>
#include <QDir>
#include <QFile>
#include <QInputDialog>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>

#include "formats/motion/take_file.h"
#include "support/refused_h264.h"
#include "support/test_class.h"
#include "support/udp_listener.h"
#include "timeline_fixture.h"

using namespace hmr;
using hmr::test::RefusedH264;
using hmr::test::TimelineFixture;
using hmr::test::UdpListener;

/// What leaves the window: scenes, the overlay video, pictures and the live stream.
class TestMotionExports : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void motionIsExportedAndCancelled() {
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.showWalk(2, 40);
        const QString folder = fixture.folder.filePath("出口 folder");
        QDir().mkpath(folder);
        fixture.window->findChild<QAction*>("exportMotion")->trigger();
        auto* dialog = fixture.child<QDialog>("motionExportDialog");
        QVERIFY(dialog);
        auto* format = dialog->findChild<QComboBox*>("motionFormat");
        format->setCurrentIndex(format->findData(static_cast<int>(MotionFormat::Fbx)));
        dialog->findChild<QComboBox*>("motionPreset")->setCurrentIndex(2);
        dialog->findChild<QLineEdit*>("motionFile")->setText(folder + "/walk.fbx");
        QTest::mouseClick(dialog->findChild<QPushButton*>("motionExport"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(folder + "/walk.fbx"), 20000);

        QTRY_VERIFY(!fixture.child<QDialog>("motionExportDialog"));
        fixture.showWalk(1, 20);
        fixture.window->findChild<QAction*>("exportMotion")->trigger();
        dialog = fixture.child<QDialog>("motionExportDialog");
        format = dialog->findChild<QComboBox*>("motionFormat");
        format->setCurrentIndex(format->findData(static_cast<int>(MotionFormat::Fbx)));
        const QString existing = folder + "/walk.fbx";
        const qint64 sizeBefore = QFileInfo(existing).size();
        dialog->findChild<QLineEdit*>("motionFile")->setText(existing);
        for (const bool replaces : {false, true}) {
            QTest::mouseClick(dialog->findChild<QPushButton*>("motionExport"), Qt::LeftButton);
            auto* box = dialog->findChild<QMessageBox*>("replaceBox");
            QVERIFY(box);
            QTest::mouseClick(replaces ? box->findChild<QPushButton*>("replaceButton") : box->button(QMessageBox::Cancel), Qt::LeftButton);
            if (!replaces) QCOMPARE(QFileInfo(existing).size(), sizeBefore);
            QTRY_VERIFY(!dialog->findChild<QMessageBox*>("replaceBox"));
        }
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo(existing).size() != sizeBefore, 20000);

        QTRY_VERIFY(!fixture.child<QDialog>("motionExportDialog"));
        fixture.showWalk(3, 400);
        fixture.window->findChild<QAction*>("exportMotion")->trigger();
        dialog = fixture.child<QDialog>("motionExportDialog");
        format = dialog->findChild<QComboBox*>("motionFormat");
        format->setCurrentIndex(format->findData(static_cast<int>(MotionFormat::ObjSequence)));
        dialog->findChild<QLineEdit*>("motionFile")->setText(folder + "/meshes");
        QTest::mouseClick(dialog->findChild<QPushButton*>("motionExport"), Qt::LeftButton);
        QTest::mouseClick(dialog->findChild<QPushButton*>("motionCancel"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(dialog->findChild<QLabel*>("motionMessage")->text().contains("Cancelled"), 20000);
        QCOMPARE(QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot), QStringList{"walk.fbx"});
    }
    void theOverlayVideoAndPicturesAreWritten() {
        TimelineFixture fixture;
        QVERIFY(fixture.record());
        const QString folder = fixture.folder.filePath("出口 folder");
        QDir().mkpath(folder);
        const auto entries = [&] { return QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot); };
        const auto openDialog = [&](const char* formatTitle, const QString& file) {
            const bool isGone = QTest::qWaitFor([&] { return !fixture.child<QDialog>("motionExportDialog"); });
            fixture.window->findChild<QAction*>("exportMotion")->trigger();
            auto* dialog = fixture.child<QDialog>("motionExportDialog");
            auto* format = dialog->findChild<QComboBox*>("motionFormat");
            format->setCurrentIndex(format->findText(formatTitle, Qt::MatchStartsWith));
            if (!file.isEmpty()) dialog->findChild<QLineEdit*>("motionFile")->setText(file);
            return isGone ? dialog : nullptr;
        };
        QDialog* dialog = openDialog("Overlay video", {});
        QVERIFY(dialog && dialog->findChild<QLineEdit*>("motionFile")->text().endsWith(".mp4"));
        QVERIFY(!dialog->findChild<QComboBox*>("motionPreset")->isEnabled());
        dialog->findChild<QLineEdit*>("motionFile")->setText(folder + "/over.mp4");
        QTest::mouseClick(dialog->findChild<QPushButton*>("motionExport"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(folder + "/over.mp4"), 20000);
        cv::VideoCapture video((folder + "/over.mp4").toStdString(), cv::CAP_FFMPEG);
        QCOMPARE(int(video.get(cv::CAP_PROP_FRAME_COUNT)), TimelineFixture::kFrames);
        cv::Mat frame;
        QVERIFY(video.read(frame) && frame.cols == 400);

        dialog = openDialog("Transparent", folder + "/alone");
        QVERIFY(dialog);
        QTest::mouseClick(dialog->findChild<QPushButton*>("motionExport"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(folder + "/alone/000014.png"), 20000);
        const QImage alone(folder + "/alone/000001.png");
        QVERIFY(alone.hasAlphaChannel() && alone.width() == 400);
        // Where there is a body alone there is one in the video, and its black picture beside it.
        double inside = 0, outside = 0;
        int numInside = 0, numOutside = 0;
        for (int y = 0; y < alone.height(); ++y) {
            for (int x = 0; x < alone.width(); ++x) {
                const int alpha = alone.pixelColor(x, y).alpha();
                if (alpha == 255) inside += frame.at<cv::Vec3b>(y, x)[1], ++numInside;
                if (alpha == 0) outside += frame.at<cv::Vec3b>(y, x)[1], ++numOutside;
            }
        }
        QVERIFY2(numInside > 400 && inside / numInside > 60, qPrintable(QString("%1 of %2").arg(inside / numInside).arg(numInside)));
        QVERIFY2(numOutside > 1000 && outside / numOutside < 15, qPrintable(QString::number(outside / numOutside)));

        for (const auto& [title, file] : {std::pair{"Overlay video", "/stopped.mp4"}, {"Transparent", "/stopped"}}) {
            dialog = openDialog(title, folder + file);
            QVERIFY(dialog);
            QTest::mouseClick(dialog->findChild<QPushButton*>("motionExport"), Qt::LeftButton);
            QTest::mouseClick(dialog->findChild<QPushButton*>("motionCancel"), Qt::LeftButton);
            QTRY_VERIFY_WITH_TIMEOUT(dialog->findChild<QLabel*>("motionMessage")->text().contains("Cancelled"), 20000);
            dialog->reject();
        }
        QCOMPARE(entries(), (QStringList{"alone", "over.mp4"}));

        QFile::remove(QString::fromStdString(fixture.editor().take().source));
        dialog = openDialog("Overlay video", folder + "/gone.mp4");
        QVERIFY(dialog);
        QTest::mouseClick(dialog->findChild<QPushButton*>("motionExport"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(!dialog->findChild<QLabel*>("motionMessage")->text().isEmpty(), 20000);
        QCOMPARE(entries(), (QStringList{"alone", "over.mp4"}));
    }
    void aVideoThatIsNotH264IsToldOf() {
        TimelineFixture fixture;
        QVERIFY(fixture.record());
        const QString file = fixture.folder.filePath("over.mp4");
        auto* bar = fixture.child<QWidget>("messageBar");
        for (const bool isRefused : {false, true}) {
            std::optional<RefusedH264> without;
            if (isRefused) without.emplace();
            const bool hasEncoder = cv::VideoWriter(fixture.folder.filePath("probe.mp4").toStdString(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc('a', 'v', 'c', '1'), 10, {320, 240}).isOpened();
            QVERIFY(!(isRefused && hasEncoder));
            fixture.window->findChild<QAction*>("exportMotion")->trigger();
            auto* dialog = fixture.child<QDialog>("motionExportDialog");
            auto* format = dialog->findChild<QComboBox*>("motionFormat");
            format->setCurrentIndex(format->findText("Overlay video", Qt::MatchStartsWith));
            dialog->findChild<QLineEdit*>("motionFile")->setText(file);
            QTest::mouseClick(dialog->findChild<QPushButton*>("motionExport"), Qt::LeftButton);
            QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(file) && !fixture.child<QDialog>("motionExportDialog"), 20000);
            QCOMPARE(bar->isVisible(), !hasEncoder);
            if (!hasEncoder) {
                const QString text = fixture.child<QLabel>("messageText")->text();
                QVERIFY2(text.contains(file) && text.contains("H.264"), qPrintable(text));
                QCOMPARE(bar->property("kind").toString(), QString("warning"));
            }
            QVERIFY(QFile::remove(file));
        }
    }
    void theTakesPeopleAreStreamed() {
        TimelineFixture fixture;
        QVERIFY(fixture.openPicture());
        UdpListener listener;
        QVERIFY(listener.isBound());
        auto* action = fixture.child<QAction>("streamMotion");
        action->trigger();
        auto* dialog = fixture.child<QInputDialog>("streamDialog");
        QVERIFY(dialog && !action->isChecked());
        dialog->setTextValue(QString("json://127.0.0.1:%1").arg(listener.port()));
        dialog->accept();
        QVERIFY(action->isChecked());
        fixture.showWalk(2, 40);
        fixture.editor().showFrame(30);
        QJsonObject received;
        while (received["frame"].toInt() != 30) {
            const std::string packet = listener.receive();
            QVERIFY(!packet.empty());
            received = QJsonDocument::fromJson(QByteArray::fromStdString(packet)).object();
        }
        QCOMPARE(received["people"].toArray().size(), 2);
        action->trigger();
        QVERIFY(!action->isChecked());

        action->trigger();
        fixture.child<QInputDialog>("streamDialog")->setTextValue("http://somewhere");
        fixture.child<QInputDialog>("streamDialog")->accept();
        QVERIFY(!action->isChecked() && fixture.child<QWidget>("messageBar")->isVisible());
    }
};

HMR_TEST_CLASS(TestMotionExports, "test_motion_exports")
#include "test_motion_exports.moc"
