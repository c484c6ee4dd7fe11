// SPDX-License-Identifier: MIT
#include "body/motion/keyframes.h"

#include "support/test_class.h"
#include "support/walking_take.h"

using namespace hmr;

class TestKeyframes : public QObject {
    Q_OBJECT
    const Take take_ = test::walkingTake(1, 60, {40, 45});
    const Track& track() const { return take_.tracks[0]; }

    static Eigen::Matrix3d turn(const MotionSample& sample, int joint) { return rotationFromAxisAngle(sample.body.pose.row(joint).transpose()); }

private Q_SLOTS:
    void withoutKeysNothingChanges() {
        QVERIFY(keyedTrack(track(), {}).samples == track().samples);
        QVERIFY(*keyedSample(track(), {}, 12) == *track().at(12));
        QVERIFY(!keyedSample(track(), {}, 41));
    }
    void aKeyIsMetAtItsFrame_data() {
        QTest::addColumn<int>("blend");
        QTest::newRow("correct") << int(KeyBlend::Correct);
        QTest::newRow("replace") << int(KeyBlend::Replace);
    }
    void aKeyIsMetAtItsFrame() {
        QFETCH(int, blend);
        KeyLayer layer{{}, static_cast<KeyBlend>(blend)};
        layer.keys[10].rotations[18] = {0.3, -1.1, 0.2};
        layer.keys[10].translation = Eigen::Vector3d(1, 2, 6);
        layer.keys[10].betas = Eigen::VectorXd::Constant(10, 0.25);
        layer.keys[30].rotations[18] = {-0.4, 0.5, 2.1};
        const auto sample = keyedSample(track(), layer, 10);
        QVERIFY((turn(*sample, 18) - rotationFromAxisAngle({0.3, -1.1, 0.2})).norm() < 1e-9);
        QVERIFY((sample->body.translation - Eigen::Vector3d(1, 2, 6)).norm() < 1e-12);
        QVERIFY((sample->body.betas - Eigen::VectorXd::Constant(10, 0.25)).norm() < 1e-12);
        QVERIFY((turn(*keyedSample(track(), layer, 30), 18) - rotationFromAxisAngle({-0.4, 0.5, 2.1})).norm() < 1e-9);
        // A joint without keys is as recorded.
        QVERIFY((turn(*sample, 4) - turn(*track().at(10), 4)).norm() < 1e-12);
    }
    void betweenReplacingKeysTheTurnIsSteady() {
        KeyLayer layer{{}, KeyBlend::Replace};
        layer.keys[10].rotations[18] = {0, 0, 0.2};
        layer.keys[20].rotations[18] = {0, 0, 1.2};
        for (int frame = 10; frame <= 20; ++frame) {
            const Eigen::Matrix3d expected = rotationFromAxisAngle({0, 0, 0.2 + 0.1 * (frame - 10)});
            QVERIFY(angleBetween(turn(*keyedSample(track(), layer, frame), 18), expected) < 1e-7);
        }
        for (const int outside : {9, 21}) QVERIFY(angleBetween(turn(*keyedSample(track(), layer, outside), 18), turn(*track().at(outside), 18)) < 1e-7);
    }
    void correctionsKeepTheMotionBetween() {
        KeyLayer layer;
        const Eigen::Matrix3d change = rotationFromAxisAngle({0, 0.4, 0});
        for (const int frame : {5, 25}) layer.keys[frame].rotations[1] = axisAngleFromRotation(turn(*track().at(frame), 1) * change);
        for (int frame = 0; frame < 40; ++frame) QVERIFY(angleBetween(turn(*keyedSample(track(), layer, frame), 1), turn(*track().at(frame), 1) * change) < 1e-6);
    }
    void keysBridgeAGap() {
        KeyLayer layer{{}, KeyBlend::Replace};
        layer.keys[39].translation = Eigen::Vector3d(0, 0, 5);
        layer.keys[45].translation = Eigen::Vector3d(6, 0, 5);
        const auto sample = keyedSample(track(), layer, 42);
        QVERIFY(sample && sample->isMade);
        QVERIFY((sample->body.translation - Eigen::Vector3d(3, 0, 5)).norm() < 1e-9);
        QVERIFY(gapsOf(keyedTrack(track(), layer)).empty());
    }
};

HMR_TEST_CLASS(TestKeyframes, "test_keyframes")
#include "test_keyframes.moc"
