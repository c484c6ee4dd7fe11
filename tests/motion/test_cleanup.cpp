// SPDX-License-Identifier: MIT
#include "body/motion/cleanup.h"

#include "body/motion/take_cleanup.h"
#include "support/error_text.h"
#include "support/test_class.h"
#include "support/walking_take.h"

using namespace hmr;
using hmr::test::errorText;
using hmr::test::shaken;
using hmr::test::walkingTake;

namespace {

constexpr FrameRange kAll{0, 1 << 30};

/// One joint that turns at a steady rate about a slanted axis, and a root that moves on evenly.
Track steadyTurn(int numFrames) {
    Track track;
    const Eigen::Vector3d axis = Eigen::Vector3d(1, 2, -1).normalized();
    for (int frame = 0; frame < numFrames; ++frame) {
        MotionSample sample;
        sample.body.pose.row(5) = axisAngleFromRotation(rotationFromAxisAngle(0.25 * frame * axis)).transpose();
        sample.body.translation = Eigen::Vector3d(0.1, -0.2, 0.05) * frame;
        track.set(frame, std::make_shared<const MotionSample>(sample));
    }
    return track;
}

double rootMeanSquareTurn(const Track& a, const Track& b) {
    double sum = 0;
    int count = 0;
    for (int frame = a.firstFrame; frame < a.endFrame(); ++frame) {
        if (!a.at(frame) || !b.at(frame)) continue;
        const double turn = test::largestTurn(*a.at(frame), *b.at(frame));
        sum += turn * turn;
        ++count;
    }
    return std::sqrt(sum / count);
}

}  // namespace

