// SPDX-License-Identifier: MIT
#include <QDir>
#include <QFile>
#include <QImage>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <csignal>
#include <fcntl.h>
#include <pty.h>
#include <unistd.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>

#include "cli/progress.h"
#include "formats/atomic_file.h"
#include "formats/body_file.h"
#include "formats/parameters_file.h"
#include "formats/resources.h"
#include "formats/scene_file.h"
#include "support/body_with_fingers.h"
#include "support/full_disk.h"
#include "support/program.h"
#include "support/random_weights.h"
#include "support/small_body.h"
#include "support/test_class.h"

using namespace hmr;

/// `hmr run` as a person uses it, with a small body and untrained weights: what surrounds the network is what is tested.
class TestRun : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::filesystem::path root_;

    QString path(const char* name) const { return QString::fromStdString((root_ / name).string()); }
    test::ProgramResult run(QStringList arguments) const {
        if (!arguments.contains("--body")) arguments = QStringList{"--body", path("body.npz")} + arguments;
        if (!arguments.contains("--weights")) arguments = QStringList{"--weights", path("random.safetensors")} + arguments;
        return test::runHmr(QStringList{"run"} + arguments, folder_.path());
    }
    static QJsonObject json(const QString& file) {
        QFile content(file);
        return content.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(content.readAll()).object() : QJsonObject();
    }
    QStringList filesIn(const char* name) const { return QDir(path(name)).entryList(QDir::Files, QDir::Name); }

