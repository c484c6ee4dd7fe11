// SPDX-License-Identifier: MIT
#include <QObject>
#include <algorithm>

#include "support/error_text.h"
#include "support/test_class.h"
#include "training/config.h"
#include "training/curves.h"

using namespace hmr;
using hmr::test::errorText;

namespace {

const std::string kSmallest = R"({"sources": [{"kind": "synthetic"}], "totalPictures": 1000})";

const std::filesystem::path kConfigs = HMR_TEST_DATA "/../../training/configs";

/// The smallest configuration with a part of its text replaced.
std::string with(const std::string& extra) { return kSmallest.substr(0, kSmallest.size() - 1) + ", " + extra + "}"; }

}  // namespace

class TestConfig : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void writtenConfigReadsBackEqual() {
        const TrainingConfig config = parseTrainingConfig(with(R"("learningRate": 0.123, "inputSizes": [{"size": 64}, {"fromProgress": 0.5, "size": 96}],
            "losses": {"adversarial": 0.7}, "sources": [{"kind": "packed", "file": "a.npz", "share": 2}])"), {});
        const std::string text = trainingConfigText(config);
        const TrainingConfig again = parseTrainingConfig(text, {});
        QCOMPARE(trainingConfigText(again), text);
        QCOMPARE(again.learningRate, 0.123);
        QCOMPARE(again.inputSizes.size(), std::size_t{2});
        QCOMPARE(again.losses.adversarial, 0.7);
        QCOMPARE(again.sources.front().file.string(), std::string("a.npz"));
    }

