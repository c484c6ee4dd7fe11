// SPDX-License-Identifier: MIT
#include "support/test_class.h"
#include "training/evaluation/detection_scores.h"

namespace hmr::test {

class TestDetectionScores : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyPersonFoundIsPerfect() {
        const PixelBox a{10, 10, 40, 100}, b{200, 10, 40, 100};
        const DetectorFigures figures = detectorFigures({{{{a, 0.9}, {b, 0.4}}, {a, b}, {}}});
        QVERIFY(std::abs(figures.averagePrecision - 1) < 1e-12);
        QCOMPARE(figures.recall, 1.0);
        QCOMPARE(figures.precision, 1.0);
    }

    void mistakesCountByConfidence() {
        const PixelBox a{10, 10, 40, 100}, b{200, 10, 40, 100}, nothing{400, 10, 40, 100};
        // A mistake that is surer than everything halves the precision at the first recall; one behind costs nothing.
        const DetectorFigures early = detectorFigures({{{{nothing, 0.95}, {a, 0.9}}, {a, b}, {}}});
        const DetectorFigures late = detectorFigures({{{{a, 0.9}, {nothing, 0.2}}, {a, b}, {}}});
        QVERIFY(std::abs(early.averagePrecision - 0.5 * 51 / 101) < 1e-12);
        QVERIFY(std::abs(late.averagePrecision - 51.0 / 101) < 1e-12);
        QCOMPARE(early.recall, 0.5);
        QCOMPARE(early.precision, 0.5);
    }

    void asecondBoxOnOnePersonIsAMistake() {
        const PixelBox a{10, 10, 40, 100};
        QCOMPARE(detectorFigures({{{{a, 0.9}, {a, 0.8}}, {a}, {}}}).precision, 0.5);
    }

    void overlapMustReachHalf() {
        const PixelBox a{0, 0, 30, 30}, shifted{10, 0, 30, 30}, farther{11, 0, 30, 30};
        QCOMPARE(detectorFigures({{{{shifted, 1}}, {a}, {}}}).recall, 1.0);  // 20·30 / (2·30·30 − 20·30) = 0.5
        QCOMPARE(detectorFigures({{{{farther, 1}}, {a}, {}}}).recall, 0.0);
    }

    void ignoredRegionsCountNeitherWay() {
        const PixelBox a{10, 10, 40, 100}, crowd{300, 0, 200, 200}, inCrowd{320, 20, 30, 60};
        const DetectorFigures figures = detectorFigures({{{{a, 0.9}, {inCrowd, 0.95}}, {a}, {crowd}}});
        QCOMPARE(figures.precision, 1.0);
        QVERIFY(std::abs(figures.averagePrecision - 1) < 1e-12);
        QCOMPARE(detectorFigures({{{}, {a}, {}}}).averagePrecision, 0.0);
        QCOMPARE(detectorFigures({}).recall, 0.0);
    }
};

HMR_TEST_CLASS(TestDetectionScores, "test_detection_scores")

}  // namespace hmr::test

#include "test_detection_scores.moc"
