// SPDX-License-Identifier: MIT
#include <cmath>
#include <random>

#include "body/rotation.h"
#include "support/test_class.h"

using namespace hmr;

namespace {

const double kPi = std::acos(-1.0);

Eigen::Vector3d randomDirection(std::mt19937& generator) {
    std::normal_distribution<double> normal;
    return Eigen::Vector3d(normal(generator), normal(generator), normal(generator)).normalized();
}

double orthogonalityError(const Eigen::Matrix3d& rotation) {
    return (rotation.transpose() * rotation - Eigen::Matrix3d::Identity()).norm() + std::abs(rotation.determinant() - 1);
}

}  // namespace

class TestRotation : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void axisAngleRoundTrip_data() {
        QTest::addColumn<double>("angle");
        for (const double angle : {0.0, 1e-300, 1e-12, 1e-9, 1e-6, 9e-5, 1.1e-4, 1e-3, 0.5, 1.5, 3.0, kPi - 1e-3, kPi - 1e-7,
                                   kPi - 1e-12}) {
            QTest::addRow("%.17g", angle) << angle;
        }
    }
    void axisAngleRoundTrip() {
        QFETCH(double, angle);
        std::mt19937 generator(1);
        for (int i = 0; i < 100; ++i) {
            const Eigen::Vector3d axisAngle = angle * randomDirection(generator);
            const Eigen::Matrix3d rotation = rotationFromAxisAngle(axisAngle);
            QVERIFY(orthogonalityError(rotation) < 1e-14);
            const Eigen::Vector3d back = axisAngleFromRotation(rotation);
            QVERIFY((back - axisAngle).norm() < 1e-13 * std::max(1.0, angle) || angle < 1e-200);
            QVERIFY(back.allFinite());
        }
    }

    void halfTurnKeepsItsAxis() {
        std::mt19937 generator(2);
        for (int i = 0; i < 100; ++i) {
            const Eigen::Vector3d axis = randomDirection(generator);
            const Eigen::Vector3d back = axisAngleFromRotation(rotationFromAxisAngle(kPi * axis));
            QVERIFY(std::abs(back.norm() - kPi) < 1e-12);
            QVERIFY(std::abs(std::abs(back.dot(axis)) - kPi) < 1e-12);  // the axis or its opposite: the same rotation
        }
    }

    void rotationOfLengthBeyondPiIsTheShorterWayRound() {
        const Eigen::Vector3d axis(0, 0, 1);
        const Eigen::Vector3d back = axisAngleFromRotation(rotationFromAxisAngle(1.5 * kPi * axis));
        QVERIFY((back + 0.5 * kPi * axis).norm() < 1e-13);
    }

    void oppositeVectorIsTheInverse() {
        std::mt19937 generator(3);
        for (int i = 0; i < 100; ++i) {
            const Eigen::Vector3d axisAngle = 3 * randomDirection(generator);
            const Eigen::Matrix3d product = rotationFromAxisAngle(axisAngle) * rotationFromAxisAngle(-axisAngle);
            QVERIFY((product - Eigen::Matrix3d::Identity()).norm() < 1e-14);
        }
    }

    void quarterTurnAboutZTakesXToY() {
        const Eigen::Vector3d turned = rotationFromAxisAngle({0, 0, kPi / 2}) * Eigen::Vector3d::UnitX();
        QVERIFY((turned - Eigen::Vector3d::UnitY()).norm() < 1e-15);
    }

    void sixDRoundTrip_data() {
        QTest::addColumn<int>("order");
        QTest::newRow("interleaved") << static_cast<int>(SixDOrder::Interleaved);
        QTest::newRow("sequential") << static_cast<int>(SixDOrder::Sequential);
    }
    void sixDRoundTrip() {
        QFETCH(int, order);
        const auto sixDOrder = static_cast<SixDOrder>(order);
        std::mt19937 generator(4);
        for (int i = 0; i < 100; ++i) {
            const Eigen::Matrix3d rotation = rotationFromAxisAngle(2.5 * randomDirection(generator));
            const Vector6d sixD = sixDFromRotation(rotation, sixDOrder);
            QVERIFY((rotationFromSixD(sixD, sixDOrder) - rotation).norm() < 1e-14);
            QVERIFY((rotationFromSixD(7.5 * sixD, sixDOrder) - rotation).norm() < 1e-14);
        }
    }

    void sixDOrdersReadTheNumbersAsTheirNetworksDo() {
        Vector6d sixD;
        sixD << 0, 1, 2, 0, 0, 0;  // interleaved: (0,2,0) and (1,0,0); sequential: (0,1,2) and nothing
        Eigen::Matrix3d expected;
        expected << 0, 1, 0, 1, 0, 0, 0, 0, -1;
        QVERIFY((rotationFromSixD(sixD, SixDOrder::Interleaved) - expected).norm() < 1e-15);
        sixD << 0, 2, 0, 1, 0, 0;  // sequential: (0,2,0) and (1,0,0)
        QVERIFY((rotationFromSixD(sixD, SixDOrder::Sequential) - expected).norm() < 1e-15);
    }

    void sixDOfAnyNumbersIsARotation() {
        std::mt19937 generator(5);
        std::normal_distribution<double> normal;
        for (int i = 0; i < 100; ++i) {
            Vector6d sixD;
            for (double& value : sixD) value = normal(generator);
            const Eigen::Matrix3d rotation = rotationFromSixD(sixD, SixDOrder::Sequential);
            QVERIFY(orthogonalityError(rotation) < 1e-13);
            QVERIFY((rotation.col(0) - sixD.head<3>().normalized()).norm() < 1e-14);
            QVERIFY(rotation.col(1).dot(sixD.tail<3>()) > 0);
        }
        QVERIFY(orthogonalityError(rotationFromSixD(Vector6d::Zero(), SixDOrder::Interleaved)) < 1e-14);
        QVERIFY(orthogonalityError(rotationFromSixD(Vector6d::Ones(), SixDOrder::Sequential)) < 1e-14);
    }

    void nearestRotationIsNearerThanItsNeighbours() {
        std::mt19937 generator(6);
        std::normal_distribution<double> normal;
        for (int i = 0; i < 50; ++i) {
            Eigen::Matrix3d matrix;
            for (double& value : matrix.reshaped()) value = normal(generator);
            const Eigen::Matrix3d nearest = nearestRotation(matrix);
            QVERIFY(orthogonalityError(nearest) < 1e-13);
            for (int k = 0; k < 20; ++k) {
                const Eigen::Matrix3d other = nearest * rotationFromAxisAngle(0.05 * randomDirection(generator));
                QVERIFY((nearest - matrix).norm() <= (other - matrix).norm() + 1e-12);
            }
        }
        const Eigen::Matrix3d rotation = rotationFromAxisAngle({0.3, -1, 2});
        QVERIFY((nearestRotation(3 * rotation) - rotation).norm() < 1e-14);
        QVERIFY(orthogonalityError(nearestRotation(-rotation)) < 1e-14);
    }

    void angleBetweenMeasuresTheTurn() {
        std::mt19937 generator(7);
        for (const double angle : {0.0, 1e-9, 0.1, 2.0, kPi - 1e-9}) {
            const Eigen::Matrix3d a = rotationFromAxisAngle(2 * randomDirection(generator));
            const Eigen::Matrix3d b = a * rotationFromAxisAngle(angle * randomDirection(generator));
            QVERIFY(std::abs(angleBetween(a, b) - angle) < 1e-13);
            QVERIFY(std::abs(angleBetween(b, a) - angle) < 1e-13);
        }
    }

    void interpolationTurnsEvenly() {
        std::mt19937 generator(8);
        for (int i = 0; i < 50; ++i) {
            const Eigen::Matrix3d a = rotationFromAxisAngle(3 * randomDirection(generator));
            const Eigen::Matrix3d b = rotationFromAxisAngle(3 * randomDirection(generator));
            const double whole = angleBetween(a, b);
            for (const double t : {0.0, 0.25, 0.5, 1.0}) {
                const Eigen::Matrix3d between = interpolate(a, b, t);
                QVERIFY(orthogonalityError(between) < 1e-13);
                QVERIFY(std::abs(angleBetween(a, between) - t * whole) < 1e-9);
                QVERIFY(std::abs(angleBetween(between, b) - (1 - t) * whole) < 1e-9);
            }
        }
    }
};

HMR_TEST_CLASS(TestRotation, "test_rotation")
#include "test_rotation.moc"
