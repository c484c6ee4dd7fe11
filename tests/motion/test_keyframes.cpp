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
    void localKeysFadeToBothSides() {
        KeyLayer layer{{}, KeyBlend::Local, 6};
        const Eigen::Matrix3d change = rotationFromAxisAngle({0, 0.4, 0});
        layer.keys[20].rotations[1] = axisAngleFromRotation(turn(*track().at(20), 1) * change);
        const auto angleAt = [&](int frame) { return angleBetween(turn(*keyedSample(track(), layer, frame), 1), turn(*track().at(frame), 1)); };
        QVERIFY(std::abs(angleAt(20) - 0.4) < 1e-7);
        for (int away = 1; away < 6; ++away) {
            QVERIFY(std::abs(angleAt(20 - away) - angleAt(20 + away)) < 1e-7);
            QVERIFY(angleAt(20 + away) < angleAt(20 + away - 1));
        }
        QVERIFY(std::abs(angleAt(23) - 0.2) < 1e-7);
        for (const int frame : {0, 14, 26, 39}) QVERIFY(*keyedSample(track(), layer, frame) == *track().at(frame) || angleAt(frame) < 1e-7);
    }
    void shapeAndPlaceAreBlendedBetweenKeys() {
        KeyLayer layer;
        const Eigen::Vector3d aside(0.3, -0.1, 0.5);
        layer.keys[10].translation = track().at(10)->body.translation;
        layer.keys[30].translation = track().at(30)->body.translation + aside;
        layer.keys[10].betas = track().at(10)->body.betas;
        layer.keys[30].betas = track().at(30)->body.betas + Eigen::VectorXd::Constant(10, 2);
        for (int frame = 10; frame <= 30; ++frame) {
            const auto sample = keyedSample(track(), layer, frame);
            const double share = (frame - 10) / 20.0;
            QVERIFY((sample->body.translation - track().at(frame)->body.translation - share * aside).norm() < 1e-9);
            QVERIFY((sample->body.betas - track().at(frame)->body.betas - Eigen::VectorXd::Constant(10, 2 * share)).norm() < 1e-9);
        }
    }
    void keysOfASplitTrackKeepItsMotion_data() {
        QTest::addColumn<int>("blend");
        QTest::addColumn<std::vector<int>>("frames");
        QTest::newRow("correct") << int(KeyBlend::Correct) << std::vector{8, 30};
        QTest::newRow("correct before") << int(KeyBlend::Correct) << std::vector{8};
        QTest::newRow("correct behind") << int(KeyBlend::Correct) << std::vector{30};
        QTest::newRow("replace") << int(KeyBlend::Replace) << std::vector{8, 30};
        QTest::newRow("replace before") << int(KeyBlend::Replace) << std::vector{4, 8};
        QTest::newRow("local") << int(KeyBlend::Local) << std::vector{8, 30};
        QTest::newRow("local far away") << int(KeyBlend::Local) << std::vector{2};
    }
    void keysOfASplitTrackKeepItsMotion() {
        QFETCH(int, blend);
        QFETCH(std::vector<int>, frames);
        constexpr int kCut = 20;
        KeyLayer layer{{}, static_cast<KeyBlend>(blend), 10};
        for (const int frame : frames) {
            layer.keys[frame].rotations[18] = Eigen::Vector3d(0.02 * frame, -0.5, 0.1);
            layer.keys[frame].translation = track().at(frame)->body.translation + Eigen::Vector3d(0.01 * frame, 0, 0.2);
        }
        const SplitKeys parts = splitKeys(track(), layer, kCut);
        Track before = track(), after = track();
        before.samples.resize(static_cast<std::size_t>(kCut));
        after.samples.erase(after.samples.begin(), after.samples.begin() + kCut);
        after.firstFrame = kCut;
        for (int frame = 0; frame < 40; ++frame) {
            const auto expected = keyedSample(track(), layer, frame);
            const auto found = frame < kCut ? keyedSample(before, parts.before, frame) : keyedSample(after, parts.after, frame);
            QVERIFY(angleBetween(turn(*found, 18), turn(*expected, 18)) < 1e-6);
            QVERIFY((found->body.translation - expected->body.translation).norm() < 1e-9);
        }
    }
    void keysBridgeAGap() {
        KeyLayer layer{{}, KeyBlend::Replace};
        layer.keys[39].translation = Eigen::Vector3d(0, 0, 5);
        layer.keys[45].translation = Eigen::Vector3d(6, 0, 5);
        const auto sample = keyedSample(track(), layer, 42);
        QVERIFY(sample && sample->isMade);
        QVERIFY((sample->body.translation - Eigen::Vector3d(3, 0, 5)).norm() < 1e-9);
        QVERIFY(gapsOf(keyedTrack(track(), layer)).empty());
        layer.blend = KeyBlend::Correct;  // there is no motion to correct
        QVERIFY(!keyedSample(track(), layer, 42));
        QVERIFY(gapsOf(keyedTrack(track(), layer)) == gapsOf(track()));
    }
};

HMR_TEST_CLASS(TestKeyframes, "test_keyframes")
#include "test_keyframes.moc"
