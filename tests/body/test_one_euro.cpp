// SPDX-License-Identifier: MIT
#include <random>

#include "body/one_euro.h"
#include "body/rotation.h"
#include "support/test_class.h"

using namespace hmr;

namespace {

constexpr double kFrame = 1.0 / 30;

PersonEstimate standingPerson() {
    PersonEstimate person;
    person.crop = {{640, 360}, 400};
    person.camera = {0.9, {0.05, -0.02}};
    person.parameters.pose.row(0) << 3.0, 0.2, 0.1;
    person.parameters.pose.row(18) << 0, -1.2, 0;
    person.parameters.betas[0] = 1.5;
    return person;
}

}  // namespace

class TestOneEuro : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aConstantStays() {
        OneEuroVector vector;
        OneEuroRotation rotation;
        const Eigen::VectorXd value = Eigen::Vector3d(1, -2, 0.5);
        const Eigen::Matrix3d turn = rotationFromAxisAngle({0.3, 2.5, -1});
        for (int frame = 0; frame < 100; ++frame) {
            QVERIFY((vector.filter(value, frame * kFrame) - value).norm() < 1e-14);
            QVERIFY((rotation.filter(turn, frame * kFrame) - turn).norm() < 1e-13);
        }
    }

    void aJumpIsReachedWithoutOvershoot() {
        OneEuroVector vector;
        OneEuroRotation rotation;
        vector.filter(Eigen::VectorXd::Zero(1), 0);
        const Eigen::Matrix3d from = rotationFromAxisAngle({0.5, 0, 0}), to = rotationFromAxisAngle({0.5, 2.8, 0});
        rotation.filter(from, 0);
        double lastValue = 0, lastAngle = angleBetween(from, to);
        for (int frame = 1; frame <= 90; ++frame) {
            const double value = vector.filter(Eigen::VectorXd::Ones(1), frame * kFrame)[0];
            const double angle = angleBetween(rotation.filter(to, frame * kFrame), to);
            QVERIFY(value >= lastValue && value <= 1 + 1e-12);
            QVERIFY(angle <= lastAngle + 1e-12);
            lastValue = value;
            lastAngle = angle;
        }
        QVERIFY(lastValue > 0.999);
        QVERIFY(lastAngle < 1e-3);
    }

    void noiseShrinks() {
        std::mt19937 generator(3);
        std::normal_distribution<double> normal(0, 0.02);
        OneEuroVector vector;
        OneEuroRotation rotation;
        const Eigen::Matrix3d middle = rotationFromAxisAngle({3.1, 0.2, 0});  // near the half turn, where vectors jump
        double in = 0, out = 0, inAngle = 0, outAngle = 0;
        for (int frame = 0; frame < 600; ++frame) {
            const Eigen::VectorXd noise = Eigen::Vector3d(normal(generator), normal(generator), normal(generator));
            const Eigen::Matrix3d noisy = middle * rotationFromAxisAngle(noise);
            const Eigen::VectorXd filtered = vector.filter(noise, frame * kFrame);
            const Eigen::Matrix3d turned = rotation.filter(noisy, frame * kFrame);
            if (frame < 30) continue;
            in += noise.squaredNorm();
            out += filtered.squaredNorm();
            inAngle += std::pow(angleBetween(noisy, middle), 2);
            outAngle += std::pow(angleBetween(turned, middle), 2);
        }
        QVERIFY(out < 0.35 * in);
        QVERIFY(outAngle < 0.35 * inAngle);
    }

    void fastMotionLagsLessThanAPlainLowPass() {
        OneEuroSettings plain;
        plain.beta = 0;
        OneEuroVector adaptive, lowPass(plain);
        double adaptiveLag = 0, lowPassLag = 0;
        for (int frame = 0; frame < 30; ++frame) {
            const Eigen::VectorXd value = Eigen::VectorXd::Constant(1, 5 * frame * kFrame);
            adaptiveLag = value[0] - adaptive.filter(value, frame * kFrame)[0];
            lowPassLag = value[0] - lowPass.filter(value, frame * kFrame)[0];
        }
        QVERIFY(adaptiveLag > 0);
        QVERIFY(adaptiveLag < 0.6 * lowPassLag);
    }

    void answersStayRotations() {
        std::mt19937 generator(4);
        std::normal_distribution<double> normal;
        OneEuroRotation rotation;
        for (int frame = 0; frame < 2000; ++frame) {
            const Eigen::Vector3d any(3 * normal(generator), 3 * normal(generator), 3 * normal(generator));
            const Eigen::Matrix3d filtered = rotation.filter(rotationFromAxisAngle(any), frame * kFrame);
            QVERIFY((filtered.transpose() * filtered - Eigen::Matrix3d::Identity()).norm() < 1e-13);
            QVERIFY(filtered.determinant() > 0);
        }
    }

    void aLongGapStartsAnew() {
        OneEuroVector vector;
        vector.filter(Eigen::VectorXd::Zero(1), 0);
        QCOMPARE(vector.filter(Eigen::VectorXd::Ones(1), 1.5)[0], 1.0);
        OneEuroRotation rotation;
        rotation.filter(Eigen::Matrix3d::Identity(), 0);
        const Eigen::Matrix3d turn = rotationFromAxisAngle({0, 1, 0});
        QCOMPARE(rotation.filter(turn, 1.5), turn);
    }

    void theSameTimeTwiceChangesNothing() {
        OneEuroVector vector;
        vector.filter(Eigen::VectorXd::Zero(1), 1);
        QCOMPARE(vector.filter(Eigen::VectorXd::Ones(1), 1)[0], 0.0);
    }

    // The overlay of somebody who walks at 1.4 m/s stays within 6 cm.
    void placesKeepUpWithAWalk() {
        PersonSmoother smoother;
        const double pixelsPerMetre = standingPerson().camera.scale * standingPerson().crop.side / 2;
        double lag = 1;
        for (int frame = 0; frame < 45; ++frame) {
            PersonEstimate person = standingPerson();
            person.crop.center.x() += 1.4 * frame * kFrame * pixelsPerMetre;
            const auto column = [](const PersonEstimate& p) { return framePixels(p.crop, project(p.camera, Points3d::Zero(1, 3)))(0, 0); };
            const double wanted = column(person);
            smoother.smooth(person, frame * kFrame);
            lag = (wanted - column(person)) / pixelsPerMetre;
        }
        QVERIFY2(lag > 0 && lag < 0.06, qPrintable(QString::number(lag)));
    }

    void noStrengthIsNoSmoothing() {
        PersonSmoother smoother(0);
        PersonEstimate person = standingPerson();
        smoother.smooth(person, 0);
        person.parameters.pose.row(18) << 1, 1, 1;
        const PersonEstimate before = person;
        smoother.smooth(person, kFrame);
        QCOMPARE(person.parameters.pose, before.parameters.pose);
        QCOMPARE(person.camera.scale, before.camera.scale);
    }

    void moreStrengthFollowsMoreSlowly() {
        double lastTurn = 10;
        for (const double strength : {0.1, 0.5, 1.0}) {
            PersonSmoother smoother(strength);
            PersonEstimate person = standingPerson();
            smoother.smooth(person, 0);
            person = standingPerson();
            person.parameters.pose(18, 1) += 0.3;
            smoother.smooth(person, kFrame);
            const double turn = person.parameters.pose(18, 1) + 1.2;
            QVERIFY(turn > 0 && turn < 0.3 && turn < lastTurn);
            lastTurn = turn;
        }
    }

    void aJumpOfTheCropMovesNobody() {
        PersonSmoother smoother(0.7);
        PersonEstimate person = standingPerson();
        smoother.smooth(person, 0);
        for (int frame = 1; frame < 10; ++frame) {
            person = standingPerson();
            const PinholeCamera seen = frameCamera(person.camera, person.crop);
            person.crop = {{640.0 + 20 * (frame % 3), 350}, 400.0 + 30 * (frame % 2)};
            person.camera = cropCamera(seen, person.crop);
            const Points2d before = framePixels(person.crop, project(person.camera, Points3d::Ones(1, 3)));
            smoother.smooth(person, frame * kFrame);
            const Points2d after = framePixels(person.crop, project(person.camera, Points3d::Ones(1, 3)));
            QVERIFY((before - after).norm() < 1e-9);
        }
    }
};

HMR_TEST_CLASS(TestOneEuro, "test_one_euro")
#include "test_one_euro.moc"
