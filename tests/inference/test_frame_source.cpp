// SPDX-License-Identifier: MIT
#include <QTemporaryDir>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>
#include <random>

#include "body/error.h"
#include "formats/atomic_file.h"
#include "inference/frame_source.h"
#include "inference/picture.h"
#include "inference/video_file.h"
#include "support/error_text.h"
#include "support/full_disk.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;
using hmr::test::FullDisk;

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

    void videoWithABrokenTailKeepsItsBeginning_data() {
        QTest::addColumn<double>("share");
        QTest::newRow("half") << 0.5;
        QTest::newRow("the last tenth") << 0.9;  // a little more than containers miscount
    }
    void videoWithABrokenTailKeepsItsBeginning() {
        QFETCH(double, share);
        const auto file = makeVideo("tail.avi", 60);
        const std::string bytes = readWholeFile(file);
        writeWholeFile(file, bytes.substr(0, static_cast<std::size_t>(bytes.size() * share)));
        const auto source = openSource(file.string());
        int count = 0;
        const QString complaint = errorText([&] {
            while (source->next()) ++count;
        });
        QVERIFY2(complaint.contains(QString("ends after frame %1 of 60").arg(count)), qPrintable(complaint));
        QVERIFY2(count > 30 * share && count < 60, qPrintable(QString::number(count)));
        QVERIFY(!source->next());
    }

    void aMiscountedVideoIsWhole() {
        const auto file = makeVideo("count.avi", 30);
        std::string bytes = readWholeFile(file);
        bytes[bytes.find("strh") + 40] += 2;  // the stream's length in frames
        writeWholeFile(file, bytes);
        const auto source = openSource(file.string());
        QCOMPARE(source->numFrames(), 32);
        int count = 0;
        while (source->next()) ++count;
        QCOMPARE(count, 30);
    }

    void aTrimmedVideoIsWhole() {
        const auto file = root_ / "trimmed.mp4";
        cv::VideoWriter writer(file.string(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc('m', 'p', '4', 'v'), 10, {64, 64});
        for (int i = 0; i < 60; ++i) writer.write(cv::Mat(64, 64, CV_8UC3, cv::Scalar::all(4 * i)));
        writer.release();
        std::string bytes = readWholeFile(file);
        const auto put = [&](std::size_t at, std::uint32_t value) {
            for (int i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(value >> (24 - 8 * i));
        };
        const auto number = [&](std::size_t at) {
            std::uint32_t value = 0;
            for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[at + i]);
            return value;
        };
        // The edit list shows all but the first second; the frames before stay in the file.
        const std::size_t list = bytes.find("elst") + 12, unitsASecond = number(bytes.find("mvhd") + 16), ticksASecond = number(bytes.find("mdhd") + 16);
        put(list, static_cast<std::uint32_t>(number(list) - unitsASecond));
        put(list + 4, static_cast<std::uint32_t>(number(list + 4) + ticksASecond));
        writeWholeFile(file, bytes);
        const auto source = openSource(file.string());
        QCOMPARE(source->numFrames(), 50);
        int count = 0;
        while (source->next()) ++count;
        QCOMPARE(count, 50);
    }

    void anIncompleteVideoIsNotKept() {
        writeWholeFile(root_ / "old.mp4", "old");
        std::mt19937 generator(1);
        Picture noise(320, 240, 3);
        for (auto& value : noise.pixels) value = static_cast<std::uint8_t>(generator());
        const FullDisk disk(30'000);
        VideoFile video(root_ / "old.mp4", 10, {320, 240});
        for (int i = 0; i < 10; ++i) video.add(noise);
        QVERIFY(errorText([&] { video.finish(); }).contains("Free some space"));
        QCOMPARE(readWholeFile(root_ / "old.mp4"), "old");
    }

    void videosOfAFolderComeInNaturalOrder() {
        std::filesystem::create_directory(root_ / "videos");
        for (const char* name : {"clip10.MTS", "clip2.mp4", "b.ogv", "a.flv", "clip3.3gp", "clip1.ts", "notes.txt", "picture.png"}) writeWholeFile(root_ / "videos" / name, "x");
        std::vector<std::string> names;
        for (const auto& file : videosIn(root_ / "videos")) names.push_back(file.filename().string());
        QCOMPARE(names, (std::vector<std::string>{"a.flv", "b.ogv", "clip1.ts", "clip2.mp4", "clip3.3gp", "clip10.MTS"}));
    }

    void whatCannotBeOpenedIsExplained_data() {
        QTest::addColumn<QString>("specification");
        QTest::addColumn<QString>("expected");
        QTest::newRow("missing") << "no/such/file.png" << "does not exist";
        QTest::newRow("camera") << "camera:77" << "cannot be opened";
        QTest::newRow("no camera") << "camera:" << "cannot be opened";
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
