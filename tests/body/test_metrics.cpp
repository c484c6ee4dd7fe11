// SPDX-License-Identifier: MIT
#include <array>
#include <random>

#include "body/metrics.h"
#include "body/rotation.h"
#include "support/test_class.h"

using namespace hmr;

namespace {

Points3d randomPoints(int seed, int count) {
    std::mt19937 generator(seed);
    std::normal_distribution<double> normal;
    Points3d points(count, 3);
    for (double& value : points.reshaped()) value = normal(generator);
    return points;
}

Points3d similar(const Points3d& points, double scale, const Eigen::Vector3d& axisAngle, const Eigen::Vector3d& shift) {
    return (scale * points * rotationFromAxisAngle(axisAngle).transpose()).rowwise() + shift.transpose();
}

}  // namespace

class TestMetrics : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void meanPointErrorByHand() {
        Points3d a(2, 3), b(2, 3);
        a << 0, 0, 0, 1, 1, 1;
        b << 3, 4, 0, 1, 1, 2;
        QCOMPARE(meanPointError(a, b), 3.0);
        QCOMPARE(meanPointError(a, a), 0.0);
    }

    void alignmentRemovesAnySimilarity() {
        const Points3d target = randomPoints(1, 14);
        const Points3d moved = similar(target, 2.3, {1, -2, 0.5}, {5, -3, 100});
        QVERIFY(meanPointError(procrustesAligned(moved, target), target) < 1e-12);
    }

    void alignedErrorIsInvariantToSimilarity() {
        const Points3d target = randomPoints(2, 14), predicted = target + 0.2 * randomPoints(3, 14);
        const double error = meanPointError(procrustesAligned(predicted, target), target);
        QVERIFY(error > 0.05);
        const Points3d moved = similar(predicted, 0.4, {-0.3, 2.9, 0.4}, {1, 2, 3});
        QVERIFY(std::abs(meanPointError(procrustesAligned(moved, target), target) - error) < 1e-12);
    }

    void alignmentDoesNotMirror() {
        const Points3d target = randomPoints(4, 14);
        Points3d mirrored = target;
        mirrored.col(0) *= -1;
        QVERIFY(meanPointError(procrustesAligned(mirrored, target), target) > 0.1);
    }

    void alignmentIsTheLeastSquaresOne() {
        const Points3d target = randomPoints(5, 20), aligned = procrustesAligned(randomPoints(6, 20), target);
        const double best = (aligned - target).squaredNorm();
        for (const double nudge : {-0.01, 0.01}) {
            QVERIFY((similar(aligned, 1 + nudge, {0, 0, 0}, {0, 0, 0}) - target).squaredNorm() > best);
            QVERIFY((similar(aligned, 1, {nudge, 0, nudge}, {0, 0, 0}) - target).squaredNorm() > best);
            QVERIFY((similar(aligned, 1, {0, 0, 0}, {0, nudge, 0}) - target).squaredNorm() > best);
        }
    }

    void alignmentOfOnePlaceIsThePlace() {
        const Points3d target = randomPoints(7, 5);
        QVERIFY((procrustesAligned(Points3d::Ones(5, 3), target).rowwise() - target.colwise().mean()).norm() < 1e-12);
    }

    void centringPutsTheRootAtTheOrigin() {
        const std::array<int, 2> hips = {2, 3};
        const Points3d centred = centredOn(randomPoints(8, 14), hips);
        QVERIFY((centred.row(2) + centred.row(3)).norm() < 1e-14);
    }

    void correctPointsByHand() {
        const std::vector<double> errors = {0, 75, 149.999, 150, 400};
        QCOMPARE(shareBelow(errors, 150), 0.6);
        QCOMPARE(shareBelow({}, 150), 0.0);
        // Thresholds 0, 5, …, 150; "below" is strict. 0 counts at 30 of them, 75 at 80…150 (15), 149.999 at 150 (1).
        QVERIFY(std::abs(areaUnderCurve(errors, 150) - (30 + 15 + 1) / (5.0 * 31)) < 1e-15);
        QCOMPARE(areaUnderCurve(std::vector<double>{1000}, 150), 0.0);
    }
};

HMR_TEST_CLASS(TestMetrics, "test_metrics")
#include "test_metrics.moc"
