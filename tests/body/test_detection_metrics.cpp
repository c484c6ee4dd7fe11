// SPDX-License-Identifier: MIT
#include <QObject>

#include "body/detection_metrics.h"
#include "support/test_class.h"

using namespace hmr;

class TestDetectionMetrics : public QObject {
    Q_OBJECT

    static bool isNear(double a, double b) { return std::abs(a - b) < 1e-12; }

private Q_SLOTS:
    void overlapIsSharedOverJoined() {
        QVERIFY(isNear(intersectionOverUnion({0, 0, 2, 2}, {1, 0, 2, 2}), 2.0 / 6.0));
        QVERIFY(isNear(intersectionOverUnion({0, 0, 2, 2}, {2, 0, 2, 2}), 0));
        QVERIFY(isNear(intersectionOverUnion({0, 0, 0, 0}, {0, 0, 0, 0}), 0));
    }

    void suppressionKeepsTheMoreConfident() {
        const auto kept = suppressOverlaps({{{0, 0, 10, 10}, 0.4}, {{1, 0, 10, 10}, 0.9}, {{40, 0, 10, 10}, 0.3}}, 0.5);
        QCOMPARE(kept.size(), std::size_t{2});
        QCOMPARE(kept[0].confidence, 0.9);
        QCOMPARE(kept[1].box.x, 40.0);
    }

    void precisionIsOneForPerfectAnswers() {
        const PixelBox a{0, 0, 10, 20}, b{30, 0, 10, 20};
        const auto figures = detectorFigures({{{{a, 0.9}, {b, 0.5}}, {a, b}, {}}, {{}, {}, {}}});
        QVERIFY(isNear(figures.averagePrecision, 1));
        QVERIFY(isNear(figures.recall, 1));
        QVERIFY(isNear(figures.precision, 1));
    }

    // One right box of two wanted, ranked below a wrong one: precision 1/2 at recalls up to 1/2, which are 51 of 101.
    void mistakesAboveCostPrecision() {
        const PixelBox a{0, 0, 10, 20}, b{30, 0, 10, 20}, wrong{80, 80, 10, 10};
        const auto figures = detectorFigures({{{{wrong, 0.9}, {a, 0.5}}, {a, b}, {}}});
        QVERIFY(isNear(figures.averagePrecision, 0.5 * 51 / 101));
        QVERIFY(isNear(figures.recall, 0.5));
        QVERIFY(isNear(figures.precision, 0.5));
    }

    void secondBoxOnOnePersonIsAMistake() {
        const PixelBox a{0, 0, 10, 20};
        QVERIFY(isNear(detectorFigures({{{{a, 0.9}, {a, 0.8}}, {a}, {}}}).precision, 0.5));
    }

    void ignoredRegionsCountNeitherWay() {
        const PixelBox a{0, 0, 10, 20}, crowd{50, 0, 100, 100};
        const auto figures = detectorFigures({{{{a, 0.5}, {{60, 10, 20, 40}, 0.9}}, {a}, {crowd}}});
        QVERIFY(isNear(figures.averagePrecision, 1));
        QVERIFY(isNear(figures.precision, 1));
    }

    void foundOnesAreNamed() {
        const PixelBox a{0, 0, 10, 20}, b{30, 0, 10, 20};
        QCOMPARE(foundAmongWanted({{{b, 0.4}, {{60, 0, 10, 20}, 0.9}}, {a, b}, {}}), (std::vector<bool>{false, true}));
    }

    void nothingWantedIsNothingFound() { QCOMPARE(detectorFigures({}).averagePrecision, 0.0); }
};

HMR_TEST_CLASS(TestDetectionMetrics, "test_detection_metrics")
#include "test_detection_metrics.moc"
