// SPDX-License-Identifier: MIT
#include <random>

#include "body/camera.h"
#include "body/person_estimate.h"
#include "support/small_body.h"
#include "support/test_class.h"

using namespace hmr;

namespace {

/// Points of about a person's size around the root, as the crop's network sees them.
Points3d personPoints() {
    std::mt19937 generator(11);
    std::normal_distribution<double> across(0, 0.3), deep(0, 0.15);
    Points3d points(500, 3);
    for (Eigen::Index i = 0; i < points.rows(); ++i) points.row(i) << across(generator), across(generator), deep(generator);
    return points;
}

/// What the crop's own pinhole sees (focal length 5000 in so many pixels, principal point at their centre), carried into the
/// source picture: the definition that frameCamera must meet.
Points2d throughTheCrop(const WeakPerspectiveCamera& camera, const CropWindow& crop, const Points3d& points, double resolution) {
    Points2d pixels(points.rows(), 2);
    const double depth = 2 * 5000.0 / (resolution * camera.scale);
    for (Eigen::Index i = 0; i < points.rows(); ++i) {
        const double z = points(i, 2) + depth;
        const double u = 5000 * (points(i, 0) + camera.translation.x()) / z + resolution / 2;
        const double v = 5000 * (points(i, 1) + camera.translation.y()) / z + resolution / 2;
        pixels.row(i) << crop.center.x() - crop.side / 2 + u * crop.side / resolution,
            crop.center.y() - crop.side / 2 + v * crop.side / resolution;
    }
    return pixels;
}

}  // namespace

class TestCamera : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void frameCameraIsExact_data() {
        QTest::addColumn<double>("scale");
        QTest::addColumn<double>("side");
        QTest::addColumn<double>("resolution");
        QTest::newRow("usual") << 0.9 << 380.0 << 224.0;
        QTest::newRow("large person") << 0.8 << 2000.0 << 224.0;
        QTest::newRow("small and far") << 0.3 << 60.0 << 224.0;
        QTest::newRow("very near") << 2.5 << 900.0 << 224.0;
        QTest::newRow("HMR 2.0's") << 0.9 << 380.0 << 256.0;
    }
    void frameCameraIsExact() {
        QFETCH(double, scale);
        QFETCH(double, side);
        QFETCH(double, resolution);
        const WeakPerspectiveCamera camera{scale, {0.13, -0.21}};
        const CropWindow crop{{1600, 250}, side, 5000 / resolution};  // far from the middle of 1920x1080
        const Points3d points = personPoints();
        const Points2d pixels = project(frameCamera(camera, crop), points);
        const Points2d expected = throughTheCrop(camera, crop, points, resolution);
        QVERIFY((pixels - expected).rowwise().norm().maxCoeff() < 1e-6);
    }

    void weakAndPinholeAgreeAtRootDepth() {
        const WeakPerspectiveCamera camera{0.85, {-0.2, 0.3}};
        const CropWindow crop{{640, 300}, 420};
        Points3d points = personPoints();
        points.col(2).setZero();
        const Points2d weak = framePixels(crop, project(camera, points));
        QVERIFY((weak - project(frameCamera(camera, crop), points)).rowwise().norm().maxCoeff() < 1e-9);
    }

    void cropCameraUndoesFrameCamera() {
        const WeakPerspectiveCamera camera{0.77, {0.4, -0.1}};
        const CropWindow crop{{100, 900}, 310};
        const WeakPerspectiveCamera back = cropCamera(frameCamera(camera, crop), crop);
        QVERIFY(std::abs(back.scale - camera.scale) < 1e-12);
        QVERIFY((back.translation - camera.translation).norm() < 1e-12);
    }

    void aPersonCanMoveToAnotherCrop() {
        const WeakPerspectiveCamera camera{0.77, {0.4, -0.1}};
        const CropWindow crop{{400, 500}, 310}, other{{450, 430}, 520};
        const WeakPerspectiveCamera moved = cropCamera(frameCamera(camera, crop), other);
        Points3d points = personPoints();
        points.col(2).setZero();
        const Points2d before = framePixels(crop, project(camera, points));
        const Points2d after = framePixels(other, project(moved, points));
        QVERIFY((before - after).rowwise().norm().maxCoeff() < 1e-9);
    }

    void frameTranslationIsExactAtRootDepth() {
        const WeakPerspectiveCamera camera{0.9, {0.1, 0.05}};
        const CropWindow crop{{1500, 400}, 380};
        const double focalLength = 1920;
        const PinholeCamera pinhole{focalLength, {960, 540}, frameTranslation(camera, crop, 1920, 1080, focalLength)};
        Points3d points = personPoints();
        points.col(2).setZero();
        const Points2d exact = project(frameCamera(camera, crop), points);
        QVERIFY((project(pinhole, points) - exact).rowwise().norm().maxCoeff() < 1e-9);
    }

    void defaultFocalLengthIsTheDiagonal() { QCOMPARE(defaultFocalLength(300, 400), 500.0); }

    void updateJointsProjectsThePosedBody() {
        const auto model = test::SmallBody::model();
        PersonEstimate person;
        person.crop = {{320, 240}, 400};
        person.camera = {0.9, {0.05, 0.1}};
        person.parameters.pose.row(0) << 3.0, 0.1, 0;
        person.parameters.pose.row(16) << 0, 0, 0.7;
        const PosedBody posed = updateJoints(*model, person);
        QCOMPARE(person.joints3d, posed.joints);
        const Points2d expected = throughTheCrop(person.camera, person.crop, cocoPlusJoints(*model, posed.vertices), 224);
        QCOMPARE(person.joints2d.rows(), Eigen::Index{19});
        QVERIFY((person.joints2d - expected).rowwise().norm().maxCoeff() < 1e-6);
    }
};

HMR_TEST_CLASS(TestCamera, "test_camera")
#include "test_camera.moc"
