// SPDX-License-Identifier: MIT
#include <limits>

#include "body/error.h"
#include "body/fitting/articulation.h"
#include "body/fitting/inverse_kinematics.h"
#include "body/fitting/pose_terms.h"
#include "fitting_cases.h"
#include "formats/body_file.h"
#include "formats/pose_mixture_file.h"
#include "formats/resources.h"
#include "support/test_class.h"

using namespace hmr;
using namespace hmr::test;

namespace {

enum Joint { kPelvis = 0, kLeftAnkle = 7, kRightAnkle = 8, kHead = 15, kLeftElbow = 18, kLeftWrist = 20, kRightWrist = 21 };

Points3d jointsOf(const BodyParameters& body) {
    return smallKeypoints().evaluate(articulated(body), false).points.bottomRows<kNumSmplJoints>();
}

Eigen::Vector3d place(const BodyParameters& body, int joint) { return jointsOf(body).row(joint).transpose(); }

/// Drags in small steps, as a hand does.
BodyParameters draggedTo(const BodyParameters& start, int joint, const Eigen::Vector3d& target, const DragOptions& options = {}) {
    BodyParameters body = start;
    const Eigen::Vector3d from = place(start, joint);
    for (int step = 1; step <= 10; ++step) body = dragJoint(smallKeypoints(), body, start, joint, from + (target - from) * step / 10, options);
    return body;
}

}  // namespace

