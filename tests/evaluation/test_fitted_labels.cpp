// SPDX-License-Identifier: MIT
#include <Eigen/Geometry>
#include <QTemporaryDir>
#include <numbers>

#include "body/posing.h"
#include "body/rotation.h"
#include "formats/body_file.h"
#include "formats/npz.h"
#include "formats/resources.h"
#include "support/random_weights.h"
#include "support/test_class.h"
#include "training/evaluation/fitted_labels.h"
#include "training/picture_file.h"

namespace hmr::test {
namespace {

constexpr int kSide = 160;

/// Upright, one arm raised and a leg forward, turned from the camera by an angle.
BodyParameters somebody(double heading) {
    BodyParameters parameters;
    const Eigen::Matrix3d upright = Eigen::AngleAxisd(std::numbers::pi, Eigen::Vector3d::UnitX()).toRotationMatrix();
    parameters.pose.row(0) = axisAngleFromRotation(upright * Eigen::AngleAxisd(heading, Eigen::Vector3d::UnitY()).toRotationMatrix()).transpose();
    parameters.pose.row(1) << -0.6, 0, 0;
    parameters.pose.row(4) << 0.5, 0, 0;
    parameters.pose.row(16) << 0, 0, -1.1;
    parameters.pose.row(17) << 0, 0, -0.6;
    return parameters;
}

}  // namespace

class TestFittedLabels : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::shared_ptr<const BodyModel> body_;
    std::unique_ptr<LabelFitter> fitter_;

    std::filesystem::path path(const char* name) const { return folder_.filePath(name).toStdString(); }
    Points3d jointsOf(const BodyParameters& parameters) const { return cocoPlusJoints(*body_, poseBody(*body_, parameters).vertices); }

    /// A grey picture of the body's joints; the network has nothing to go by.
    PackedPictures::Entry pictureOf(const BodyParameters& parameters) const {
        PackedPictures::Entry entry;
        entry.picture = Picture(kSide, kSide, 3);
        std::ranges::fill(entry.picture.pixels, std::uint8_t{128});
        const Points2d places = project(WeakPerspectiveCamera{0.9, {0, 0.1}}, jointsOf(parameters));
        for (int joint = 0; joint < kNumCocoPlusJoints; ++joint)
            setKeypoint(entry.keypoints, joint, static_cast<float>((places(joint, 0) + 1) * kSide / 2), static_cast<float>((places(joint, 1) + 1) * kSide / 2));
        entry.box = boxOfKeypoints(entry.keypoints);
        entry.name = "somebody";
        return entry;
    }

private Q_SLOTS:
    void initTestCase() {
        writeRandomWeights(path("w.safetensors"));
        body_ = loadBodyModel(resourcePath("body/openbody-lod.npz"));
        fitter_ = std::make_unique<LabelFitter>(HmrNetwork::load(path("w.safetensors"), {.threads = 1}), body_);
    }

    void bodiesAreFoundFromEveryHeading_data() {
        QTest::addColumn<double>("heading");
        for (const double degrees : {0.0, 70.0, 180.0, -100.0}) QTest::newRow(qPrintable(QString::number(degrees))) << degrees * std::numbers::pi / 180;
    }

    // The network's start faces the camera; where the joints' left and right say otherwise, another heading wins.
    void bodiesAreFoundFromEveryHeading() {
        QFETCH(double, heading);
        const BodyParameters truth = somebody(heading);
        const auto labels = (*fitter_)(pictureOf(truth));
        QVERIFY(labels.has_value());
        const Eigen::Matrix3d off = rotationFromAxisAngle(truth.pose.row(0).transpose()).transpose() * rotationFromAxisAngle(labels->parameters.pose.row(0).transpose());
        const double degrees = Eigen::AngleAxisd(off).angle() * 180 / std::numbers::pi;
        QVERIFY2(degrees < 40, qPrintable(QString::number(degrees)));
        const auto aboutHips = [](const Points3d& joints) { return Points3d(joints.rowwise() - (joints.row(2) + joints.row(3)) / 2); };
        const double error = (aboutHips(labels->joints3d) - aboutHips(jointsOf(truth))).rowwise().norm().mean();
        QVERIFY2(error < 0.15, qPrintable(QString::number(error)));
        QVERIFY(jointsOf(labels->parameters).isApprox(labels->joints3d, 1e-9));
    }