    void everyConfigurationThatShipsIsRead() {
        int count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(kConfigs)) {
            const TrainingConfig config = readTrainingConfig(entry.path(), "/data");
            QCOMPARE(config.name, entry.path().stem().string());
            ++count;
        }
        QVERIFY(count >= 8);
    }

    // The settings of the authors' code; rotations and betas share one mean over their 226 numbers there.
    void paperConfigurationIsThePapers() {
        const TrainingConfig config = readTrainingConfig(kConfigs / "paper.json", "/data");
        QCOMPARE(config.architecture, std::string("hmr-resnet50"));
        QCOMPARE(config.inputSizes.back().size, 224);
        QCOMPARE(config.iterations, 3);
        QVERIFY(config.paired && config.adversarialPrior && !config.jointMaps && config.liftedBodies == 0);
        const LossWeights& losses = config.losses;
        QCOMPARE(losses.reprojection, 60.0);
        QCOMPARE(losses.joints3d, 60.0);
        QVERIFY(std::abs(losses.rotations - 60.0 * 216 / 226) < 0.001 && std::abs(losses.betas - 60.0 * 10 / 226) < 0.001);
        QCOMPARE(losses.adversarial, 1.0);
        for (const double none : {losses.earlierIterations, losses.betaPrior, losses.scalePrior, losses.jointMaps, losses.seenJoints, losses.seenDepths, losses.lifted})
            QCOMPARE(none, 0.0);
        QCOMPARE(config.learningRate, 1e-5);
        QCOMPARE(config.discriminatorLearningRate, 1e-4);
        QCOMPARE(config.batch, 64);
        for (const std::int64_t pictures : {std::int64_t{0}, config.totalPictures})
            QCOMPARE(learningRateFactor(config, pictures, runProgress(config, pictures, 0)), 1.0);
    }

    void relativePathsStartAtTheDataFolder() {
        const std::string text = with(R"("prior": "p.npz", "body": "/abs/b.npz")");
        const TrainingConfig config = parseTrainingConfig(text, "/data");
        QCOMPARE(config.prior.string(), std::string("/data/p.npz"));
        QCOMPARE(config.body.string(), std::string("/abs/b.npz"));
        QVERIFY(config.initialWeights.empty());
    }

    void mistakesAreNamed_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("named");
        const auto row = [](const char* name, const std::string& text, const char* named) {
            QTest::newRow(name) << QString::fromStdString(text) << QString(named);
        };
        row("unknown key", with(R"("learnRate": 1)"), "learnRate");
        row("unknown nested key", with(R"("losses": {"prior": 1})"), "losses.prior");
        row("unknown key in a list", R"({"totalPictures": 5, "sources": [{"knd": "x"}]})", "sources[0].knd");
        row("wrong type", with(R"("batch": "many")"), "batch");
        row("fraction for a count", with(R"("batch": 2.5)"), "batch");
        row("unknown choice", with(R"("architecture": "vgg")"), "vgg");
        row("bad size", with(R"("inputSizes": [{"size": 65}])"), "65");
        row("batch of one", with(R"("batch": 1)"), "batch");
        row("endless", R"({"sources": [{"kind": "synthetic"}]})", "no end");
        row("no source", R"({"totalPictures": 5, "sources": []})", "sources");
        row("packed without file", R"({"totalPictures": 5, "sources": [{"kind": "packed"}]})", "file");
        row("cut off", R"({"sources": [)", "not JSON");
        row("a list", "[]", "object");
    }

    void mistakesAreNamed() {
        QFETCH(QString, text);
        QFETCH(QString, named);
        const QString error = errorText([&] { parseTrainingConfig(text.toStdString(), {}); });
        QVERIFY2(error.contains(named), qPrintable("found: " + error));
    }

    void whatMakesAnotherRunIsNamed_data() {
        QTest::addColumn<QString>("changes");
        QTest::addColumn<QString>("key");
        const auto row = [](const char* name, const char* changes, const char* key) { QTest::newRow(name) << changes << key; };
        row("seed", R"("seed": 7)", "seed");
        row("the first of two", R"("batch": 8, "seed": 7)", "seed");
        row("a loss", R"("losses": {"joints3d": 60})", "losses.joints3d");
        row("a source", R"("sources": [{"kind": "synthetic", "share": 0.5}])", "sources.0.share");
        row("another source", R"("sources": [{"kind": "synthetic"}, {"kind": "synthetic"}])", "sources");
        row("another body", R"("body": "other.npz")", "body");
        row("length, learning rate, machine", R"("totalPictures": 50, "learningRate": 0.1, "threads": 3, "validateEverySteps": 9, "device": "cpu")", "");
    }

    void whatMakesAnotherRunIsNamed() {
        QFETCH(QString, changes);
        QFETCH(QString, key);
        const TrainingConfig before = parseTrainingConfig(kSmallest, {}), now = parseTrainingConfig(with(changes.toStdString()), {});
        QCOMPARE(QString::fromStdString(firstOtherKey(before, now)), key);
    }

    void runsGoOnWithFilesElsewhere() {
        const std::string text = R"({"minutes": 5, "sources": [{"kind": "packed", "file": "a.npz"}], "prior": "poses.npz"})";
        QCOMPARE(firstOtherKey(parseTrainingConfig(text, "/data"), parseTrainingConfig(text, "/mnt/other")), std::string());
    }

    void learningRateWarmsUpAndFalls() {
        TrainingConfig config = parseTrainingConfig(with(R"("warmupPictures": 100, "finalLearningRateShare": 0.01)"), {});
        const auto factor = [&](std::int64_t pictures) { return learningRateFactor(config, pictures, runProgress(config, pictures, 0)); };
        QVERIFY(factor(0) < 0.02);
        for (std::int64_t pictures = 1; pictures < 90; ++pictures) QVERIFY(factor(pictures) > factor(pictures - 1));
        for (std::int64_t pictures = 101; pictures <= 1000; ++pictures) QVERIFY(factor(pictures) < factor(pictures - 1));
        QVERIFY(std::abs(factor(1000) - 0.01) < 1e-9);
    }

    void progressIsTheFurtherOfPicturesAndTime() {
        const TrainingConfig config = parseTrainingConfig(with(R"("minutes": 10)"), {});
        QCOMPARE(runProgress(config, 500, 1), 0.5);
        QCOMPARE(runProgress(config, 100, 8), 0.8);
        QCOMPARE(runProgress(config, 5000, 1), 1.0);
    }

    void inputSizeFollowsTheCurriculum() {
        const TrainingConfig config = parseTrainingConfig(
            with(R"("inputSizes": [{"size": 64}, {"fromProgress": 0.5, "size": 96}, {"fromPictures": 900, "size": 128}])"), {});
        QCOMPARE(inputSizeAt(config, 0, 0), 64);
        QCOMPARE(inputSizeAt(config, 499, 0.499), 64);
        QCOMPARE(inputSizeAt(config, 500, 0.5), 96);
        QCOMPARE(inputSizeAt(config, 900, 0.9), 128);
    }

    void curvesAreDrawnFromALog() {
        std::string log;
        for (int step = 1; step <= 20; ++step)
            log += "{\"kind\":\"step\",\"pictures\":" + std::to_string(32 * step) + ",\"loss\":" + std::to_string(5.0 / step) +
                   ",\"reprojection\":0.2,\"joints3d\":0.1,\"learningRate\":0.001,\"picturesPerSecond\":20,\"inputSize\":64}\n";
        log += R"({"kind":"validation","pictures":640,"set":"synthetic","network":{"PCK@0.1":0.5,"MPJPE mm":120.0,"reconstruction error mm":80.0}})";
        const Picture picture = drawCurves(log + "\nhalf a li");
        QVERIFY(picture.width > 800 && picture.height > 400);
        QVERIFY(std::ranges::count_if(picture.pixels, [](std::uint8_t value) { return value < 100; }) > 2000);
        QVERIFY(errorText([] { drawCurves("{\"kind\":\"note\"}\n"); }).contains("no training step"));
    }
};

HMR_TEST_CLASS(TestConfig, "test_config")
#include "test_config.moc"
