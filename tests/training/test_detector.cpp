// SPDX-License-Identifier: MIT
#include <torch/torch.h>

#include <QTemporaryDir>

#include "body/detection_metrics.h"
#include "network/detector_answer.h"
#include "network/weights_file.h"
#include "support/error_text.h"
#include "support/test_class.h"
#include "training/detector_learner.h"
#include "training/drawing.h"
#include "training/random.h"
#include "training/scenes/detection_scenes.h"

using namespace hmr;
using namespace hmr::test;

namespace {

/// Bright rectangles on dark ground in place of people.
TrainingSample rectangles(std::uint64_t seed, int size = 64) {
    Random random(seed);
    Picture picture(size, size, 3);
    std::fill(picture.pixels.begin(), picture.pixels.end(), std::uint8_t{30});
    TrainingSample sample;
    sample.size = size;
    const int width = 12 + random.integer(8), height = 24 + random.integer(10);
    const int x = random.integer(size - width), y = random.integer(size - height);
    fillRectangle(picture, x, y, width, height, {220, 200, 180});
    sample.boxes.push_back({static_cast<double>(x), static_cast<double>(y), static_cast<double>(width), static_cast<double>(height)});
    sample.pixels = picture.pixels;
    return sample;
}

SampleBatch batchOf(std::uint64_t number, int count) {
    SampleBatch batch{number, 64, {}, {}};
    for (int i = 0; i < count; ++i) batch.samples.push_back(rectangles(number * static_cast<std::uint64_t>(count) + static_cast<std::uint64_t>(i)));
    return batch;
}

TrainingConfig detectorConfig(const std::string& architecture) {
    return parseTrainingConfig(R"({"architecture": ")" + architecture + R"(", "baseChannels": 16, "task": "detector", "adversarialPrior": false, "batch": 8, "totalPictures": 8, "warmupPictures": 0,
        "learningRate": 0.002, "emaDecay": 0.9, "inputSizes": [{"fromPictures": 0, "size": 64}], "sources": [{"kind": "synthetic"}], "device": "cpu"})", {});
}

DetectorMaps perfectMaps(const DetectorTargets& targets) {
    return {torch::logit(targets.heat.clamp(1e-4, 1 - 1e-4)), targets.sides};
}

std::shared_ptr<const PackedPictures> onePhotograph() {
    auto pictures = std::make_shared<PackedPictures>();
    PackedPictures::Entry entry;
    entry.picture = Picture(80, 120, 3);
    std::fill(entry.picture.pixels.begin(), entry.picture.pixels.end(), std::uint8_t{90});
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
        entry.keypoints[3 * joint] = joint % 2 ? 30.0f : 50.0f;
        entry.keypoints[3 * joint + 1] = 20.0f + 4.0f * static_cast<float>(joint);
        entry.keypoints[3 * joint + 2] = 1;
    }
    entry.box = {25, 15, 30, 85};
    entry.name = "one";
    pictures->entries.push_back(entry);
    return pictures;
}

}  // namespace

