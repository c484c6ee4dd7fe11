// SPDX-License-Identifier: MIT
#include <QObject>
#include <algorithm>

#include "body/detection_metrics.h"
#include "support/test_class.h"
#include "training/random.h"
#include "training/scenes/cutout_crowd.h"
#include "training/scenes/figure_cover.h"

using namespace hmr;

namespace {

/// Somebody 100 pixels tall in a picture of 100 by 120, upright, arms hanging: LSP's joints by the proportions of a stature.
Keypoints standingFigure() {
    constexpr float kPlaces[kNumLspJoints][2] = {{42, 106}, {43, 81}, {44, 58}, {56, 58}, {57, 81}, {58, 106}, {36, 63}, {37, 47}, {40, 28},
                                                 {60, 28}, {63, 47}, {64, 63}, {50, 27}, {50, 10}};
    Keypoints keypoints{};
    for (int joint = 0; joint < kNumLspJoints; ++joint) setKeypoint(keypoints, joint, kPlaces[joint][0], kPlaces[joint][1]);
    return keypoints;
}

constexpr int kWidth = 100, kHeight = 120;

/// A white person before white ground.
std::shared_ptr<const PackedPictures> whitePerson() {
    auto pictures = std::make_shared<PackedPictures>();
    PackedPictures::Entry entry;
    entry.picture = Picture(kWidth, kHeight, 3);
    std::ranges::fill(entry.picture.pixels, std::uint8_t{255});
    entry.keypoints = standingFigure();
    entry.box = {30, 5, 40, 107};
    entry.name = "white";
    pictures->entries.push_back(entry);
    return pictures;
}

std::shared_ptr<const BackgroundSet> blackBackground() {
    auto backgrounds = std::make_shared<BackgroundSet>();
    backgrounds->side = 64;
    backgrounds->names = {"black"};
    backgrounds->pixels.resize(64 * 64 * 3);
    return backgrounds;
}

}  // namespace

class TestCutouts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aFigureIsAsTallAndBroadAsAPerson() {
        const auto cover = coverOfFigure(standingFigure(), kWidth, kHeight, {}, 14);
        QVERIFY(cover.has_value());
        const auto box = boxOfCover(*cover, kWidth, kHeight);
        QVERIFY(box.has_value());
        QVERIFY2(std::abs(box->height - 101) < 5, qPrintable(QString::number(box->height)));
        QVERIFY2(std::abs(box->width - 34) < 5, qPrintable(QString::number(box->width)));
        const auto at = [&](int x, int y) { return (*cover)[static_cast<std::size_t>(y) * kWidth + x]; };
        QCOMPARE(at(50, 16), 1.0f);   // face
        QCOMPARE(at(50, 45), 1.0f);   // trunk
        QCOMPARE(at(43, 95), 1.0f);   // shin
        QCOMPARE(at(50, 100), 0.0f);  // between the feet
        QCOMPARE(at(5, 5), 0.0f);
        const double area = std::ranges::count_if(*cover, [](float value) { return value > 0.5f; });
        QVERIFY2(area > 0.3 * box->width * box->height && area < 0.7 * box->width * box->height, qPrintable(QString::number(area)));
    }

    void thicknessWidensAndSoftnessBlurs() {
        const auto areaOf = [](const FigureCut& cut, auto&& counts) {
            const auto cover = coverOfFigure(standingFigure(), kWidth, kHeight, cut, 14);
            return std::ranges::count_if(*cover, counts);
        };
        const auto isCovered = [](float value) { return value > 0.5f; };
        const auto isBetween = [](float value) { return value > 0 && value < 1; };
        QVERIFY(areaOf({1.3, 1}, isCovered) > 1.15 * static_cast<double>(areaOf({1, 1}, isCovered)));
        QVERIFY(areaOf({1, 4}, isBetween) > 2 * areaOf({1, 1}, isBetween));
    }

    void tooLittleKnownIsNoFigure() {
        Keypoints keypoints = standingFigure();
        keypoints[2] = 0;
        QVERIFY(coverOfFigure(keypoints, kWidth, kHeight, {}, 13).has_value());
        keypoints[5] = 0;
        QVERIFY(!coverOfFigure(keypoints, kWidth, kHeight, {}, 13).has_value());
        Keypoints onePoint = standingFigure();
        for (int joint = 0; joint < kNumLspJoints; ++joint) setKeypoint(onePoint, joint, 50, 50);
        QVERIFY(!coverOfFigure(onePoint, kWidth, kHeight, {}, 13).has_value());
        QVERIFY(!boxOfCover(std::vector<float>(20), 5, 4).has_value());
    }

    // Whoever is seen is in a box that fits, and nothing else is.
    void crowdsAreLabelled() {
        CutoutCrowdSettings settings{.seed = 3, .size = 128, .degradation = 0, .augmentation = {}};
        settings.augmentation.color = 0;
        CutoutCrowd crowd(whitePerson(), blackBackground(), {0}, settings), again(whitePerson(), blackBackground(), {0}, settings);
        std::size_t most = 0, fitting = 0, numBoxes = 0;
        for (std::uint64_t seed = 0; seed < 40; ++seed) {
            Random random(seed), sameRandom(seed);
            TrainingSample sample, same;
            crowd.draw(random, sample);
            again.draw(sameRandom, same);
            QVERIFY(sample.pixels == same.pixels && sample.boxes == same.boxes);
            QCOMPARE(sample.pixels.size(), std::size_t{128 * 128 * 3});
            most = std::max(most, sample.boxes.size());
            numBoxes += sample.boxes.size();
            const auto isWhite = [&](int x, int y) { return sample.pixels[(static_cast<std::size_t>(y) * 128 + x) * 3] > 120; };  // half covered at least
            for (const PixelBox& box : sample.boxes) {
                QVERIFY(box.x >= 0 && box.y >= 0 && box.x + box.width <= 128 && box.y + box.height <= 128 && box.width >= 4 && box.height >= 4);
                bool isFitting = false;  // somebody reaches its upper border, unless somebody else hides them
                for (int x = static_cast<int>(box.x); x < box.x + box.width; ++x) isFitting = isFitting || isWhite(x, static_cast<int>(box.y));
                fitting += isFitting;
            }
        }
        QVERIFY(most >= 5);
        QVERIFY2(fitting > 0.95 * static_cast<double>(numBoxes) && numBoxes > 60, qPrintable(QString("%1 of %2").arg(fitting).arg(numBoxes)));
    }

    void crowdsNeedNoBackgrounds() {
        CutoutCrowd crowd(whitePerson(), nullptr, {}, {.seed = 1, .size = 64, .degradation = 0, .augmentation = {}});
        Random random(1);
        TrainingSample sample;
        crowd.draw(random, sample);
        QCOMPARE(sample.pixels.size(), std::size_t{64 * 64 * 3});
        QVERIFY(!sample.boxes.empty());
    }
};

HMR_TEST_CLASS(TestCutouts, "test_cutouts")
#include "test_cutouts.moc"
