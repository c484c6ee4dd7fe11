// SPDX-License-Identifier: MIT
#include <fstream>
#include <random>
#include <sstream>

#include "body/error.h"
#include "body/measurements.h"
#include "body/posing.h"
#include "formats/body_file.h"
#include "support/small_body.h"
#include "support/test_class.h"

using namespace hmr;
using namespace hmr::test;

namespace {

const BodyModel& openBody() {
    static const auto model = loadBodyModel(HMR_RESOURCE_DIR "/body/openbody.npz");
    return *model;
}

/// A body whose skin is moved as a whole.
BodyModel scaledBody(float factor) {
    BodyModelData data = SmallBody::data();
    data.templateVertices *= factor;
    data.shapeDirections *= factor;
    return BodyModel(std::move(data));
}

}  // namespace

class TestMeasurements : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theyAgreeWithAnIndependentScript() {
        std::ifstream file(HMR_TEST_DATA "/body/measures.txt");
        int numRows = 0;
        for (std::string line; std::getline(file, line); ++numRows) {
            std::istringstream numbers(line);
            Eigen::VectorXd betas(10);
            for (double& beta : betas) numbers >> beta;
            const BodyMeasurements measured = measureBody(openBody(), betas);
            for (int i = 0; i < kNumMeasures; ++i) {
                double expected = 0;
                numbers >> expected;
                const double off = std::abs(measured.measures[i].metres - expected);
                QVERIFY2(off < 0.0005, qPrintable(QString("%1: %2 mm").arg(kMeasureNames[i].data()).arg(1000 * off)));
            }
            double volume = 0;
            numbers >> volume;
            QVERIFY(std::abs(measured.volume - volume) < 1e-5);
        }
        QCOMPARE(numRows, 5);
    }

    void theyAreThoseOfAPerson() {
        const BodyMeasurements measured = measureBody(openBody(), Eigen::VectorXd::Zero(10));
        const double height = measured[Measure::Height].metres;
        QVERIFY(std::abs(measured[Measure::ArmSpan].metres / height - 1) < 0.1);
        QVERIFY(std::abs(measured[Measure::Inseam].metres / height - 0.47) < 0.05);
        QVERIFY(measured[Measure::Waist].metres < measured[Measure::Chest].metres && measured[Measure::Chest].metres < measured[Measure::Hip].metres);
        QVERIFY(measured[Measure::Wrist].metres < measured[Measure::UpperArm].metres && measured[Measure::UpperArm].metres < measured[Measure::Thigh].metres);
        QVERIFY(measured.mass > 50 && measured.mass < 100);
    }

    void lengthsGrowWithTheBodyAndVolumeWithItsCube() {
        const BodyMeasurements one = measureBody(scaledBody(1), Eigen::VectorXd::Zero(10)), twice = measureBody(scaledBody(2), Eigen::VectorXd::Zero(10));
        for (int i = 0; i < kNumMeasures; ++i) QVERIFY(std::abs(twice.measures[i].metres / one.measures[i].metres - 2) < 1e-4);
        QVERIFY(std::abs(twice.volume / one.volume - 8) < 1e-3);
    }

    void curvesAreTheTape() {
        const BodyMeasurements measured = measureBody(openBody(), Eigen::VectorXd::Zero(10));
        const Points3f rest = shapeBody(openBody(), Eigen::VectorXd::Zero(10));
        for (int i = static_cast<int>(Measure::Neck); i < kNumMeasures; ++i) {
            const auto& [metres, curve] = measured.measures[i];
            double length = 0;
            for (std::size_t k = 0; k < curve.size(); ++k) length += (placeOf(curve[k], rest) - placeOf(curve[(k + 1) % curve.size()], rest)).norm();
            QVERIFY(std::abs(length - metres) < 1e-4);
        }
    }

    void typedMeasuresAreSolvedFor() {
        const Eigen::VectorXd start = Eigen::VectorXd::Zero(10);
        const std::map<Measure, double> wanted = {{Measure::Height, 1.80}, {Measure::Waist, 0.95}};
        const Eigen::VectorXd betas = betasForMeasures(openBody(), start, wanted);
        const BodyMeasurements measured = measureBody(openBody(), betas);
        QVERIFY(std::abs(measured[Measure::Height].metres - 1.80) < 0.001);
        QVERIFY(std::abs(measured[Measure::Waist].metres - 0.95) < 0.001);
        QVERIFY(betas.cwiseAbs().maxCoeff() < 2.5);
        QVERIFY((betasForMeasures(openBody(), betas, wanted) - betas).norm() < 0.01);  // nothing left to do
    }

    void whatNoShapeCanDoIsMetAsNearlyAsItCan() {
        const Eigen::VectorXd betas = betasForMeasures(openBody(), Eigen::VectorXd::Zero(10), {{Measure::Height, 4.0}});
        QVERIFY(betas.allFinite());
        QVERIFY(betas.cwiseAbs().maxCoeff() <= 5);
        QVERIFY(measureBody(openBody(), betas)[Measure::Height].metres > 1.9);
    }

    void badInputIsRefused() {
        QVERIFY_EXCEPTION_THROWN(betasForMeasures(openBody(), Eigen::VectorXd::Zero(10), {{Measure::Waist, 0.0}}), Error);
        QVERIFY_EXCEPTION_THROWN(betasForMeasures(openBody(), Eigen::VectorXd::Zero(10), {{Measure::Waist, std::nan("")}}), Error);
    }
};

HMR_TEST_CLASS(TestMeasurements, "test_measurements")
#include "test_measurements.moc"
