// SPDX-License-Identifier: MIT
#include <random>

#include "body/body_parameters.h"
#include "body/error.h"
#include "body/limits.h"
#include "body/rotation.h"
#include "support/test_class.h"

using namespace hmr;

namespace {

constexpr double kDegree = 3.14159265358979323846 / 180;

Points3d randomPose(std::mt19937& generator, double spread) {
    std::normal_distribution<double> normal(0, spread);
    Points3d pose(24, 3);
    for (double& value : pose.reshaped()) value = normal(generator);
    return pose;
}

Points3d poseWith(int joint, double x, double y, double z) {
    Points3d pose = Points3d::Zero(24, 3);
    pose.row(joint) << x * kDegree, y * kDegree, z * kDegree;
    return pose;
}

}  // namespace

class TestLimits : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whatPeopleDoIsAllowed_data() {
        QTest::addColumn<int>("joint");
        QTest::addColumn<double>("x");
        QTest::addColumn<double>("y");
        QTest::addColumn<double>("z");
        QTest::newRow("T-pose") << 0 << 0.0 << 0.0 << 0.0;
        QTest::newRow("lying on the face") << 0 << 90.0 << 0.0 << 0.0;
        QTest::newRow("sitting hip") << 1 << -90.0 << 0.0 << 0.0;
        QTest::newRow("deeply bent knee") << 4 << 140.0 << 0.0 << 0.0;
        QTest::newRow("right leg to the side") << 2 << 0.0 << 0.0 << -45.0;
        QTest::newRow("left arm hanging") << 16 << 0.0 << 0.0 << -80.0;
        QTest::newRow("right arm up") << 17 << 0.0 << 0.0 << -90.0;
        QTest::newRow("left arm forward") << 16 << 0.0 << -90.0 << 0.0;
        QTest::newRow("right elbow bent") << 19 << 0.0 << 140.0 << 0.0;
        QTest::newRow("looking left") << 12 << 0.0 << 45.0 << 0.0;
    }
    void whatPeopleDoIsAllowed() {
        QFETCH(int, joint);
        QFETCH(double, x);
        QFETCH(double, y);
        QFETCH(double, z);
        const Points3d pose = poseWith(joint, x, y, z);
        QVERIFY(limitViolations(pose).empty());
        QCOMPARE(withinLimits(pose), pose);
    }

    void whatBreaksAJointIsFound_data() {
        QTest::addColumn<int>("joint");
        QTest::addColumn<int>("axis");
        QTest::addColumn<double>("angle");
        QTest::newRow("knee bent forward") << 5 << 0 << -60.0;
        QTest::newRow("elbow bent back") << 18 << 1 << 60.0;
        QTest::newRow("head turned round") << 15 << 1 << 150.0;
        QTest::newRow("leg far back") << 1 << 0 << 90.0;
    }
    void whatBreaksAJointIsFound() {
        QFETCH(int, joint);
        QFETCH(int, axis);
        QFETCH(double, angle);
        Points3d pose = Points3d::Zero(24, 3);
        pose(joint, axis) = angle * kDegree;
        const auto violations = limitViolations(pose);
        QCOMPARE(violations.size(), std::size_t{1});
        QCOMPARE(violations[0].joint, joint);
        QCOMPARE(violations[0].axis, axis);
        const AngleRange range = smplJointLimits()[joint].ranges[axis];
        const double limit = angle > 0 ? range.highest : range.lowest;
        QVERIFY(std::abs(violations[0].excess - (angle * kDegree - limit)) < 1e-12);
        QVERIFY(std::abs(withinLimits(pose)(joint, axis) - limit) < 1e-12);
    }

    void bothSidesHaveTheSameLimits() {
        std::mt19937 generator(1);
        for (int i = 0; i < 50; ++i) {
            BodyParameters parameters;
            parameters.pose = randomPose(generator, 1);
            const auto violations = limitViolations(parameters.pose), image = limitViolations(mirrored(parameters).pose);
            QCOMPARE(violations.size(), image.size());
            for (const LimitViolation& violation : violations) {
                const bool isMirrored = std::any_of(image.begin(), image.end(), [&](const LimitViolation& other) {
                    const double sign = violation.axis == 0 ? 1 : -1;
                    return other.joint == kSmplFlip[violation.joint] && other.axis == violation.axis &&
                           std::abs(other.excess - sign * violation.excess) < 1e-9;
                });
                QVERIFY(isMirrored);
            }
        }
    }

    void correctedPosesBreakNothing() {
        std::mt19937 generator(2);
        for (const double spread : {0.3, 1.0, 3.0}) {
            for (int i = 0; i < 50; ++i) {
                const Points3d pose = randomPose(generator, spread), allowed = withinLimits(pose);
                QVERIFY(limitViolations(allowed).empty());
                QCOMPARE(withinLimits(allowed), allowed);
                for (int joint = 0; joint < 24; ++joint) {
                    const bool isTouched = (allowed.row(joint) - pose.row(joint)).norm() > 0;
                    const auto violations = limitViolations(pose);
                    QCOMPARE(isTouched, std::any_of(violations.begin(), violations.end(),
                                                    [&](const LimitViolation& violation) { return violation.joint == joint; }));
                }
            }
        }
    }

    void anotherSkeletonIsRefused() {
        QVERIFY_EXCEPTION_THROWN(limitViolations(Points3d::Zero(55, 3)), Error);
        QVERIFY_EXCEPTION_THROWN(withinLimits(Points3d::Zero(2, 3)), Error);
    }

    void recordingsMayTurnFartherOnBothSidesAlike() {
        const auto beyond = [](int joint, const Eigen::Vector3d& turn) {
            Points3d pose = Points3d::Zero(kNumSmplJoints, 3);
            pose.row(joint) = turn.transpose();
            double most = 0;
            for (const LimitViolation& violation : limitViolations(pose, recordedJointLimits())) most = std::max(most, std::abs(violation.excess));
            return most;
        };
        QCOMPARE(beyond(4, {1.5, 0, 0}), 0.0);   // a bent knee
        QVERIFY(beyond(4, {-1.0, 0, 0}) > 0.5);  // bent forward
        QCOMPARE(beyond(18, {0, -2.0, 0}), 0.0);
        QCOMPARE(beyond(19, {0, 2.0, 0}), 0.0);
        QVERIFY(beyond(18, {0, 2.0, 0}) > 1);
        QVERIFY(std::abs(beyond(18, {0.3, 1.4, 0.2}) - beyond(19, {0.3, -1.4, -0.2})) < 1e-12);
        QCOMPARE(beyond(0, {3, 0, 0}), 0.0);
        for (int joint = 1; joint < kNumSmplJoints; ++joint)
            if (joint != 10 && joint != 11)  // toes of recordings bend less than people's
                for (int axis = 0; axis < 3; ++axis) {
                    QVERIFY(recordedJointLimits()[joint].ranges[axis].lowest <= smplJointLimits()[joint].ranges[axis].lowest);
                    QVERIFY(recordedJointLimits()[joint].ranges[axis].highest >= smplJointLimits()[joint].ranges[axis].highest);
                }
    }

    void jointsBeyondLimitsAreListedOnce() {
        Points3d pose = Points3d::Zero(kNumSmplJoints, 3);
        pose.row(4) << -2, 1.5, 0;  // two axes at once
        pose.row(20) << 0, 1.2, 0;
        QCOMPARE(jointsBeyondLimits(pose), (std::vector<int>{4, 20}));
        QVERIFY(jointsBeyondLimits(pose, smplJointLimits(), 3).empty());
    }
};

HMR_TEST_CLASS(TestLimits, "test_limits")
#include "test_limits.moc"