private Q_SLOTS:
    void initTestCase() {
        root_ = folder_.path().toStdString();
        saveBodyModel(root_ / "body.npz", test::SmallBody::data());
        test::writeRandomWeights(root_ / "random.safetensors");
        cv::imwrite((root_ / "photo.png").string(), cv::Mat(240, 320, CV_8UC3, cv::Scalar(80, 120, 90)));
        cv::VideoWriter writer((root_ / "clip.avi").string(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 10, {320, 240});
        for (int i = 0; i < 6; ++i) writer.write(cv::Mat(240, 320, CV_8UC3, cv::Scalar::all(20 * i)));
    }

    void pictureGivesOverlayParametersAndMeshes() {
        const auto result = run({"photo.png", "-o", "one", "--export", "obj,fbx,glb,json,npz", "--box", "100,20,80,200"});
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        QCOMPARE(filesIn("one"), (QStringList{"photo.0.fbx", "photo.0.glb", "photo.0.mtl", "photo.0.obj", "photo.json", "photo.npz", "photo.overlay.png"}));
        QCOMPARE(QImage(path("one/photo.overlay.png")).size(), QSize(320, 240));

        const QJsonObject document = json(path("one/photo.json"));
        QCOMPARE(document["version"].toInt(), 1);
        QCOMPARE(document["width"].toInt(), 320);
        const QJsonArray frames = document["frames"].toArray();
        QCOMPARE(frames.size(), 1);
        const QJsonObject person = frames[0].toObject()["people"].toArray()[0].toObject();
        QCOMPARE(person["box"].toArray(), (QJsonArray{100, 20, 80, 200}));
        QCOMPARE(person["pose"].toArray().size(), 72);
        QCOMPARE(person["betas"].toArray().size(), 10);
        QCOMPARE(person["joints3d"].toArray().size(), 24);
        QCOMPARE(person["joints2d"].toArray().size(), 19);
        QVERIFY(person["camera"].toObject()["scale"].toDouble() > 0);

        const EstimateDocument again = readParametersJson(root_ / "one" / "photo.json"), packed = readParametersNpz(root_ / "one" / "photo.npz");
        QVERIFY((again.frames[0].people[0].parameters.pose - packed.frames[0].people[0].parameters.pose).norm() < 1e-5);
        const SceneSummary mesh = summarizeScene(root_ / "one" / "photo.0.obj");
        QCOMPARE(mesh.numMeshes, 1);
        QVERIFY(std::abs(mesh.lowest.y()) < 1e-3);  // feet on the floor
    }

    void videoGivesAVideoAndOneRecordAFrame() {
        const auto result = run({"clip.avi", "-o", "video"});
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        QCOMPARE(filesIn("video"), (QStringList{"clip.json", "clip.overlay.mp4"}));
        cv::VideoCapture capture(path("video/clip.overlay.mp4").toStdString());
        QVERIFY(capture.isOpened());
        QCOMPARE(int(capture.get(cv::CAP_PROP_FRAME_COUNT)), 6);
        // H.264 wherever there is an encoder; told where there is none.
        const int h264 = cv::VideoWriter::fourcc('a', 'v', 'c', '1');
        const bool hasEncoder = cv::VideoWriter(path("probe.mp4").toStdString(), cv::CAP_FFMPEG, h264, 10, {320, 240}).isOpened();
        QCOMPARE(int(capture.get(cv::CAP_PROP_FOURCC)) == h264, hasEncoder);
        QCOMPARE(result.errors.contains("no H.264 encoder"), !hasEncoder);
        const QJsonArray frames = json(path("video/clip.json"))["frames"].toArray();
        QCOMPARE(frames.size(), 6);
        QCOMPARE(frames[5].toObject()["time"].toDouble(), 0.5);
    }

    void videoGivesEverybodysMotion() {
        const QString body = QString::fromStdString(resourcePath("body/openbody-lod.npz").string());
        const auto result = run({"clip.avi", "-o", "motion", "--body", body, "--no-overlay", "--detector", "full", "--export", "glb,fbx,bvh,amass,csv,session,ply-sequence",
                                 "--preset", "unity", "--stream", "json://127.0.0.1:39999"});
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        QCOMPARE(filesIn("motion"), (QStringList{"clip.amass.npz", "clip.bvh", "clip.csv", "clip.fbx", "clip.glb", "clip.hmrs", "clip.json"}));
        QCOMPARE(filesIn("motion/clip.ply-sequence").size(), 6);
        QCOMPARE(summarizeScene(root_ / "motion" / "clip.glb").numAnimations, 1);
        QCOMPARE(run({"clip.avi", "-o", "motion", "--stream", "nowhere"}).exitCode, 1);
    }

    void interruptedMotionIsWholeOrNotThere() {
        cv::VideoWriter writer((root_ / "moving.avi").string(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 10, {320, 240});
        for (int i = 0; i < 40; ++i) writer.write(cv::Mat(240, 320, CV_8UC3, cv::Scalar::all(5 * i)));
        writer.release();
        const QString body = QString::fromStdString(resourcePath("body/openbody.npz").string());
        QProcess process;
        process.setWorkingDirectory(folder_.path());
        process.start(QStringLiteral(HMR_BINARY_DIR "/hmr"), {"run", "--body", body, "--weights", path("random.safetensors"), "moving.avi", "-o", "unmoved", "--no-overlay",
                                                              "--detector", "full", "--export", "csv,obj-sequence,glb,session"});
        QVERIFY(process.waitForStarted());
        // Interrupted once the sequence is being written: its hidden folder is there.
        QTRY_VERIFY_WITH_TIMEOUT(!QDir(path("unmoved")).entryList(QStringList{".hmr*-folder"}, QDir::Dirs | QDir::Hidden).isEmpty(), 120000);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 1);
        const QString errors = QString::fromUtf8(process.readAllStandardError());
        QVERIFY2(errors.contains("moving.obj-sequence was not written") && errors.contains("stopped"), qPrintable(errors));
        QCOMPARE(QDir(path("unmoved")).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name), (QStringList{"moving.csv", "moving.json"}));
        QCOMPARE(json(path("unmoved/moving.json"))["frames"].toArray().size(), 40);
    }

    void folderGivesAResultForEachPicture() {
        QDir(folder_.path()).mkpath("many");
        for (const char* name : {"a.png", "b.png"}) QFile::copy(path("photo.png"), path("many/") + name);
        const auto result = run({"many", "-o", "folder", "--no-overlay", "--detector", "full"});
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        QCOMPARE(filesIn("folder"), (QStringList{"a.json", "b.json"}));
    }

    void folderGivesItsVideosToo() {
        QDir(folder_.path()).mkpath("both");
        QFile::copy(path("photo.png"), path("both/photo.png"));
        QFile::copy(path("clip.avi"), path("both/clip.avi"));
        auto result = run({"both", "-o", "of both", "--no-overlay", "--detector", "full"});
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        QCOMPARE(filesIn("of both"), (QStringList{"clip.json", "photo.json"}));
        QFile::remove(path("both/photo.png"));
        result = run({"both", "-o", "of videos", "--no-overlay", "--detector", "full"});
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        QCOMPARE(filesIn("of videos"), (QStringList{"clip.json"}));
    }

    void inputsOfOneNameDoNotOverwriteEachOther() {
        for (const char* name : {"left", "right"}) QDir(folder_.path()).mkpath(name);
        for (const char* name : {"left/clip.png", "right/clip.png", "right/clip-2.png"}) QFile::copy(path("photo.png"), path(name));
        const auto result = run({"clip.avi", "left/clip.png", "right/clip.png", "right/clip-2.png", "-o", "names", "--no-overlay", "--detector", "full"});
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        QCOMPARE(filesIn("names"), (QStringList{"clip-2-2.json", "clip-2.json", "clip-3.json", "clip.json"}));
        QCOMPARE(json(path("names/clip.json"))["frames"].toArray().size(), 6);
        QCOMPARE(json(path("names/clip-3.json"))["source"].toString(), QString("right/clip.png"));
        QVERIFY2(result.errors.contains("right/clip.png is written as clip-3"), qPrintable(result.errors));
        QVERIFY(run({"--help"}).output.contains("NAME-2"));
    }

    void aVideoThatCannotBeWrittenIsOneMessage() {
        QDir(folder_.path()).mkpath("taken/clip.overlay.mp4");
        const auto result = run({"clip.avi", "photo.png", "-o", "taken", "--detector", "full"});
        QCOMPARE(result.exitCode, 1);
        QCOMPARE(result.errors.count("Choose another name"), 1);
        QCOMPARE(result.errors.count('\n'), 1);
        QCOMPARE(filesIn("taken"), (QStringList{"photo.json", "photo.overlay.png"}));
    }

    void aFullDiskLeavesTheOlderVideo() {
        cv::VideoWriter writer((root_ / "noise.avi").string(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 10, {320, 240});
        cv::Mat noise(240, 320, CV_8UC3);
        for (int i = 0; i < 10; ++i) {
            cv::randu(noise, 0, 255);
            writer.write(noise);
        }
        writer.release();
        QDir(folder_.path()).mkpath("full");
        writeWholeFile(root_ / "full" / "noise.overlay.mp4", "old");
        const auto result = test::runHmr({"run", "--body", path("body.npz"), "--weights", path("random.safetensors"), "noise.avi", "-o", "full", "--detector", "full"},
                                         folder_.path(), [] { test::limitFileSize(30'000); });
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(result.errors.contains("noise.overlay.mp4") && result.errors.contains("Free some space"), qPrintable(result.errors));
        QVERIFY(!result.output.contains("noise.overlay.mp4"));
        QCOMPARE(readWholeFile(root_ / "full" / "noise.overlay.mp4"), std::string("old"));
        QCOMPARE(QDir(path("full")).entryList(QDir::Files | QDir::Hidden), (QStringList{"noise.overlay.mp4"}));
    }

    void boxesByHandAreNeverTooMany() {
        const auto result = run({"photo.png", "-o", "boxes", "--no-overlay", "--max-people", "1", "--box", "10,20,80,200", "--box", "120,20,80,200"});
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        QCOMPARE(json(path("boxes/photo.json"))["frames"].toArray()[0].toObject()["people"].toArray().size(), 2);
    }

    void bodiesWithFingersAreRecovered() {
        saveBodyModel(root_ / "fingers.npz", test::smallBodyWithFingers());
        const QString weights = QString::fromStdString(resourcePath("weights/default.safetensors").string());
        const auto result = run({"photo.png", "-o", "fingers", "--body", "fingers.npz", "--weights", weights, "--box", "100,20,80,200", "--export", "obj"});
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        QCOMPARE(filesIn("fingers"), (QStringList{"photo.0.mtl", "photo.0.obj", "photo.json", "photo.overlay.png"}));
    }

    void wrongUsageExitsWithTwo_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("no input") << QStringList{};
        QTest::newRow("no box") << QStringList{"photo.png", "--box", "1,2,3"};
        QTest::newRow("negative box") << QStringList{"photo.png", "--box", "1,2,-3,4"};
        QTest::newRow("tiny box") << QStringList{"photo.png", "--box", "100,20,7,200"};
        QTest::newRow("unknown detector") << QStringList{"photo.png", "--detector", "psychic"};
        QTest::newRow("unknown format") << QStringList{"photo.png", "--export", "blend"};
        QTest::newRow("unknown option") << QStringList{"photo.png", "--colour"};
    }
    void wrongUsageExitsWithTwo() {
        QFETCH(QStringList, arguments);
        const auto result = run(arguments);
        QCOMPARE(result.exitCode, 2);
        QVERIFY(!result.errors.isEmpty());
    }

    void whatCannotWorkIsOneClearMessage_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("expected");
        QTest::newRow("box outside") << QStringList{"photo.png", "--box", "900,900,50,50"} << "photo.png: a box lies outside the picture of 320x240";
        QTest::newRow("box outside a video") << QStringList{"clip.avi", "--box", "900,900,50,50"} << "clip.avi: a box lies outside the picture of 320x240";
        QTest::newRow("detector") << QStringList{"photo.png", "--detector", "missing.onnx"} << "missing.onnx";
        QTest::newRow("weights") << QStringList{"photo.png", "--weights", "photo.png"} << "photo.png";
        QTest::newRow("body") << QStringList{"photo.png", "--body", "photo.png"} << "photo.png";
        QTest::newRow("output is a file") << QStringList{"photo.png", "-o", "photo.png/out"} << "photo.png/out";
        QTest::newRow("camera") << QStringList{"camera:99"} << "camera 99";
    }
    void whatCannotWorkIsOneClearMessage() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, expected);
        const auto result = run(arguments + (arguments.contains("-o") ? QStringList{} : QStringList{"-o", "bad"}));
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(result.errors.contains(expected), qPrintable(result.errors));
        QCOMPARE(result.errors.count('\n'), 1);
    }

    void plainLinesTellHowLongItTakes() {
        QCOMPARE(progressLine("walking.mp4", 20, 85, "frames", 3.2), std::string("walking.mp4: 20 of 85 frames, 3 s left"));
        QCOMPARE(progressLine("walking.mp4", 20, 85, "frames", 150), std::string("walking.mp4: 20 of 85 frames, 3 min left"));
        QCOMPARE(progressLine("camera 0", 20, 0, "frames", 0), std::string("camera 0: frame 20"));
    }

    void aTerminalShowsTimeLeftToTheLastWantedFrame() {
        int terminal = -1, program = -1;
        QCOMPARE(openpty(&terminal, &program, nullptr, nullptr, nullptr), 0);
        const QString video = QString::fromStdString(resourcePath("samples/walking.mp4").string());
        const auto result = test::runHmr({"run", "--body", path("body.npz"), "--weights", path("random.safetensors"), video, "-o", "limited", "--max-frames", "30"},
                                         folder_.path(), [program] { dup2(program, STDERR_FILENO); });
        QCOMPARE(result.exitCode, 0);
        fcntl(terminal, F_SETFL, O_NONBLOCK);
        QByteArray shown(4096, 0);
        shown.resize(std::max<qsizetype>(0, read(terminal, shown.data(), static_cast<std::size_t>(shown.size()))));
        for (const int end : {terminal, program}) ::close(end);
        QVERIFY2(shown.contains("walking.mp4: [") && shown.contains("/30, 0:") && !shown.contains("/85"), shown.constData());
    }

    void interruptLeavesWholeFilesOnly() {
        cv::VideoWriter writer((root_ / "long.avi").string(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 10, {320, 240});
        for (int i = 0; i < 2000; ++i) writer.write(cv::Mat(240, 320, CV_8UC3, cv::Scalar::all(i % 200)));
        writer.release();
        QProcess process;
        process.setWorkingDirectory(folder_.path());
        process.start(QStringLiteral(HMR_BINARY_DIR "/hmr"),
                      {"run", "--body", path("body.npz"), "--weights", path("random.safetensors"), "long.avi", "-o", "stopped"});
        QVERIFY(process.waitForStarted());
        // Interrupted once the video is being written: its temporary file is there.
        QTRY_VERIFY_WITH_TIMEOUT(!QDir(path("stopped")).entryList(QDir::Files | QDir::Hidden).isEmpty(), 60000);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitCode(), 1);
        QCOMPARE(filesIn("stopped"), (QStringList{"long.json", "long.overlay.mp4"}));
        const auto frames = json(path("stopped/long.json"))["frames"].toArray();
        QVERIFY(!frames.isEmpty() && frames.size() < 2000);
        QVERIFY(cv::VideoCapture(path("stopped/long.overlay.mp4").toStdString()).isOpened());
    }
};

HMR_TEST_CLASS(TestRun, "test_run")
#include "test_run.moc"
