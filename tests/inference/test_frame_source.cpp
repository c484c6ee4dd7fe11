// SPDX-License-Identifier: MIT
#include <QTemporaryDir>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>

#include "body/error.h"
#include "formats/atomic_file.h"
#include "inference/frame_source.h"
#include "inference/picture.h"
#include "support/test_class.h"

using namespace hmr;

class TestFrameSource : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::filesystem::path root_;

    /// A video whose frame i is grey of value 8·i.
    std::filesystem::path makeVideo(const char* name, int numFrames) const {
        const auto file = root_ / name;
        cv::VideoWriter writer(file.string(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 10, {64, 64});
        for (int i = 0; i < numFrames; ++i) writer.write(cv::Mat(64, 64, CV_8UC3, cv::Scalar::all(8 * i)));
        return file;
    }

private Q_SLOTS:
    void initTestCase() { root_ = folder_.path().toStdString(); }

    void foldersComeInNaturalOrder() {
        const auto folder = root_ / "many pictures";
        std::filesystem::create_directory(folder);
        for (const char* name : {"img10.png", "img2.png", "Img1.png", "notes.txt", "img02b.png"}) {
            if (std::string(name).ends_with(".txt")) writeWholeFile(folder / name, "no picture");
            else cv::imwrite((folder / name).string(), cv::Mat(20, 20, CV_8UC3, cv::Scalar::all(9)));
        }
        std::vector<std::string> names;
        for (const auto& file : picturesIn(folder)) names.push_back(file.filename().string());
        const std::vector<std::string> expected = {"Img1.png", "img2.png", "img02b.png", "img10.png"};
        QCOMPARE(names, expected);
        const auto source = openSource(folder.string());
        QCOMPARE(source->numFrames(), 4);
        int count = 0;
        while (const auto frame = source->next()) QCOMPARE(frame->index, count++);
        QCOMPARE(count, 4);
        QVERIFY(source->seek(2));
        QCOMPARE(source->next()->index, 2);
        QVERIFY(!source->seek(4));
    }

    void oneBrokenPictureDoesNotEndTheFolder() {
        const auto folder = root_ / "broken";
        std::filesystem::create_directory(folder);
        cv::imwrite((folder / "a.png").string(), cv::Mat(20, 20, CV_8UC3, cv::Scalar::all(1)));
        writeWholeFile(folder / "b.png", "not a picture");
        cv::imwrite((folder / "c.png").string(), cv::Mat(20, 20, CV_8UC3, cv::Scalar::all(3)));
        const auto source = openSource(folder.string());
        QCOMPARE(source->next()->index, 0);
        QVERIFY_EXCEPTION_THROWN(source->next(), Error);
        QCOMPARE(source->next()->index, 2);
        QVERIFY(!source->next());
    }

    void videosTellTimeAndSeek() {
        const auto source = openSource(makeVideo("clip.avi", 20).string());
        QCOMPARE(source->frameRate(), 10.0);
        QCOMPARE(source->frameSize(), cv::Size(64, 64));
        int count = 0;
        while (const auto frame = source->next()) {
            QVERIFY(std::abs(frame->picture.at<cv::Vec3b>(30, 30)[0] - 8 * count) < 6);
            QCOMPARE(frame->time, count / 10.0);
            ++count;
        }
        QCOMPARE(count, 20);
        QVERIFY(source->seek(7));
        const auto frame = source->next();
        QCOMPARE(frame->index, 7);
        QVERIFY(std::abs(frame->picture.at<cv::Vec3b>(30, 30)[0] - 56) < 6);
    }

    void videoWithABrokenTailKeepsItsBeginning() {
        const auto file = makeVideo("tail.avi", 30);
        const std::string bytes = readWholeFile(file);
        writeWholeFile(file, bytes.substr(0, bytes.size() / 2));
        int count = 0;
        bool hasComplained = false;
        try {
            const auto source = openSource(file.string());
            try {
                while (source->next()) ++count;
            } catch (const Error&) {
                hasComplained = true;
                QVERIFY(!source->next());
            }
        } catch (const Error&) {
            QFAIL("the beginning of a cut video could not be read");
        }
        QVERIFY2(count >= 1 && count < 30, qPrintable(QString::number(count)));
        Q_UNUSED(hasComplained)  // only a container that still tells its length can say what is missing
    }

    void whatCannotBeOpenedIsExplained_data() {
        QTest::addColumn<QString>("specification");
        QTest::addColumn<QString>("expected");
        QTest::newRow("missing") << "no/such/file.png" << "does not exist";
        QTest::newRow("camera") << "camera:77" << "cannot be opened";
        QTest::newRow("device") << "/dev/video99" << "cannot be opened";
        QTest::newRow("stream") << "http://127.0.0.1:9/none" << "cannot be opened";
    }
    void whatCannotBeOpenedIsExplained() {
        QFETCH(QString, specification);
        QFETCH(QString, expected);
        try {
            openSource(specification.toStdString());
            QFAIL("it opened");
        } catch (const Error& error) {
            QVERIFY2(QString(error.what()).contains(expected), error.what());
        }
    }

    void emptyFoldersAndFalseVideosAreErrors() {
        std::filesystem::create_directory(root_ / "empty");
        QVERIFY_EXCEPTION_THROWN(openSource((root_ / "empty").string()), Error);
        writeWholeFile(root_ / "false.mp4", "this is no video");
        QVERIFY_EXCEPTION_THROWN(openSource((root_ / "false.mp4").string()), Error);
    }
};

HMR_TEST_CLASS(TestFrameSource, "test_frame_source")
#include "test_frame_source.moc"
