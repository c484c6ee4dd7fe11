// SPDX-License-Identifier: MIT
#include <linux/capability.h>
#include <sys/prctl.h>

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <limits>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>

#include "formats/atomic_file.h"
#include "formats/body_file.h"
#include "formats/npz.h"
#include "formats/resources.h"
#include "formats/safetensors.h"
#include "support/program.h"
#include "support/random_weights.h"
#include "support/small_body.h"
#include "support/test_class.h"

using namespace hmr;
namespace fs = std::filesystem;

/// Everything bad that a person may give to `hmr run`: one message that says what to do, and the good picture beside it is done.
class TestBadInput : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path root_;

    QString path(const QString& name) const { return folder_.path() + "/" + name; }

    /// Root may read and write everything; without these capabilities it may not.
    static void obeyPermissions() {
        prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0);
        prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH, 0, 0, 0);
    }

    test::ProgramResult run(QStringList arguments) const {
        if (!arguments.contains("--body")) arguments << "--body" << "body.npz";
        if (!arguments.contains("--weights")) arguments << "--weights" << "random.safetensors";
        if (!arguments.contains("-o")) arguments << "-o" << QTest::currentDataTag();
        return test::runHmr(QStringList{"run", "good.png", "--no-overlay", "--detector", "full"} + arguments, folder_.path(), obeyPermissions);
    }

    void write(const char* name, const std::string& bytes) const { writeWholeFile(root_ / name, bytes); }

    static std::string encoded(const char* extension, const cv::Mat& picture) {
        std::vector<std::uint8_t> bytes;
        cv::imencode(extension, picture, bytes);
        return {bytes.begin(), bytes.end()};
    }

    void writePictures() const {
        const cv::Mat picture(120, 160, CV_8UC3, cv::Scalar(80, 120, 90));
        const std::string jpeg = encoded(".jpg", picture);
        std::string png = encoded(".png", picture);
        write("good.png", png);
        write("unreadable.png", png);
        write("cut.jpg", jpeg.substr(0, jpeg.size() / 2));
        write("dot.png", encoded(".png", cv::Mat(1, 1, CV_8UC3, cv::Scalar::all(9))));
        write("text.png", "this is no picture");
        png.replace(16, 8, std::string("\0\0\x4E\x20\0\0\x4E\x20", 8));  // 20,000 x 20,000 by its header
        write("huge.png", png);
        fs::create_directory(root_ / "empty");
    }

    void writeVideos() const {
        const auto tail = root_ / "tail.avi";
        {
            cv::VideoWriter writer(tail.string(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 10, {160, 120});
            cv::Mat noise(120, 160, CV_8UC3);
            for (int i = 0; i < 20; ++i) {
                cv::randu(noise, 0, 255);
                writer.write(noise);
            }
        }
        const std::string bytes = readWholeFile(tail);
        write("tail.avi", bytes.substr(0, bytes.size() / 2));
        write("unreadable.avi", bytes);
        write("false.mp4", "this is no video");
    }

    void writeModels() const {
        saveBodyModel(root_ / "body.npz", test::SmallBody::data());
        const NpzArrays whole = readNpz(root_ / "body.npz");
        const auto changed = [&](const char* name, const auto& change) {
            NpzArrays arrays = whole;
            change(arrays);
            writeNpz(root_ / name, arrays);
        };
        changed("keys.npz", [](NpzArrays& arrays) { arrays.erase("weights"); });
        changed("shapes.npz", [](NpzArrays& arrays) { arrays.at("v_template") = NdArray::from(std::vector<float>(30), {10, 3}); });
        changed("nan.npz", [](NpzArrays& arrays) {
            NdArray& vertices = arrays.at("v_template");
            std::vector<float> values = vertices.as<float>();
            values[7] = std::numeric_limits<float>::quiet_NaN();
            vertices = NdArray::from(values, vertices.shape);
        });
        test::writeRandomWeights(root_ / "random.safetensors");
        std::string weights = readWholeFile(root_ / "random.safetensors");
        const std::string own = "resnet18", other = "resnet50";
        for (auto at = weights.find(own); at != std::string::npos; at = weights.find(own, at)) weights.replace(at, own.size(), other);
        write("other.safetensors", weights);
        for (const char* name : {"body.npz", "random.safetensors"}) {
            const std::string bytes = readWholeFile(root_ / name);
            write(("cut" + fs::path(name).extension().string()).c_str(), bytes.substr(0, bytes.size() / 2));
        }
    }

private Q_SLOTS:
    void initTestCase() {
        root_ = folder_.path().toStdString();
        writePictures();
        writeVideos();
        writeModels();
        for (const char* name : {"unreadable.png", "unreadable.avi"}) fs::permissions(root_ / name, fs::perms::none);
        fs::create_directory(root_ / "closed");
        fs::permissions(root_ / "closed", fs::perms::owner_read | fs::perms::owner_exec);
    }
    void cleanupTestCase() { fs::permissions(root_ / "closed", fs::perms::owner_all); }

    void isOneClearMessageAndTheOthersAreDone_data() {
        QTest::addColumn<QString>("input");
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("advice");
        QTest::newRow("truncated JPEG") << "cut.jpg" << "cut.jpg is cut off" << "copy or download it again";
        QTest::newRow("one pixel") << "dot.png" << "dot.png has 1x1 pixels: too small" << "at least 16x16 are needed";
        QTest::newRow("huge picture") << "huge.png" << "huge.png has 20000x20000 pixels" << "scale it down";
        QTest::newRow("no picture") << "text.png" << "text.png is not a picture" << "JPEG, PNG, WebP, BMP and TIFF can be read";
        QTest::newRow("missing") << "missing.png" << "missing.png does not exist" << "check the name";
        QTest::newRow("empty folder") << "empty" << "empty holds no pictures or videos" << "choose another folder";
        QTest::newRow("unreadable picture") << "unreadable.png" << "unreadable.png: Permission denied" << "your permission to read it";
        QTest::newRow("unreadable video") << "unreadable.avi" << "unreadable.avi cannot be opened: Permission denied" << "your permission to read it";
        QTest::newRow("no video") << "false.mp4" << "false.mp4 cannot be opened as a video" << "download it again";
        QTest::newRow("no camera") << "camera:99" << "camera 99 cannot be opened" << "`hmr doctor` lists the cameras";
    }
    void isOneClearMessageAndTheOthersAreDone() {
        QFETCH(QString, input);
        QFETCH(QString, what);
        QFETCH(QString, advice);
        const auto result = run({input});
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(result.errors.contains(what) && result.errors.contains(advice), qPrintable(result.errors));
        QVERIFY2(result.errors.count('\n') == 1, qPrintable(result.errors));
        QCOMPARE(QDir(path(QTest::currentDataTag())).entryList(QDir::Files), QStringList{"good.json"});
    }

    void aBrokenTailKeepsTheFramesBeforeIt() {
        const auto result = run({"tail.avi", "-o", "tail"});
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(result.errors.contains("tail.avi is damaged: it ends after frame") && result.errors.contains("download it again"), qPrintable(result.errors));
        QVERIFY2(result.errors.count('\n') == 1, qPrintable(result.errors));
        QFile file(path("tail/tail.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto numFrames = QJsonDocument::fromJson(file.readAll()).object()["frames"].toArray().size();
        QVERIFY2(numFrames >= 5 && numFrames <= 10, qPrintable(QString::number(numFrames)));
        QVERIFY(QFile::exists(path("tail/good.json")));
    }

    void whatNothingCanBeDoneWithIsSaidAtOnce_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("advice");
        const QString detector = QString::fromStdString(resourcePath("weights/detector.safetensors").string());
        QTest::newRow("other weights") << QStringList{"--weights", "other.safetensors"} << "other.safetensors says that it is hmr-resnet50, but its tensors are those of hmr-resnet18" << "Choose other weights";
        QTest::newRow("a detector as weights") << QStringList{"--weights", detector} << "this is a person detector, not body weights" << "choose other weights";
        QTest::newRow("weights larger than the file") << QStringList{"--weights", "cut.safetensors"} << "cut.safetensors" << "Fetch the .safetensors file again";
        const QString chooseBody = "Choose a body file in SMPL's layout";
        QTest::newRow("missing key") << QStringList{"--body", "keys.npz"} << "keys.npz: \"weights\" is missing" << chooseBody;
        QTest::newRow("wrong shape") << QStringList{"--body", "shapes.npz"} << "shapes.npz: \"shapedirs\" has the shape" << chooseBody;
        QTest::newRow("not finite") << QStringList{"--body", "nan.npz"} << "nan.npz: \"v_template\" holds values that are not finite" << chooseBody;
        QTest::newRow("body larger than the file") << QStringList{"--body", "cut.npz"} << "cut.npz" << "Fetch or save the file again";
        QTest::newRow("no fitting body") << QStringList{"--body", HMR_TEST_DATA "/models/hands.npz"} << "hands.npz" << "Choose another body";
        QTest::newRow("read-only target") << QStringList{"-o", "closed"} << "closed: Permission denied" << "that you may write to";
        QTest::newRow("new folder in a read-only one") << QStringList{"-o", "closed/new"} << "closed/new cannot be made: Permission denied" << "Choose another folder";
    }
    void whatNothingCanBeDoneWithIsSaidAtOnce() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, what);
        QFETCH(QString, advice);
        const auto result = run(arguments);
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(result.errors.contains(what) && result.errors.contains(advice), qPrintable(result.errors));
        QVERIFY2(result.errors.count('\n') == 1, qPrintable(result.errors));
    }
};

HMR_TEST_CLASS(TestBadInput, "test_bad_input")
#include "test_bad_input.moc"
