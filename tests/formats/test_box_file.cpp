// SPDX-License-Identifier: MIT
#include <QTemporaryDir>

#include "formats/atomic_file.h"
#include "formats/box_file.h"
#include "support/error_text.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;

/// Boxes that OpenPose and SPIN's users have.
class TestBoxFile : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;

    std::filesystem::path write(const char* text) const {
        const auto file = std::filesystem::path(folder_.path().toStdString()) / "boxes.json";
        writeWholeFile(file, text);
        return file;
    }

private Q_SLOTS:
    void boxesAreTakenAsTheyAre() {
        QCOMPARE(readBoxes(write(R"({"bbox": [10, 20, 30.5, 40]})")), (std::vector<PixelBox>{{10, 20, 30.5, 40}}));
        QCOMPARE(readBoxes(write(R"({"bbox": [[1, 2, 3, 4], [5, 6, 7, 8]]})")), (std::vector<PixelBox>{{1, 2, 3, 4}, {5, 6, 7, 8}}));
    }
    void openPosesSureJointsMakeABox() {
        const auto boxes = readBoxes(write(R"({"version": 1.3, "people": [
            {"pose_keypoints_2d": [100, 50, 0.9, 200, 250, 0.8, 900, 900, 0.1, 0, 0, 0]},
            {"pose_keypoints_2d": [0, 0, 0, 0, 0, 0]},
            {"pose_keypoints": [10, 10, 1, 20, 110, 1]}]})"));
        QCOMPARE(boxes.size(), std::size_t{2});
        QVERIFY(std::abs(boxes[0].x - 95) < 1e-9 && std::abs(boxes[0].y - 40) < 1e-9);
        QVERIFY(std::abs(boxes[0].width - 110) < 1e-9 && std::abs(boxes[0].height - 220) < 1e-9);
    }
    void badFilesAreOneClearMessage_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("no JSON") << "{\"bbox\": [1, 2" << "boxes.json";
        QTest::newRow("another layout") << R"({"annotations": []})" << "neither OpenPose";
        QTest::newRow("a list") << "[1, 2, 3]" << "neither OpenPose";
        QTest::newRow("three numbers") << R"({"bbox": [1, 2, 3]})" << "3 numbers";
        QTest::newRow("no size") << R"({"bbox": [1, 2, 0, 4]})" << "no size";
        QTest::newRow("text") << R"({"bbox": "here"})" << "boxes.json";
        QTest::newRow("broken joints") << R"({"people": [{"pose_keypoints_2d": [1, 2]}]})" << "threes";
        QTest::newRow("no joints") << R"({"people": [{}]})" << "boxes.json";
        QTest::newRow("nobody") << R"({"people": []})" << "nobody";
    }
    void badFilesAreOneClearMessage() {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        const auto file = write(qPrintable(text));
        const QString message = errorText([&] { readBoxes(file); });
        QVERIFY2(message.contains(expected) && message.contains("boxes.json"), qPrintable(message));
    }
};

HMR_TEST_CLASS(TestBoxFile, "test_box_file")
#include "test_box_file.moc"
