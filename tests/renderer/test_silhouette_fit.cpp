// SPDX-License-Identifier: MIT
#include "body/fitting/silhouette_fit.h"

#include "body/fitting/articulation.h"
#include "body/posing.h"
#include "body/rotation.h"
#include "formats/body_file.h"
#include "formats/resources.h"
#include "renderer/overlay_painter.h"
#include "support/error_text.h"
#include "support/test_class.h"

using namespace hmr;

/// Masks drawn by the renderer, on which the silhouette must put right what joints alone cannot.
class TestSilhouetteFit : public QObject {
    Q_OBJECT
    static constexpr int kSide = 300;
    const CropWindow crop_{{150, 150}, 300};
    const WeakPerspectiveCamera camera_{0.85, {0.02, 0.25}};
    std::shared_ptr<const BodyModel> body_;
    std::unique_ptr<KeypointModel> keypoints_;
    std::unique_ptr<OverlayPainter> painter_;

    static BodyParameters standing() {
        BodyParameters body;
        body.pose.row(0) = axisAngleFromRotation(rotationFromAxisAngle({EIGEN_PI, 0, 0}) * rotationFromAxisAngle({0, 0.3, 0})).transpose();
        body.pose(16, 2) = -0.9;
        body.pose(17, 2) = 0.9;
        return body;
    }
    Picture drawn(const BodyParameters& body, const WeakPerspectiveCamera& camera) const {
        PersonEstimate person;
        person.crop = crop_;
        person.camera = camera;
        person.parameters = body;
        return painter_->paintAlone(kSide, kSide, {person});
    }
    /// Share of the pixels of either that both cover.
    static double overlap(const Picture& a, const Picture& b) {
        int both = 0, either = 0;
        for (std::size_t i = 3; i < a.pixels.size(); i += 4) {
            both += a.pixels[i] > 127 && b.pixels[i] > 127;
            either += a.pixels[i] > 127 || b.pixels[i] > 127;
        }
        return static_cast<double>(both) / either;
    }
    std::vector<JointTarget> jointsOf(const BodyParameters& body, const std::vector<int>& leftOut = {}) const {
        const Points2d pixels = project(frameCamera(camera_, crop_), cocoPlusJoints(*body_, poseBody(*body_, body).vertices));
        Eigen::VectorXd deviations = Eigen::VectorXd::Constant(kNumCocoPlusJoints, 0.03);
        for (const int joint : leftOut) deviations[joint] = std::numeric_limits<double>::infinity();
        return cocoPlusTargets((pixels.rowwise() - crop_.center.transpose()) * (2 / crop_.side), deviations);
    }
    /// Mean distance of the shapes' surfaces, metres, but for size: one camera cannot tell a tall body from a near one.
    double surfaceError(const BodyParameters& found, const BodyParameters& truth) const {
        Points3f a = shapeBody(*body_, found.betas), b = shapeBody(*body_, truth.betas);
        a.rowwise() -= a.colwise().mean().eval();
        b.rowwise() -= b.colwise().mean().eval();
        a *= a.cwiseProduct(b).sum() / a.squaredNorm();
        return (a - b).rowwise().norm().mean();
    }

private Q_SLOTS:
    void initTestCase() {
        body_ = loadBodyModel(resourcePath("body/openbody-lod.npz"));
        keypoints_ = std::make_unique<KeypointModel>(*body_);
        painter_ = std::make_unique<OverlayPainter>(body_);
    }
    void theOutlineOfAMaskFacesOutward() {
        const Silhouette outline = silhouetteOf(drawn(standing(), camera_), crop_);
        QVERIFY(outline.points.rows() > 500 && (outline.normals.rowwise().norm().array() - 1).abs().maxCoeff() < 1e-9);
        Picture disc(100, 80, 1);
        for (int y = 0; y < 80; ++y)
            for (int x = 0; x < 100; ++x) *disc.at(x, y) = std::hypot(x + 0.5 - 40, y + 0.5 - 40) < 25 ? 255 : 0;
        const CropWindow crop{{40, 40}, 50};
        const Silhouette circle = silhouetteOf(disc, crop);
        for (Eigen::Index i = 0; i < circle.points.rows(); ++i) {
            QVERIFY(std::abs(circle.points.row(i).norm() - 1) < 0.04);
            QVERIFY(circle.points.row(i).normalized().dot(circle.normals.row(i)) > 0.97);
        }
    }
    void masksWithoutAnOutlineAreRefused() {
        Picture grey(40, 40, 1);
        QVERIFY(test::errorText([&] { silhouetteOf(grey, crop_); }).contains("nobody"));
        std::fill(grey.pixels.begin(), grey.pixels.end(), std::uint8_t{255});
        QVERIFY(test::errorText([&] { silhouetteOf(grey, crop_); }).contains("fills"));
        QVERIFY(test::errorText([&] { silhouetteOf(Picture(40, 40, 3), crop_); }).contains("3 channels"));
        QVERIFY(!test::errorText([&] { fitToSilhouette(*body_, *keypoints_, standing(), camera_, {}, {}); }).isEmpty());
    }
    void theShapeIsFound_data() {
        QTest::addColumn<int>("direction");
        QTest::addColumn<double>("value");
        for (int direction = 0; direction < 3; ++direction)
            for (const double value : {-1.8, 1.8}) QTest::addRow("%d at %.1f", direction, value) << direction << value;
    }
    void theShapeIsFound() {
        QFETCH(int, direction);
        QFETCH(double, value);
        BodyParameters truth = standing();
        truth.betas[direction] = value;
        const Picture mask = drawn(truth, camera_);
        const FitResult joints = fitToJoints(*keypoints_, standing(), camera_, jointsOf(truth));
        const FitResult outline = fitToSilhouette(*body_, *keypoints_, standing(), camera_, jointsOf(truth), silhouetteOf(mask, crop_));
        const double before = overlap(drawn(joints.parameters, joints.camera), mask), after = overlap(drawn(outline.parameters, outline.camera), mask);
        const double errorBefore = surfaceError(joints.parameters, truth), errorAfter = surfaceError(outline.parameters, truth);
        qInfo("overlap %.3f -> %.3f, surface %.1f -> %.1f mm", before, after, 1000 * errorBefore, 1000 * errorAfter);
        QVERIFY(after > 0.955 && after > before + 0.008);
        QVERIFY(errorAfter < 0.9 * errorBefore);
    }
    void aLimbWithoutJointsIsFound() {
        BodyParameters truth = standing();
        truth.pose(16, 2) = -0.5;  // the left arm, higher
        truth.pose(18, 1) = -0.4;
        const Picture mask = drawn(truth, camera_);
        const auto targets = jointsOf(truth, {10, 11});  // its elbow and wrist were not seen
        const FitResult joints = fitToJoints(*keypoints_, standing(), camera_, targets);
        const FitResult outline = fitToSilhouette(*body_, *keypoints_, standing(), camera_, targets, silhouetteOf(mask, crop_));
        const auto wristOff = [&](const FitResult& result) {
            const auto wrist = [&](const BodyParameters& body, const WeakPerspectiveCamera& camera) -> Eigen::RowVector2d {
                return project(frameCamera(camera, crop_), poseBody(*body_, body).joints).row(20);
            };
            return (wrist(result.parameters, result.camera) - wrist(truth, camera_)).norm();
        };
        const double before = overlap(drawn(joints.parameters, joints.camera), mask), after = overlap(drawn(outline.parameters, outline.camera), mask);
        qInfo("overlap %.3f -> %.3f, wrist off %.1f -> %.1f pixels", before, after, wristOff(joints), wristOff(outline));
        QVERIFY(after > before + 0.02 && after > 0.93);
        QVERIFY(wristOff(outline) < 0.4 * wristOff(joints));
    }
    void aStoppedFitEndsAtOnce() {
        std::stop_source stop;
        stop.request_stop();
        FitOptions options;
        options.stop = stop.get_token();
        QVERIFY(fitToSilhouette(*body_, *keypoints_, standing(), camera_, {}, silhouetteOf(drawn(standing(), camera_), crop_), options).wasStopped);
    }
    void aFitTakesHundredthsOfASecond() {
        BodyParameters truth = standing();
        truth.betas[0] = 1.5;
        const Silhouette outline = silhouetteOf(drawn(truth, camera_), crop_);
        const auto targets = jointsOf(truth);
        const auto body = loadBodyModel(resourcePath("body/openbody.npz"));
        QBENCHMARK_ONCE { fitToSilhouette(*body, *keypoints_, standing(), camera_, targets, outline); }
    }
};

HMR_TEST_CLASS(TestSilhouetteFit, "test_silhouette_fit")
#include "test_silhouette_fit.moc"
