// SPDX-License-Identifier: MIT
#include <cmath>
#include <numbers>

#include "inference/turn_guard.h"
#include "support/test_class.h"

using namespace hmr;

namespace {

BodyParameters facing(double degrees, double knee = 0) {
    BodyParameters parameters;
    parameters.pose.row(0) << 0, degrees * std::numbers::pi / 180, 0;
    parameters.pose(4, 0) = knee;
    return parameters;
}

constexpr double kFrame = 1 / 25.0;

}  // namespace

class TestTurnGuard : public QObject {
    Q_OBJECT

    /// What the guard makes of headings, frame by frame.
    static std::vector<double> headings(const std::vector<double>& degrees) {
        TurnGuard guard;
        std::vector<double> kept;
        for (std::size_t i = 0; i < degrees.size(); ++i) {
            BodyParameters parameters = facing(degrees[i]);
            guard.hold(parameters, static_cast<double>(i) * kFrame);
            guard.believe(parameters, static_cast<double>(i) * kFrame);
            kept.push_back(std::round(parameters.pose(0, 1) * 180 / std::numbers::pi));
        }
        return kept;
    }

private Q_SLOTS:
    void aFlippedFrameIsHeld() {
        QCOMPARE(headings({10, 12, 170, 14, 15}), (std::vector<double>{10, 12, 12, 14, 15}));
        QCOMPARE(headings({10, 175, -170, 160, 14}), (std::vector<double>{10, 10, 10, 10, 14}));
    }

    void fastTurnsOfPeopleAreNot() {
        std::vector<double> spin;
        for (int i = 0; i < 20; ++i) spin.push_back(std::remainder(30 * i, 360));  // two turns a second
        QCOMPARE(headings(spin), spin);
    }

    // A first frame that was wrong does not hold those that follow for long.
    void whatStaysIsBelieved() {
        std::vector<double> degrees(20, 170);
        degrees[0] = 5;
        const auto kept = headings(degrees);
        QCOMPARE(kept[5], 5.0);
        QCOMPARE(kept[9], 170.0);
        QCOMPARE(kept.back(), 170.0);
    }

    void theWholePoseIsHeldAndAGapEndsIt() {
        TurnGuard guard;
        guard.believe(facing(0, 0.7), 1);
        BodyParameters flipped = facing(180, 0.1);
        flipped.betas[0] = 2;
        QVERIFY(guard.hold(flipped, 1 + kFrame));
        QCOMPARE(flipped.pose(4, 0), 0.7);
        QCOMPARE(flipped.betas[0], 2.0);
        BodyParameters later = facing(180, 0.1);
        QVERIFY(!guard.hold(later, 2));
        QCOMPARE(later.pose(4, 0), 0.1);
    }
};

HMR_TEST_CLASS(TestTurnGuard, "test_turn_guard")
#include "test_turn_guard.moc"