class TestDetector : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        torch::set_num_threads(1);
        torch::manual_seed(4);
    }

    // What the targets say, read back as an answer, is where the people are.
    void targetsAreReadBackAsBoxes() {
        TrainingSample sample = rectangles(1, 96);
        sample.boxes = {{4, 10, 30, 70}, {50, 30, 40, 20}};
        const auto found = boxesFrom(perfectMaps(detectorTargets({sample})), 0, 0.5);
        const auto figures = detectorFigures({{found, sample.boxes, {}}});
        QCOMPARE(figures.averagePrecision, 1.0);
        for (const Detection& box : found) {
            double best = 0;
            for (const PixelBox& wanted : sample.boxes) best = std::max(best, intersectionOverUnion(box.box, wanted));
            QVERIFY2(best > 0.99, qPrintable(QString::number(best)));
        }
    }

    void lossesVanishForPerfectAnswers() {
        const DetectorTargets targets = detectorTargets({rectangles(2), rectangles(3)});
        const DetectorMaps maps = perfectMaps(targets);
        QVERIFY(boxLoss(maps.sides, targets.sides, targets.weights).item<double>() < 1e-5);
        QVERIFY(boxLoss(maps.sides * 1.5, targets.sides, targets.weights).item<double>() > 0.2);
        const double right = heatLoss(torch::where(targets.heat == 1, torch::full_like(targets.heat, 12), torch::full_like(targets.heat, -12)), targets).item<double>();
        const double flat = heatLoss(torch::zeros_like(targets.heat), targets).item<double>();
        QVERIFY2(right < 1e-3 && flat > 1, qPrintable(QString("%1 %2").arg(right).arg(flat)));
    }

    // Somebody without a box is believed in an annotated photograph, where nobody drew boxes round bystanders, and nowhere else.
    void bystandersAreNotPunished() {
        TrainingSample sample = rectangles(1, 96);
        sample.boxes = {{4, 10, 30, 70}};
        const DetectorTargets drawn = detectorTargets({sample});
        sample.photographs = {{0, 0, 96, 48}};
        const DetectorTargets photographed = detectorTargets({sample});
        const auto lossAt = [](const DetectorTargets& targets, int row, int column, float logit) {
            auto logits = torch::where(targets.heat == 1, torch::full_like(targets.heat, 12), torch::full_like(targets.heat, -12));
            logits[0][row][column] = logit;
            return heatLoss(logits, targets).item<double>();
        };
        QVERIFY(lossAt(drawn, 2, 10, 4) > 1);
        QVERIFY(lossAt(photographed, 2, 10, 4) < 1e-3);    // taken for a person
        QVERIFY(lossAt(photographed, 2, 10, -1) > 1e-2);   // not even nearly
        QVERIFY(lossAt(photographed, 8, 10, 4) > 1);       // below the photograph
        QVERIFY(lossAt(photographed, 4, 2, 4) > 1e-2);     // beside the middle of a person who has a box
    }

    void learnsToFindRectangles_data() {
        QTest::addColumn<QString>("architecture");
        for (const char* architecture : {"small", "hmr-resnet18"}) QTest::newRow(architecture) << architecture;
    }

    void learnsToFindRectangles() {
        QFETCH(QString, architecture);
        DetectorLearner learner(detectorConfig(architecture.toStdString()), torch::kCPU, nullptr);
        std::vector<TrainingSample> heldOut;
        for (std::uint64_t i = 0; i < 12; ++i) heldOut.push_back(rectangles(100000 + i));
        const double before = learner.judge(heldOut, 1).score;
        for (std::uint64_t step = 0; step < 100; ++step) learner.learn(batchOf(step, 8), 1);  // 60 do on most machines
        const Verdict verdict = learner.judge(heldOut, 1);
        QVERIFY2(verdict.score > 0.5 && verdict.score > before + 0.3, qPrintable(QString("%1, before %2").arg(verdict.score).arg(before)));
        QVERIFY(verdict.network.front().second > verdict.baseline.front().second);

        QTemporaryDir folder;
        const auto file = std::filesystem::path(folder.path().toStdString()) / "detector.safetensors";
        learner.exportWeights(file, 64, {{"licence", "test"}});
        const auto network = DetectorNetwork::load(file, 1);
        QCOMPARE(network->workingSide(), 64);
        std::vector<PictureBoxes> answers;
        for (const TrainingSample& sample : heldOut)
            answers.push_back({suppressOverlaps(network->detect(sample.pixels, 64, 64, 0.05), 0.5), sample.boxes, {}});
        QVERIFY(std::abs(detectorFigures(answers).averagePrecision - verdict.score) < 0.05);  // float16 and folded norms
        QVERIFY(errorText([&] { network->detect(heldOut[0].pixels, 60, 64, 0.5); }).contains("multiples of 32"));
    }

    // The backbone and the pyramid of a recovery network are where a detector of its width may begin.
    void aRecoveryNetworkIsAStart() {
        QTemporaryDir folder;
        const auto file = std::filesystem::path(folder.path().toStdString()) / "recovery.safetensors";
        HmrModel recovery(HmrModelOptions{.backboneDepth = 18, .baseChannels = 16, .hiddenSize = 8, .hasJointMaps = true});
        saveWeights(file, *recovery, NetworkRecipe{}, {}, false);
        DetectorModel detector(16);
        const std::size_t left = loadMatchingWeights(file, *detector, kPyramidPrefix);
        QCOMPARE(left, std::size_t{7});  // the tower with its norm, and the head
        const auto ofRecovery = recovery->named_parameters(), ofDetector = detector->named_parameters();
        for (const char* name : {"conv1.weight", "layer4.1.conv2.weight"}) QVERIFY(torch::equal(ofRecovery[name], ofDetector[name]));
        for (const char* name : {"lateral8.bias", "smooth.weight", "norm.weight"})
            QVERIFY(torch::equal(ofRecovery[kPyramidPrefix + std::string(name)], ofDetector[name]));
    }

    void weightsOfAnotherNetworkAreRefused() {
        QTemporaryDir folder;
        const auto file = std::filesystem::path(folder.path().toStdString()) / "other.safetensors";
        saveWeights(file, *DetectorModel(), Metadata{{"architecture", "hmr-resnet18"}});
        QVERIFY(errorText([&] { DetectorNetwork::load(file, 1); }).contains("no weights of a person detector"));
    }

    void boxesAreCutAtTheBorder() {
        QCOMPARE(*visiblePart({-10, 20, 40, 50}, 100, 60), (PixelBox{0, 20, 30, 40}));
        QVERIFY(!visiblePart({-95, 0, 100, 50}, 100, 100));
        QVERIFY(!visiblePart({200, 0, 10, 10}, 100, 100));
    }

    void scenesAreSeededAndLabelled() {
        DetectionAssets assets;
        assets.packed = onePhotograph();
        DetectionSettings settings;
        settings.size = 96;
        DetectionScenes scenes(assets, settings), again(assets, settings);
        std::size_t numBoxes = 0;
        for (std::uint64_t i = 0; i < 30; ++i) {
            TrainingSample sample, same;
            scenes.draw(i, sample);
            again.draw(i, same);
            QCOMPARE(sample.pixels == same.pixels && sample.boxes == same.boxes, true);
            QCOMPARE(sample.pixels.size(), std::size_t{96 * 96 * 3});
            numBoxes += sample.boxes.size();
            for (const PixelBox& box : sample.boxes)
                QVERIFY(box.x >= 0 && box.y >= 0 && box.x + box.width <= 96.001 && box.y + box.height <= 96.001);
        }
        QVERIFY(numBoxes > 40);
        QVERIFY(errorText([] { DetectionScenes({}, {}); }).contains("needs"));
    }
};

HMR_TEST_CLASS(TestDetector, "test_detector")
#include "test_detector.moc"