    void whoCannotBeFittedHasNoLabel() {
        PackedPictures::Entry person = pictureOf(somebody(0));
        for (int joint = 7; joint < kNumCocoPlusJoints; ++joint) person.keypoints[3 * joint + 2] = 0;
        QVERIFY(!(*fitter_)(person));
        person = pictureOf(somebody(0));
        for (int joint = 0; joint < kNumCocoPlusJoints; ++joint)  // nobody is as broad as that
            setKeypoint(person.keypoints, joint, joint % 2 ? 10 : 150, static_cast<float>(20 + 37 * joint % 120));
        QVERIFY(!(*fitter_)(person));
    }

    void labelsArePackedBesideTrueOnes() {
        AnnotatedPerson person;
        person.picture = path("grey.png");
        writePicture(person.picture, pictureOf(somebody(0)).picture);
        person.keypoints = pictureOf(somebody(0)).keypoints;
        person.box = pictureOf(somebody(0)).box;
        AnnotatedPerson known = person, unknown = person;
        person.id = "fitted";
        known.id = "known";
        known.parameters = somebody(1);
        known.parametersBody = "smpl";
        unknown.id = "unknown";
        packPictures(path("packed.npz"), {person, known, unknown});
        std::vector<std::string> asked;
        const std::size_t numLabelled = labelPackedPictures(path("packed.npz"), path("labelled.npz"), "openbody-1.0", [&](const PackedPictures::Entry& entry) {
            asked.push_back(entry.name);
            return entry.name == "fitted" ? std::optional(PackedLabels{somebody(0.5), jointsOf(somebody(0.5))}) : std::nullopt;
        });
        QCOMPARE(numLabelled, std::size_t{1});
        QCOMPARE(asked, (std::vector<std::string>{"fitted", "unknown"}));
        const NpzArrays arrays = readNpz(path("labelled.npz"));
        QCOMPARE(arrays.at("hasParameters").as<std::uint8_t>(), (std::vector<std::uint8_t>{1, 1, 0}));
        QCOMPARE(arrays.at("bodies").text(), std::string(R"(["openbody-1.0","smpl",""])"));
        QCOMPARE(arrays.at("pose").as<float>()[0], static_cast<float>(somebody(0.5).pose(0, 0)));
        QCOMPARE(arrays.at("pose").as<float>()[72], static_cast<float>(somebody(1).pose(0, 0)));
        const std::vector<float> joints = arrays.at("joints3d").as<float>();
        QCOMPARE(joints[1], static_cast<float>(jointsOf(somebody(0.5))(0, 1)));
        QVERIFY(std::isnan(joints[57]) && std::isnan(joints[2 * 57]));
        QCOMPARE(arrays.at("jpeg").as<std::uint8_t>(), readNpz(path("packed.npz")).at("jpeg").as<std::uint8_t>());
        int numKnown = 0;
        for (const DataSplit split : {DataSplit::Training, DataSplit::Validation}) {
            std::shared_ptr<const PackedPictures> pictures;
            try {
                pictures = loadPackedPictures(path("labelled.npz"), split, kPackedPersonSide, body_.get());
            } catch (const std::exception&) {
                continue;  // nobody in this split
            }
            for (const auto& entry : pictures->entries) numKnown += entry.parameters.has_value();
        }
        QCOMPARE(numKnown, 1);  // the other's are of another body
    }
};

HMR_TEST_CLASS(TestFittedLabels, "test_fitted_labels")

}  // namespace hmr::test
#include "test_fitted_labels.moc"