class TestInverseKinematics : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aReachablePlaceIsReached_data() {
        QTest::addColumn<int>("joint");
        QTest::newRow("left wrist") << int(kLeftWrist);
        QTest::newRow("right wrist") << int(kRightWrist);
        QTest::newRow("left ankle") << int(kLeftAnkle);
        QTest::newRow("head") << int(kHead);
        QTest::newRow("pelvis") << int(kPelvis);
    }
    void aReachablePlaceIsReached() {
        QFETCH(int, joint);
        std::mt19937 generator(1);
        for (int i = 0; i < 10; ++i) {
            const BodyParameters start = randomBody(generator, 0.2);
            BodyParameters other = start;  // a place that a pose within the limits has
            for (const int j : {1, 4, 12, 15, 16, 17, 18, 19}) other.pose.row(j) += 0.3 * Eigen::RowVector3d::Random();
            other.pose = withinLimits(other.pose);
            const Eigen::Vector3d target = place(other, joint) + (joint == kPelvis ? Eigen::Vector3d(0.1, -0.2, 0) : Eigen::Vector3d::Zero());
            const BodyParameters body = draggedTo(start, joint, target);
            const double off = (place(body, joint) - target).norm();
            QVERIFY2(off < 0.004, qPrintable(QString("%1 mm").arg(1000 * off)));
            QVERIFY(limitViolations(body.pose).empty());
        }
    }

    void onlyTheChainMoves() {
        std::mt19937 generator(2);
        const BodyParameters start = randomBody(generator, 0.2);
        const BodyParameters body = draggedTo(start, kLeftAnkle, place(start, kLeftAnkle) + Eigen::Vector3d(0.05, -0.1, 0.05));
        for (int joint = 0; joint < kNumSmplJoints; ++joint) {
            if (joint == 1 || joint == 4) continue;
            QCOMPARE(body.pose.row(joint), start.pose.row(joint));
        }
        QCOMPARE(body.betas, start.betas);
        QCOMPARE(body.translation, start.translation);
    }

    void pinnedJointsStay() {
        std::mt19937 generator(3);
        for (int i = 0; i < 10; ++i) {
            const BodyParameters start = randomBody(generator, 0.2);
            DragOptions options;
            for (const int pin : {int(kRightWrist), int(kHead)}) options.pins[pin] = place(start, pin);
            // The trunk must give way for this, and pinned head and right hand must not follow it.
            const BodyParameters body = draggedTo(start, kLeftWrist, place(start, kLeftWrist) + Eigen::Vector3d(0.15, 0.1, -0.1), options);
            for (const auto& [pin, where] : options.pins) QVERIFY2((place(body, pin) - where).norm() < 0.001, qPrintable(QString::number((place(body, pin) - where).norm())));
            QVERIFY(limitViolations(body.pose).empty());
        }
    }

    void feetStayWhenThePelvisSinks() {
        BodyParameters start;
        start.pose.row(0) << 3.1415926, 0, 0;
        for (const int hip : {1, 2}) start.pose.row(hip) << -0.3, 0, 0;
        for (const int knee : {4, 5}) start.pose.row(knee) << 0.6, 0, 0;
        DragOptions options;
        for (const int pin : {int(kLeftAnkle), int(kRightAnkle)}) options.pins[pin] = place(start, pin);
        const Eigen::Vector3d target = place(start, kPelvis) + Eigen::Vector3d(0, 0.15, 0);  // y down
        const BodyParameters body = draggedTo(start, kPelvis, target, options);
        QVERIFY((place(body, kPelvis) - target).norm() < 0.004);
        for (const auto& [pin, where] : options.pins) QVERIFY((place(body, pin) - where).norm() < 0.001);
        QVERIFY(body.pose(4, 0) > 0.8 && body.pose(5, 0) > 0.8);  // the knees bend
        QVERIFY(limitViolations(body.pose).empty());
    }

    void anUnreachablePlaceStretchesTheArmWithinItsLimits() {
        std::mt19937 generator(4);
        const BodyParameters start = randomBody(generator, 0.2);
        const Eigen::Vector3d far = place(start, kLeftWrist) + Eigen::Vector3d(3, -1, 0);
        const BodyParameters body = draggedTo(start, kLeftWrist, far);
        QVERIFY(body.pose.allFinite());
        QVERIFY(limitViolations(body.pose).empty());
        QVERIFY((place(body, kLeftWrist) - far).norm() < (place(start, kLeftWrist) - far).norm());
    }

    void lockedJointsStay() {
        std::mt19937 generator(5);
        const BodyParameters start = randomBody(generator, 0.2);
        DragOptions options;
        options.lockedJoints = {18};
        const BodyParameters body = draggedTo(start, kLeftWrist, place(start, kLeftWrist) + Eigen::Vector3d(-0.1, -0.15, 0), options);
        QCOMPARE(body.pose.row(18), start.pose.row(18));
        QVERIFY(body.pose.row(16) != start.pose.row(16));
    }

    void goingBackBringsThePoseBack() {
        std::mt19937 generator(6);
        const BodyParameters start = randomBody(generator, 0.15);
        const Eigen::Vector3d home = place(start, kLeftWrist);
        BodyParameters body = draggedTo(start, kLeftWrist, home + Eigen::Vector3d(0.1, 0.1, -0.1));
        for (int i = 0; i < 5; ++i) body = dragJoint(smallKeypoints(), body, start, kLeftWrist, home);
        QVERIFY((body.pose - start.pose).cwiseAbs().maxCoeff() < 0.02);
    }

    void thePriorChoosesTheLikelierOfThePosesThatReach() {
        const auto likely = shippedPoseMixture();
        const auto cost = [&](const BodyParameters& body) { return addPosePrior(articulated(body).rotations, *likely, 1, nullptr); };
        DragOptions withPrior;
        withPrior.prior = likely.get();
        std::mt19937 generator(8);
        double saved = 0;
        for (int i = 0; i < 8; ++i) {
            const BodyParameters start = randomBody(generator, 0.15);
            BodyParameters raised = start;  // arm up and bent: the elbow may swing about the line from shoulder to wrist
            raised.pose.row(16) << 0, -0.4, 0.5;
            raised.pose.row(18) << 0, -1.3, 0;
            raised.pose = withinLimits(raised.pose);
            const Eigen::Vector3d target = place(raised, kLeftWrist);
            const BodyParameters without = draggedTo(start, kLeftWrist, target), with = draggedTo(start, kLeftWrist, target, withPrior);
            QVERIFY((place(without, kLeftWrist) - target).norm() < 0.004 && (place(with, kLeftWrist) - target).norm() < 0.004);
            QVERIFY2(cost(with) < cost(without) + 0.01, qPrintable(QString("%1 and %2").arg(cost(with)).arg(cost(without))));
            QVERIFY(limitViolations(with.pose).empty());
            saved += cost(without) - cost(with);
        }
        QVERIFY2(saved > 8, qPrintable(QString::number(saved)));
    }

    void aStepTakesMilliseconds_data() {
        QTest::addColumn<bool>("isShipped");
        QTest::newRow("small body, no prior") << false;
        QTest::newRow("body and prior that ship") << true;
    }
    void aStepTakesMilliseconds() {
        QFETCH(bool, isShipped);
        const auto likely = shippedPoseMixture();
        const KeypointModel keypoints(isShipped ? *loadBodyModel(resourcePath("body/openbody.npz")) : *SmallBody::model());
        std::mt19937 generator(7);
        const BodyParameters start = randomBody(generator, 0.2);
        const Points3d joints = keypoints.evaluate(articulated(start), false).points.bottomRows<kNumSmplJoints>();
        DragOptions options;
        if (isShipped) options.prior = likely.get();
        for (const int pin : {int(kLeftAnkle), int(kRightAnkle), int(kRightWrist)}) options.pins[pin] = joints.row(pin).transpose();
        const Eigen::Vector3d target = joints.row(kLeftWrist).transpose() + Eigen::Vector3d(0.02, 0.02, 0);
        QBENCHMARK { dragJoint(keypoints, start, start, kLeftWrist, target, options); }
    }

    void badInputIsRefused() {
        const BodyParameters body;
        QVERIFY_EXCEPTION_THROWN(dragJoint(smallKeypoints(), body, body, 24, {0, 0, 0}), Error);
        QVERIFY_EXCEPTION_THROWN(dragJoint(smallKeypoints(), body, body, 3, {0, std::numeric_limits<double>::infinity(), 0}), Error);
        DragOptions options;
        options.pins[-1] = {0, 0, 0};
        QVERIFY_EXCEPTION_THROWN(dragJoint(smallKeypoints(), body, body, 3, {0, 0, 0}, options), Error);
    }
};

HMR_TEST_CLASS(TestInverseKinematics, "test_inverse_kinematics")
#include "test_inverse_kinematics.moc"
