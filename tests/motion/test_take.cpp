// SPDX-License-Identifier: MIT
#include "body/motion/take.h"

#include <numbers>

#include "body/motion/finished_take.h"
#include "body/motion/joint_chain.h"
#include "body/motion/motion_figures.h"
#include "body/motion/track_editing.h"
#include "support/error_text.h"
#include "support/test_class.h"
#include "support/walking_take.h"

using namespace hmr;
using hmr::test::errorText;
using hmr::test::walkingTake;

class TestTake : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aTrackHoldsWhatWasSet() {
        Track track;
        const auto sample = std::make_shared<const MotionSample>();
        track.set(7, sample);
        track.set(4, sample);
        track.set(9, sample);
        QCOMPARE(track.firstFrame, 4);
        QCOMPARE(track.endFrame(), 10);
        QCOMPARE(track.numSamples(), 3);
        QVERIFY(gapsOf(track) == (std::vector<FrameRange>{{5, 7}, {8, 9}}));
        QVERIFY(!track.at(3) && !track.at(5) && track.at(7) && !track.at(10));
        track.set(9, nullptr);
        QCOMPARE(track.endFrame(), 8);
        track.set(4, nullptr);
        QCOMPARE(track.firstFrame, 7);
        track.set(7, nullptr);
        QVERIFY(track.samples.empty());
    }
    void flippedFramesBetweenGoodNeighboursAreFound() {
        Track track;
        const auto at = [&](int frame, double degrees) {
            MotionSample sample;
            sample.body.pose.row(0) << 0, degrees * std::numbers::pi / 180, 0;
            track.set(frame, std::make_shared<const MotionSample>(sample));
        };
        for (int frame = 0; frame < 40; ++frame) at(frame, 5 * frame);  // somebody who turns round
        QVERIFY(flippedFrames(track).empty());
        at(7, 35 + 180);
        at(20, 100 - 170);
        at(21, 105 + 120);
        QVERIFY(flippedFrames(track) == (std::vector<int>{7, 20, 21}));
        for (int frame = 30; frame < 40; ++frame) at(frame, 5 * frame + 180);  // stays turned: no flip
        QVERIFY(flippedFrames(track) == (std::vector<int>{7, 20, 21}));
        track.set(8, nullptr);  // nobody tells what was right
        QVERIFY(flippedFrames(track) == (std::vector<int>{20, 21}));
    }
    void theFullFrameCameraGivesBackTheCrops() {
        PersonEstimate person;
        person.id = 3;
        person.crop = {{500, 300}, 420};
        person.camera = {0.8, {0.1, -0.2}};
        person.parameters = test::walkingBody(0.3, 0);
        person.parameters.translation.setZero();
        TakeRecorder recorder("clip.mp4", 1280, 720, 25);
        recorder.add(5, {person});
        const Take& take = recorder.take();
        QCOMPARE(take.numFrames, 6);
        QCOMPARE(take.tracks.size(), std::size_t{1});
        const MotionSample& sample = *take.tracks[0].at(5);
        QVERIFY(sample.body.translation.z() > 1);
        const PersonEstimate back = estimateOf(take, take.tracks[0], sample);
        QCOMPARE(back.id, 3);
        QVERIFY(std::abs(back.camera.scale - person.camera.scale) < 1e-12);
        QVERIFY((back.camera.translation - person.camera.translation).norm() < 1e-12);
        QVERIFY(back.parameters == person.parameters);
    }
    void recordingAFrameAgainReplacesIt() {
        TakeRecorder recorder("clip.mp4", 640, 480, 25);
        PersonEstimate one, two;
        two.id = 1;
        for (PersonEstimate* person : {&one, &two}) person->crop = {{100, 100}, 100};
        recorder.add(0, {one, two});
        recorder.add(1, {one, two});
        recorder.add(1, {two});
        QCOMPARE(recorder.take().find(0)->numSamples(), 1);
        QCOMPARE(recorder.take().find(1)->numSamples(), 2);
    }
    void theJointChainIsThatOfThePosedBody() {
        const auto model = test::SmallBody::model();
        const BodyParameters body = test::walkingBody(0.4, 0.2);
        const JointFrames joints = JointChain(*model, body.betas).pose(body);
        const PosedBody posed = poseBody(*model, body);
        QVERIFY((joints.positions - posed.joints).cwiseAbs().maxCoeff() < 1e-9);
        for (std::size_t j = 0; j < joints.rotations.size(); ++j) QVERIFY((joints.rotations[j] - posed.jointRotations[j]).norm() < 1e-9);
    }
    void splitAndMergeAreInverse() {
        const Take original = walkingTake(2, 60, {20, 25});
        Take take = original;
        const int id = splitTrack(take, 0, 30);
        QCOMPARE(take.tracks.size(), std::size_t{3});
        QCOMPARE(take.find(0)->endFrame(), 30);
        QCOMPARE(take.find(id)->firstFrame, 30);
        mergeTracks(take, 0, id);
        QCOMPARE(take.tracks.size(), std::size_t{2});
        QVERIFY(take.find(0)->samples == original.find(0)->samples);
    }
    void splittingInAGapLeavesNoEmptyEnds() {
        Take take = walkingTake(1, 60, {20, 25});
        const int id = splitTrack(take, 0, 22);
        QCOMPARE(take.find(0)->endFrame(), 20);
        QCOMPARE(take.find(id)->firstFrame, 25);
    }
    void theSurerSampleStaysWhereTracksOverlap() {
        Take take = walkingTake(2, 40);
        auto sure = std::make_shared<MotionSample>(*take.find(1)->at(20));
        sure->confidence = 1;
        take.find(1)->set(20, sure);
        const SharedSample other = take.find(0)->samples[21];
        mergeTracks(take, 0, 1);
        QVERIFY(take.find(0)->at(20) == sure.get());
        QVERIFY(take.find(0)->at(21) == other.get());
    }
    void cutsAndTrims() {
        Take take = walkingTake(2, 40);
        cutTrack(take, 0, {10, 15});
        QVERIFY(gapsOf(*take.find(0)) == (std::vector<FrameRange>{{10, 15}}));
        cutTrack(take, 0, {0, 20});
        QCOMPARE(take.find(0)->firstFrame, 20);
        trimTake(take, {15, 30});
        QCOMPARE(take.numFrames, 15);
        QCOMPARE(take.find(0)->firstFrame, 5);
        QCOMPARE(take.find(1)->firstFrame, 0);
        cutTrack(take, 0, {0, 100});
        QVERIFY(!take.find(0));
    }
    void trimmingKeepsWhatTheKeysDid() {
        for (const KeyBlend blend : {KeyBlend::Correct, KeyBlend::Replace}) {
            Take take = walkingTake(2, 60);
            std::map<int, KeyLayer> keys;
            keys[0].blend = keys[1].blend = blend;
            for (const int frame : {5, 25, 50}) keys[0].keys[frame].rotations[4] = {0.02 * frame, 0, 0};
            keys[1].keys[40].translation = Eigen::Vector3d(0, 0, 6);
            const Take before = finishedTake(take, keys, {});
            trimTake(take, keys, {15, 40});
            const Take after = finishedTake(take, keys, {});
            QCOMPARE(after.numFrames, 25);
            for (const int id : {0, 1})
                for (int frame = 0; frame < 25; ++frame) {
                    QVERIFY(test::largestTurn(*after.find(id)->at(frame), *before.find(id)->at(frame + 15)) < 1e-9);
                    QVERIFY((after.find(id)->at(frame)->body.translation - before.find(id)->at(frame + 15)->body.translation).norm() < 1e-9);
                }
        }
    }
    void aFinishedTakeHasTheShapesSetByHand() {
        const Take take = walkingTake(2, 30, {12, 15});
        const Take result = finishedTake(take, {}, {{0, {{2, 1.5}, {400, 9}}}, {7, {{0, 3}}}});
        QVERIFY(result.find(0)->at(20)->body.betas[2] == 1.5 && result.find(0)->at(20)->body.betas[0] == 0.7);
        QVERIFY(!result.find(0)->at(13));
        QVERIFY(result.find(1)->samples == take.find(1)->samples);
    }
    void ghostsAreDropped_data() {
        QTest::addColumn<int>("numFrames");
        QTest::addColumn<double>("nearest");
        QTest::addColumn<double>("farthest");
        QTest::addColumn<double>("confidence");
        QTest::addColumn<bool>("stays");
        QTest::newRow("a person") << 40 << 4.0 << 6.0 << 0.8 << true;
        QTest::newRow("somebody who runs through") << 12 << 4.0 << 7.0 << 0.7 << true;
        QTest::newRow("unsure, but there for long") << 40 << 4.0 << 5.0 << 0.3 << true;
        QTest::newRow("for an eighth of a second") << 4 << 4.0 << 4.1 << 0.9 << false;
        QTest::newRow("rushing off") << 11 << 20.0 << 156.0 << 0.9 << false;
        QTest::newRow("too far") << 40 << 70.0 << 72.0 << 0.9 << false;
        QTest::newRow("inside the camera") << 40 << 0.05 << 0.1 << 0.9 << false;
        QTest::newRow("brief and never sure") << 20 << 8.0 << 9.0 << 0.31 << false;
    }
    void ghostsAreDropped() {
        QFETCH(int, numFrames);
        QFETCH(double, nearest);
        QFETCH(double, farthest);
        QFETCH(double, confidence);
        QFETCH(bool, stays);
        Take take = walkingTake(1, 60);
        Track ghost{5, "person_6", 0, {}};
        for (int i = 0; i < numFrames; ++i) {
            MotionSample sample;
            sample.body.translation.z() = nearest + (farthest - nearest) * i / numFrames;
            sample.confidence = confidence;
            ghost.set(15 + i, std::make_shared<const MotionSample>(sample));
        }
        take.tracks.push_back(ghost);
        Take alone = take;
        deleteTrack(alone, 0);
        dropGhosts(take);
        QVERIFY(take.find(0));
        QCOMPARE(take.find(5) != nullptr, stays);
        dropGhosts(alone);
        QVERIFY(alone.find(5));  // all there is
    }
    void wishesWithoutSenseAreRefused() {
        Take take = walkingTake(1, 10);
        QVERIFY(errorText([&] { splitTrack(take, 0, 0); }).contains("cannot be split"));
        QVERIFY(errorText([&] { splitTrack(take, 5, 3); }).contains("no track"));
        QVERIFY(errorText([&] { mergeTracks(take, 0, 0); }).contains("itself"));
        QVERIFY(errorText([&] { trimTake(take, {20, 30}); }).contains("no frame"));
        QCOMPARE(take.find(0)->numSamples(), 10);
    }
};

HMR_TEST_CLASS(TestTake, "test_take")
#include "test_take.moc"
