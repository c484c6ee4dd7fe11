// SPDX-License-Identifier: MIT
#include <QDir>
#include <QFile>
#include <QImage>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <csignal>
#include <opencv2/videoio.hpp>

#include "formats/atomic_file.h"
#include "formats/body_file.h"
#include "formats/motion/session_file.h"
#include "formats/motion/take_document.h"
#include "formats/motion/take_file.h"
#include "formats/scene_file.h"
#include "support/program.h"
#include "support/test_class.h"
#include "support/walking_take.h"

using namespace hmr;

/// `hmr export` as a person uses it.
class TestExport : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    std::filesystem::path root_;

    QString path(const char* name) const { return QString::fromStdString((root_ / name).string()); }
    test::ProgramResult run(const QStringList& arguments) const {
        return test::runHmr(QStringList{"export", "--body", path("body.npz")} + arguments, QString::fromStdString(root_.string()));
    }
    QStringList filesIn(const char* name) const { return QDir(path(name)).entryList(QDir::Files | QDir::Hidden, QDir::Name); }

private Q_SLOTS:
    void initTestCase() {
        root_ = std::filesystem::path(folder_.path().toStdString()) / "my 动作";
        std::filesystem::create_directories(root_);
        saveBodyModel(root_ / "body.npz", test::SmallBody::data());
        const auto model = test::SmallBody::model();
        Take take = test::walkingTake(2, 30, {12, 15});
        for (Track& track : take.tracks) track = test::shaken(track, 0.02, 0.005);
        take.source = (root_ / "walk.avi").string();
        take.width = 320;
        take.height = 240;
        writeParametersJson(root_ / "walk.json", documentOf(*model, take));
        cv::VideoWriter writer(take.source, cv::CAP_FFMPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 30, {320, 240});
        for (int i = 0; i < 30; ++i) writer.write(cv::Mat(240, 320, CV_8UC3, cv::Scalar::all(5 * i)));
    }
    void everyFormatIsWritten_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QStringList>("files");
        QTest::newRow("glb") << QStringList{"-o", "out/a.glb"} << QStringList{"a.glb"};
        QTest::newRow("fbx unreal") << QStringList{"-o", "out/a.fbx", "--preset", "unreal"} << QStringList{"a.fbx"};
        QTest::newRow("bvh") << QStringList{"-o", "out/a.bvh"} << QStringList{"a.person_1.bvh", "a.person_2.bvh"};
        QTest::newRow("one bvh") << QStringList{"-o", "out/a.bvh", "--people", "2"} << QStringList{"a.bvh"};
        QTest::newRow("each") << QStringList{"-o", "out/a.glb", "--each"} << QStringList{"a.person_1.glb", "a.person_2.glb"};
        QTest::newRow("amass") << QStringList{"-o", "out/a.npz", "--people", "1"} << QStringList{"a.npz"};
        QTest::newRow("csv") << QStringList{"-o", "out/a.csv"} << QStringList{"a.csv"};
        QTest::newRow("json") << QStringList{"-o", "out/a.json"} << QStringList{"a.json"};
        QTest::newRow("session") << QStringList{"-o", "out/a.hmrs"} << QStringList{"a.hmrs"};
        QTest::newRow("video") << QStringList{"-o", "out/a.mp4"} << QStringList{"a.mp4"};
        QTest::newRow("ply") << QStringList{"-o", "out", "--format", "ply-sequence", "--people", "1", "--frames", "3:4"}
                             << QStringList{"person_1_000001.ply", "person_1_000002.ply"};
        QTest::newRow("png") << QStringList{"-o", "out", "--format", "png-sequence", "--frames", "1:2"} << QStringList{"000001.png", "000002.png"};
    }
    void everyFormatIsWritten() {
        QFETCH(QStringList, arguments);
        QFETCH(QStringList, files);
        QDir(path("out")).removeRecursively();
        QDir(QString::fromStdString(root_.string())).mkpath("out");
        const auto result = run(QStringList{"walk.json"} + arguments);
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        QCOMPARE(filesIn("out"), files);
        for (const QString& file : files)
            if (!arguments.contains("out")) QVERIFY2(result.output.contains(file), qPrintable(result.output));
        if (files.front().endsWith(".png")) QVERIFY(QImage(path("out/000001.png")).hasAlphaChannel() && QImage(path("out/000001.png")).pixelColor(0, 0).alpha() == 0);
        if (files.front().endsWith(".mp4")) QCOMPARE(int(cv::VideoCapture(path("out/a.mp4").toStdString()).get(cv::CAP_PROP_FRAME_COUNT)), 30);
        if (files.front().endsWith(".glb") || files.front().endsWith(".fbx")) QVERIFY(summarizeScene((root_ / "out" / files.front().toStdString())).numAnimations > 0);
    }
    void cleanUpShowsItsFigures() {
        const auto result = run({"walk.json", "-o", "clean.hmrs", "--repair", "--fill", "1", "--smooth", "0.08", "--lock-feet"});
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        QVERIFY2(result.output.contains("person_1: 30 frames, 3 filled") && result.output.contains("foot") && result.output.contains("->"), qPrintable(result.output));
        QVERIFY(gapsOf(readSession(root_ / "clean.hmrs").take.tracks[0]).empty());
        // And the session goes on as motion.
        const auto again = run({"clean.hmrs", "-o", "again.bvh", "--people", "1"});
        QVERIFY2(again.exitCode == 0, qPrintable(again.errors));
        QVERIFY(run({"again.bvh", "-o", "back.npz"}).exitCode == 0);
        QVERIFY(run({"back.npz", "-o", "back.glb"}).exitCode == 0);
    }
    void jointsAreSmoothedAsStronglyAsAsked() {
        const auto smoothed = [this](const QStringList& arguments) {
            const auto result = run(QStringList{"walk.json", "-o", "strengths.hmrs", "--smooth", "0.08"} + arguments);
            return result.exitCode == 0 ? readSession(root_ / "strengths.hmrs").take.tracks.at(1) : Track{};
        };
        const Track raw = readTake(root_ / "walk.json", *test::SmallBody::model()).tracks.at(1);
        const Track even = smoothed({}), mixed = smoothed({"--smooth-joint", "left_elbow=0", "--smooth-joint", "neck=2.5"});
        QVERIFY(even.numSamples() == 20 && mixed.numSamples() == 20);
        for (int joint = 0; joint < kNumSmplJoints; ++joint) {
            const auto row = [&](const Track& track) { return track.at(20)->body.pose.row(joint); };
            const double fromRaw = (row(mixed) - row(raw)).norm(), fromEven = (row(mixed) - row(even)).norm();
            if (joint == 18) QVERIFY2(fromRaw < 1e-6 && fromEven > 1e-4, qPrintable(QString::number(fromRaw)));
            else if (joint == 12) QVERIFY2(fromRaw > 1e-4 && fromEven > 1e-4, qPrintable(QString::number(fromEven)));
            else QVERIFY2(fromEven < 1e-6, qPrintable(QString("joint %1: %2").arg(joint).arg(fromEven)));
        }
    }
    void aSessionGoesOnWithAllThatIsInIt() {
        SessionDocument document = sessionOf(readTake(root_ / "walk.json", *test::SmallBody::model()));
        document.edits = {{.source = document.take.source, .person = 1, .betas = {{0, 2}}, .lockedJoints = {18}, .pinnedJoints = {7}, .targets = {{3, {{0, {12.5, 40}}}}}}};
        document.boxes = {{document.take.source, 4, {{1, {10, 20, 30, 40}}}}};
        document.keys[0].keys[6].rotations[4] = {0.9, 0, 0};
        writeSession(root_ / "edited.hmrs", document);
        QVERIFY(run({"edited.hmrs", "-o", "copy.hmrs"}).exitCode == 0);
        const SessionDocument copy = readSession(root_ / "copy.hmrs");
        QVERIFY(copy.edits == document.edits && copy.boxes == document.boxes && copy.keys == document.keys && copy.sources == document.sources);
        // A part of it has the frames and people asked for, at their new places.
        const auto part = run({"edited.hmrs", "-o", "part.hmrs", "--people", "2", "--frames", "11:20"});
        QVERIFY2(part.exitCode == 0, qPrintable(part.errors));
        const SessionDocument some = readSession(root_ / "part.hmrs");
        QVERIFY(some.take.tracks.size() == 1 && some.take.tracks[0].id == 1 && some.take.numFrames == 10 && some.keys.empty());
        QCOMPARE(some.take.firstSourceFrame, 10);
        QVERIFY(some.edits == document.edits);
        // Filters work on the keyed motion and take the keys in; the shapes set by hand stay edits.
        QVERIFY(run({"edited.hmrs", "-o", "smooth.hmrs", "--smooth", "0.05"}).exitCode == 0);
        const SessionDocument smooth = readSession(root_ / "smooth.hmrs");
        QVERIFY(smooth.keys.empty() && smooth.edits == document.edits);
        QVERIFY(smooth.take.tracks[0].at(6)->body.pose(4, 0) > 0.7);
        QVERIFY(run({"edited.hmrs", "-o", "moved.hmrs", "--source", "elsewhere.avi"}).exitCode == 0);
        QCOMPARE(readSession(root_ / "moved.hmrs").edits[0].source, std::string("elsewhere.avi"));
        // What another program gets has the shape set by hand.
        QVERIFY(run({"edited.hmrs", "-o", "edited.npz", "--people", "2"}).exitCode == 0);
        QVERIFY(std::abs(readTake(root_ / "edited.npz", *test::SmallBody::model()).tracks[0].at(12)->body.betas[0] - 2) < 1e-6);
    }
    void importedMotionCanBeDrawnAndGoesOn() {
        QVERIFY(run({"walk.json", "-o", "plain.bvh", "--people", "1"}).exitCode == 0);
        QVERIFY(run({"walk.json", "-o", "plain.npz", "--people", "1"}).exitCode == 0);
        QDir(QString::fromStdString(root_.string())).mkpath("drawn");
        for (const char* file : {"plain.bvh", "plain.npz"}) {
            for (const QStringList& output : {QStringList{"plain.json"}, QStringList{"plain.mp4"}, QStringList{"drawn", "--format", "png-sequence", "--frames", "1:2"}}) {
                const auto result = run(QStringList{file, "-o"} + output);
                QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
            }
            QCOMPARE(readParametersJson(root_ / "plain.json").frames.size(), std::size_t{30});
            QCOMPARE(int(cv::VideoCapture(path("plain.mp4").toStdString()).get(cv::CAP_PROP_FRAME_COUNT)), 30);
            QVERIFY(run({file, "-o", "imported.hmrs"}).exitCode == 0);
            QVERIFY(readSession(root_ / "imported.hmrs").sources.empty());
        }
    }
    void interruptedNothingIsLeft_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("folder") << QStringList{"-o", "stopped", "--format", "obj-sequence"};
        QTest::newRow("files") << QStringList{"-o", "stopped.bvh", "--each"};
        QTest::newRow("one file, written frame by frame") << QStringList{"-o", "stopped.json"};
    }
    void interruptedNothingIsLeft() {
        QFETCH(QStringList, arguments);
        if (!std::filesystem::exists(root_ / "long.hmrs")) writeSession(root_ / "long.hmrs", sessionOf(test::walkingTake(3, 6000)));
        const auto entries = [this] { return QDir(path(".")).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name); };
        const QStringList before = entries();
        QProcess process;
        process.setWorkingDirectory(path("."));
        process.start(QStringLiteral(HMR_BINARY_DIR "/hmr"), QStringList{"export", "--body", path("body.npz"), "long.hmrs"} + arguments);
        QVERIFY(process.waitForStarted());
        // Once something half-written is there.
        QTRY_VERIFY_WITH_TIMEOUT(!entries().filter(QRegularExpression("^\\.hmr")).isEmpty(), 60000);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 1);
        QVERIFY(QString::fromUtf8(process.readAllStandardError()).contains("cancelled"));
        QCOMPARE(entries(), before);
    }
    void whatCannotWorkIsOneClearMessage_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QString>("expected");
        QTest::newRow("missing") << QStringList{"none.json", "-o", "x.glb"} << 1 << "none.json";
        QTest::newRow("no motion") << QStringList{"walk.avi", "-o", "x.glb"} << 1 << "Cannot read motion";
        QTest::newRow("no format") << QStringList{"walk.json", "-o", "x.doc"} << 1 << ".bvh";
        QTest::newRow("nobody") << QStringList{"walk.json", "-o", "x.glb", "--people", "9"} << 1 << "no person 9";
        QTest::newRow("preset") << QStringList{"walk.json", "-o", "x.glb", "--preset", "max"} << 2 << "preset";
        QTest::newRow("frames") << QStringList{"walk.json", "-o", "x.glb", "--frames", "a:b"} << 2 << "range";
        QTest::newRow("joint") << QStringList{"walk.json", "-o", "x.glb", "--smooth", "0.1", "--smooth-joint", "tail=1"} << 2 << "left_elbow";
        QTest::newRow("strength") << QStringList{"walk.json", "-o", "x.glb", "--smooth", "0.1", "--smooth-joint", "neck=9"} << 2 << "from 0 to 4";
        QTest::newRow("no strength") << QStringList{"walk.json", "-o", "x.glb", "--smooth", "0.1", "--smooth-joint", "neck"} << 2 << "left_elbow=0.5";
        QTest::newRow("joint alone") << QStringList{"walk.json", "-o", "x.glb", "--smooth-joint", "neck=1"} << 2 << "--smooth";
        QTest::newRow("session each") << QStringList{"walk.json", "-o", "x.hmrs", "--each"} << 2 << "--people";
        QTest::newRow("session of nobody") << QStringList{"walk.json", "-o", "x.hmrs", "--people", "9"} << 1 << "no person 9";
        QTest::newRow("folder") << QStringList{"walk.json", "-o", "none/x.glb"} << 1 << "folder";
        QTest::newRow("video gone") << QStringList{"walk.json", "-o", "x.mp4", "--source", "gone.avi"} << 1 << "gone.avi";
    }
    void whatCannotWorkIsOneClearMessage() {
        QFETCH(QStringList, arguments);
        QFETCH(int, exitCode);
        QFETCH(QString, expected);
        const auto result = run(arguments);
        QCOMPARE(result.exitCode, exitCode);
        QVERIFY2(result.errors.contains(expected), qPrintable(result.errors));
        QVERIFY(!result.errors.contains("terminate called"));
        QVERIFY(filesIn(".").filter(QRegularExpression("^\\.hmr|^x\\.")).isEmpty());
    }
};

HMR_TEST_CLASS(TestExport, "test_export")
#include "test_export.moc"
