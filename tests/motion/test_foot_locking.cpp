// SPDX-License-Identifier: MIT
#include "body/motion/foot_locking.h"

#include "body/motion/motion_figures.h"
#include "support/test_class.h"
#include "support/walking_take.h"

using namespace hmr;

namespace {

/// Somebody who stands with bent knees, then makes a step to the side with the left foot, then stands again; upright in
/// camera axes. The feet rest but for the step.
Track standingWithAStep(const BodyModel& model, int numFrames) {
    Track track{0, "person_1", 0, {}};
    const JointChain chain(model, Eigen::VectorXd::Zero(10));
    BodyParameters start;
    start.pose(0, 0) = EIGEN_PI;
    for (const int hip : {1, 2}) start.pose(hip, 0) = -0.3;
    for (const int knee : {4, 5}) start.pose(knee, 0) = 0.6;
    for (const int ankle : {7, 8}) start.pose(ankle, 0) = -0.3;
    start.translation << 0, 0.3, 5;
    const JointFrames joints = chain.pose(start);
    for (int frame = 0; frame < numFrames; ++frame) {
        MotionSample sample;
        sample.body = start;
        const double t = std::clamp((frame - 30) / 15.0, 0.0, 1.0);
        const Eigen::Vector3d lift(0.15 * t, -0.15 * std::sin(EIGEN_PI * t), 0);
        placeAnkle(chain, sample.body, 1, 4, 7, joints.positions.row(7).transpose() + lift, joints.rotations[7]);
        track.set(frame, std::make_shared<const MotionSample>(sample));
    }
    return track;
}

}  // namespace

class TestFootLocking : public QObject {
    Q_OBJECT
    const std::shared_ptr<const BodyModel> model_ = test::SmallBody::model();

    FloorPlane floorOf(const Track& track) const {
        Take take;
        take.tracks = {track};
        take.frameRate = 30;
        return foundFloor(*model_, take);
    }

private Q_SLOTS:
    void theSoleIsUnderTheFoot() {
        const Soles soles = solesOf(*model_, Eigen::VectorXd::Zero(10));
        for (std::size_t side = 0; side < 2; ++side) {
            QCOMPARE(soles[2 * side].joint, side == 0 ? 7 : 8);
            QCOMPARE(soles[2 * side + 1].joint, side == 0 ? 10 : 11);
            QVERIFY(soles[2 * side].offset.y() < 0 && soles[2 * side + 1].offset.y() < 0);
        }
    }
    void theAnkleReachesItsPlace() {
        const JointChain chain(*model_, Eigen::VectorXd::Zero(10));
        BodyParameters body = test::walkingBody(0.1, 0.4);
        body.betas.setZero();
        const JointFrames before = chain.pose(body);
        const Eigen::Vector3d place = before.positions.row(7).transpose() + Eigen::Vector3d(0.05, -0.12, 0.08);
        const Eigen::Matrix3d turn = rotationFromAxisAngle({0.2, -0.1, 0.3});
        placeAnkle(chain, body, 1, 4, 7, place, turn);
        const JointFrames after = chain.pose(body);
        QVERIFY((after.positions.row(7).transpose() - place).norm() < 1e-9);
        QVERIFY((after.rotations[7] - turn).norm() < 1e-9);
        for (const int joint : {0, 1, 2, 8, 15, 22}) QVERIFY((after.positions.row(joint) - before.positions.row(joint)).norm() < 1e-12);
        // Out of reach: as far as the leg goes, towards the place.
        const Eigen::Vector3d far = before.positions.row(1).transpose() + Eigen::Vector3d(0, 3, 0);
        placeAnkle(chain, body, 1, 4, 7, far, turn);
        const Eigen::Vector3d reached = chain.pose(body).positions.row(7) - before.positions.row(1);
        QVERIFY(reached.normalized().dot(Eigen::Vector3d(0, 1, 0)) > 1 - 1e-9);
        QVERIFY(reached.norm() > 0.99 * ((chain.rest().row(4) - chain.rest().row(1)).norm() + (chain.rest().row(7) - chain.rest().row(4)).norm()));
    }
    void contactsFollowTheSteps() {
        const Track track = standingWithAStep(*model_, 80);
        const FloorPlane floor = floorOf(track);
        QVERIFY(floor.isKnown);
        const Contacts contacts = contactsOf(*model_, track, 30, floor);
        for (std::size_t point = 0; point < kNumSolePoints; ++point) {
            const bool isLeft = point < 2;
            for (std::size_t frame = 0; frame < 80; ++frame) {
                if (frame < 27 || frame > 49) QVERIFY2(contacts[point][frame], qPrintable(QString("%1 %2").arg(point).arg(frame)));
                if (frame > 33 && frame < 42) QCOMPARE(bool(contacts[point][frame]), !isLeft);
            }
        }
    }
    void lockedFeetDoNotSlide() {
        const Track clean = standingWithAStep(*model_, 80), track = test::shaken(clean, 0.01, 0.003);
        const FloorPlane floor = floorOf(clean);
        const Contacts contacts = contactsOf(*model_, clean, 30, floor);
        ContactSettings settings;
        settings.speed = 1.2;  // the shaking alone is that fast
        const Track locked = withLockedFeet(*model_, track, 30, floor, settings);
        Contacts inner = contacts;  // away from the ends of a contact, where a lock fades
        for (auto& flags : inner)
            for (std::size_t frame = 24; frame < 56; ++frame) flags[frame] = false;
        const MotionFigures before = figuresOf(*model_, track, 30, floor, inner), after = figuresOf(*model_, locked, 30, floor, inner);
        QVERIFY(before.numContacts > 100);
        QVERIFY2(before.footSlide > 5, qPrintable(QString::number(before.footSlide)));
        QVERIFY2(after.footSlide < 0.1 * before.footSlide, qPrintable(QString("%1 of %2 mm").arg(after.footSlide).arg(before.footSlide)));
        QVERIFY2(after.acceleration < 1.2 * before.acceleration, qPrintable(QString("%1 %2").arg(before.acceleration).arg(after.acceleration)));
        // They stand on the floor.
        const JointChain chain(*model_, Eigen::VectorXd::Zero(10));
        const Soles soles = solesOf(*model_, Eigen::VectorXd::Zero(10));
        for (const int frame : {5, 15, 70}) {
            for (const Eigen::Vector3d& place : solePlaces(soles, chain.pose(locked.at(frame)->body)))
                QVERIFY2(std::abs(floor.heightOf(place)) < 0.01, qPrintable(QString::number(floor.heightOf(place))));
        }
    }
    void aSecondLockChangesLittle() {
        const Track track = test::shaken(standingWithAStep(*model_, 80), 0.01, 0.003);
        const FloorPlane floor = floorOf(track);
        ContactSettings settings;
        settings.speed = 1.2;
        const Track once = withLockedFeet(*model_, track, 30, floor, settings), twice = withLockedFeet(*model_, once, 30, floor, settings);
        for (const int frame : {10, 70}) QVERIFY(test::largestTurn(*once.at(frame), *twice.at(frame)) < 0.03);
    }
};

HMR_TEST_CLASS(TestFootLocking, "test_foot_locking")
#include "test_foot_locking.moc"
