// SPDX-License-Identifier: MIT
#include "support/test_class.h"
#include "training/scenes/visibility_buffer.h"

namespace hmr::test {
namespace {

/// A triangle facing the viewer: clockwise on the screen, y down.
Points3f triangleAt(float left, float top, float size, float nearness) {
    Points3f points(3, 3);
    points << left, top, nearness, left, top + size, nearness, left + size, top, nearness;
    return points;
}

Triangles one() {
    Triangles triangles(1, 3);
    triangles << 0, 1, 2;
    return triangles;
}

int countOf(const VisibilityBuffer& buffer, std::uint32_t id) {
    int count = 0;
    for (int y = 0; y < buffer.height(); ++y)
        for (int x = 0; x < buffer.width(); ++x) count += buffer.id(x, y) == id;
    return count;
}

}  // namespace

/// Which triangle a sample shows.
class TestVisibilityBuffer : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void coversItsArea() {
        VisibilityBuffer buffer;
        buffer.clear(64, 64);
        buffer.draw(triangleAt(4, 4, 40, 1), one(), 7, true);
        QVERIFY(std::abs(countOf(buffer, 7) - 800) <= 40);  // half of 40 × 40, give or take the border
        QCOMPARE(buffer.id(5, 5), 7u);
        QCOMPARE(buffer.id(60, 60), VisibilityBuffer::kNothing);
    }

    void nearerWinsInEitherOrder() {
        for (const bool nearFirst : {true, false}) {
            VisibilityBuffer buffer;
            buffer.clear(32, 32);
            for (const bool isNear : {nearFirst, !nearFirst}) buffer.draw(triangleAt(2, 2, 20, isNear ? 0.5f : 0.2f), one(), isNear ? 1 : 2, true);
            QCOMPARE(buffer.id(5, 5), 1u);
            QCOMPARE(countOf(buffer, 2), 0);
        }
    }

    void backsAreLeftOutWhenAsked() {
        Triangles back(1, 3);
        back << 0, 2, 1;
        VisibilityBuffer buffer;
        buffer.clear(32, 32);
        buffer.draw(triangleAt(2, 2, 20, 1), back, 1, true);
        QCOMPARE(countOf(buffer, 1), 0);
        buffer.draw(triangleAt(2, 2, 20, 1), back, 1, false);
        QVERIFY(countOf(buffer, 1) > 100);
    }

    void neighboursLeaveNoGapAndDoNotDouble() {
        // A square of two triangles: every sample inside is covered.
        Points3f points(4, 3);
        points << 3.3f, 2.7f, 1, 3.3f, 27.9f, 1, 28.2f, 2.7f, 1, 28.2f, 27.9f, 1;
        Triangles triangles(2, 3);
        triangles << 0, 1, 2, 2, 1, 3;
        VisibilityBuffer buffer;
        buffer.clear(32, 32);
        buffer.draw(points, triangles, 0, true);
        for (int y = 3; y < 27; ++y)
            for (int x = 3; x < 27; ++x) QVERIFY(buffer.id(x, y) != VisibilityBuffer::kNothing);
    }

    void outsideAndBehindAreHarmless() {
        VisibilityBuffer buffer;
        buffer.clear(16, 16);
        buffer.draw(triangleAt(-1e6f, -1e6f, 10, 1), one(), 1, false);
        buffer.draw(triangleAt(2, 2, 10, -1), one(), 1, false);
        QCOMPARE(countOf(buffer, 1), 0);
        buffer.draw(triangleAt(-100, -100, 1e4f, 1), one(), 1, false);
        QCOMPARE(countOf(buffer, 1), 256);
    }

    void weightsFollowPerspective() {
        // Corners at depths 1, 2 and 4; the middle of the screen triangle lies nearer to the near corner.
        const PinholeCamera camera{100, {50, 50}, Eigen::Vector3d::Zero()};
        Points3f points(3, 3);
        points << -0.3f, -0.3f, 1, -0.4f, 0.8f, 2, 1.2f, -0.9f, 4;
        const Points3f screen = screenPoints(camera, points, 1);
        const Eigen::Vector3f weights = cornerWeights(screen, one(), 0, 40, 40);
        const Eigen::Vector3f point = weights[0] * points.row(0) + weights[1] * points.row(1) + weights[2] * points.row(2);
        QVERIFY(std::abs(weights.sum() - 1) < 1e-5f);
        QVERIFY(std::abs(100 * point.x() / point.z() + 50 - 40.5f) < 1e-3f);
        QVERIFY(std::abs(100 * point.y() / point.z() + 50 - 40.5f) < 1e-3f);
    }
};

HMR_TEST_CLASS(TestVisibilityBuffer, "test_visibility_buffer")

}  // namespace hmr::test

#include "test_visibility_buffer.moc"