class TestCleanup : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aSteadyTurnStaysAsItIs() {
        const Track track = steadyTurn(60);  // more than two full turns: rotation vectors wrap, the manifold does not
        const Track result = smoothed(track, kAll, 30, {});
        for (int frame = 0; frame < 60; ++frame) {
            QVERIFY2(test::largestTurn(*track.at(frame), *result.at(frame)) < 1e-6, qPrintable(QString::number(frame)));
            QVERIFY((track.at(frame)->body.translation - result.at(frame)->body.translation).norm() < 1e-9);
        }
    }
    void smoothingHasNoPhase() {
        const Track track = shaken(walkingTake(1, 80).tracks[0], 0.05, 0.01);
        Track reversed = track;
        std::reverse(reversed.samples.begin(), reversed.samples.end());
        Track back = smoothed(reversed, kAll, 30, {});
        std::reverse(back.samples.begin(), back.samples.end());
        QVERIFY(rootMeanSquareTurn(back, smoothed(track, kAll, 30, {})) < 1e-9);
    }
    void smoothingBringsNoiseDown() {
        const Track clean = walkingTake(1, 120).tracks[0], noisy = shaken(clean, 0.05, 0.01);
        SmoothingSettings settings;
        settings.seconds = 0.04;  // short enough for the swing of the wrists
        const double before = rootMeanSquareTurn(clean, noisy), after = rootMeanSquareTurn(clean, smoothed(noisy, kAll, 30, settings));
        QVERIFY2(after < 0.65 * before, qPrintable(QString("%1 of %2").arg(after).arg(before)));
    }
    void onlyTheRangeAndTheJointsChange() {
        const Track track = shaken(walkingTake(1, 60).tracks[0], 0.05, 0.01);
        SmoothingSettings settings;
        settings.jointStrength.assign(24, 0);
        settings.jointStrength[18] = 1;
        settings.rootStrength = 0;
        const Track result = smoothed(track, {20, 30}, 30, settings);
        for (int frame = 0; frame < 60; ++frame) {
            const bool isInside = frame >= 20 && frame < 30;
            QCOMPARE(result.samples[static_cast<std::size_t>(frame)] == track.samples[static_cast<std::size_t>(frame)], !isInside);
            BodyParameters without = result.at(frame)->body;
            without.pose.row(18) = track.at(frame)->body.pose.row(18);
            QVERIFY(without == track.at(frame)->body);
        }
    }
    void everyJointHasAStrengthOfItsOwn() {
        const Track track = shaken(walkingTake(1, 60).tracks[0], 0.05, 0.01);
        SmoothingSettings even, mixed;
        even.seconds = 0.08;
        mixed.seconds = 0.02;
        for (const std::string_view name : kSmplJointNames) setStrength(mixed, name, 1);
        setStrength(mixed, "left_elbow", 4);
        setStrength(mixed, "right_knee", 0);
        const Track all = smoothed(track, kAll, 30, even), short_ = smoothed(track, kAll, 30, {.seconds = 0.02}), result = smoothed(track, kAll, 30, mixed);
        for (int frame = 0; frame < 60; ++frame) {
            for (int joint = 0; joint < kNumSmplJoints; ++joint) {
                const Track& expected = joint == 18 ? all : joint == 5 ? track : short_;  // four times 0.02 s are the 0.08 s of `all`
                QVERIFY2((result.at(frame)->body.pose.row(joint) - expected.at(frame)->body.pose.row(joint)).norm() < 1e-9, qPrintable(QString("joint %1 at %2").arg(joint).arg(frame)));
            }
        }
    }
    void aStrengthNeedsAJointAndARange() {
        SmoothingSettings settings;
        QVERIFY(errorText([&] { setStrength(settings, "tail", 1); }).contains("left_elbow"));
        for (const double strength : {-0.1, 4.5, std::nan("")}) QVERIFY(errorText([&] { setStrength(settings, "neck", strength); }).contains("neck"));
        QVERIFY(settings.jointStrength.empty());
        setStrength(settings, "neck", 0.5);
        QVERIFY(settings.jointStrength.at(12) == 0.5 && settings.jointStrength.at(13) == 1);
    }
    void outliersAreFoundAndRepaired() {
        const Track clean = walkingTake(1, 90).tracks[0];
        Track track = shaken(clean, 0.01, 0.002);
        for (const int frame : {30, 31, 60}) {
            auto sample = std::make_shared<MotionSample>(*track.at(frame));
            sample->body.pose.row(0) = axisAngleFromRotation(rotationFromAxisAngle(sample->body.pose.row(0).transpose()) * rotationFromAxisAngle({0, EIGEN_PI, 0})).transpose();
            if (frame == 60) sample->body.translation.z() += 3;
            track.set(frame, sample);
        }
        const RepairedTrack repaired = repairedOutliers(track, kAll);
        QVERIFY(repaired.frames == (std::vector<int>{30, 31, 60}));
        for (const int frame : {30, 31, 60}) {
            QVERIFY2(test::largestTurn(*repaired.track.at(frame), *clean.at(frame)) < 0.12, qPrintable(QString::number(test::largestTurn(*repaired.track.at(frame), *clean.at(frame)))));
            QVERIFY((repaired.track.at(frame)->body.translation - clean.at(frame)->body.translation).norm() < 0.03);
        }
        QVERIFY(repairedOutliers(clean, kAll).frames.empty());
    }
    void gapsAreFilledOnTheManifold() {
        const Track whole = steadyTurn(40);
        Track track = whole;
        for (int frame = 10; frame < 16; ++frame) track.samples[static_cast<std::size_t>(frame)] = nullptr;
        const Track filled = filledGaps(track, kAll, 10);
        QVERIFY(gapsOf(filled).empty());
        for (int frame = 10; frame < 16; ++frame) {
            QVERIFY(filled.at(frame)->isMade);
            QVERIFY(test::largestTurn(*filled.at(frame), *whole.at(frame)) < 1e-6);
            QVERIFY((filled.at(frame)->body.translation - whole.at(frame)->body.translation).norm() < 1e-9);
        }
        QCOMPARE(gapsOf(filledGaps(track, kAll, 5)).size(), std::size_t{1});
        QCOMPARE(gapsOf(filledGaps(track, {12, 40}, 10)).size(), std::size_t{1});
    }
    void oneShapeKeepsThePelvis() {
        const auto model = test::SmallBody::model();
        Track track = walkingTake(1, 41).tracks[0];
        std::mt19937 generator(1);
        std::normal_distribution<double> normal;
        for (SharedSample& sample : track.samples) {
            auto changed = std::make_shared<MotionSample>(*sample);
            for (double& beta : changed->body.betas) beta += 0.3 * normal(generator);
            sample = changed;
        }
        auto wild = std::make_shared<MotionSample>(*track.samples[7]);
        wild->body.betas[0] = 40;
        track.samples[7] = wild;
        const Eigen::VectorXd shape = shapeOf(track, ShapeChoice::Median);
        QVERIFY(std::abs(shape[0] - 0.7) < 0.2);
        QVERIFY(std::abs(shapeOf(track, ShapeChoice::LeastSquares)[0] - 0.7) > 0.5);  // the mean feels the wild frame
        const Track one = withShape(track, *model, shape);
        for (int frame = 0; frame < 41; ++frame) {
            QVERIFY(one.at(frame)->body.betas == shape);
            QVERIFY((poseBody(*model, one.at(frame)->body).joints.row(0) - poseBody(*model, track.at(frame)->body).joints.row(0)).norm() < 1e-6);
        }
    }
    void theWholeCleanUpImprovesTheFigures() {
        const auto model = test::SmallBody::model();
        Take take = walkingTake(2, 90, {40, 46});
        for (Track& track : take.tracks) track = shaken(track, 0.03, 0.01);
        CleanupSettings settings;
        settings.locksFeet = true;
        double last = 0;
        const CleanupResult result = cleaned(*model, take, settings, [&](double share) {
            const bool grows = share >= last;
            last = share;
            return grows;
        });
        QCOMPARE(last, 1.0);
        QCOMPARE(result.people.size(), std::size_t{2});
        QCOMPARE(result.people.at(0).numFilled, 6);
        QVERIFY(result.take.floor.isKnown);
        for (const auto& [id, person] : result.people) {
            QVERIFY2(person.after.acceleration < 0.5 * person.before.acceleration, qPrintable(QString("%1 %2").arg(person.before.acceleration).arg(person.after.acceleration)));
            QVERIFY(person.after.boneLengthSpread < 1e-9);
            QCOMPARE(person.after.numGapFrames, 0);
        }
        QVERIFY(test::errorText([&] { cleaned(*model, take, settings, [](double share) { return share < 0.3; }); }).contains("stopped"));
    }
};

HMR_TEST_CLASS(TestCleanup, "test_cleanup")
#include "test_cleanup.moc"
