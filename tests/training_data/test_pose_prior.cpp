// SPDX-License-Identifier: MIT
#include <QFile>
#include <QTemporaryDir>
#include <limits>
#include <set>

#include "body/limits.h"
#include "body/rotation.h"
#include "formats/npz.h"
#include "support/error_text.h"
#include "support/test_class.h"
#include "training/prior/pose_prior.h"
#include "training/prior/prior_builder.h"
#include "training/scenes/synthetic_person.h"
#include "training_data/acclaim_skeleton.h"

namespace hmr::test {
namespace {

PosePrior smallPrior(int numPoses, int numClips) {
    PosePrior prior;
    prior.poses.resize(numPoses, 72);
    Random random(3);
    for (float& value : prior.poses.reshaped()) value = static_cast<float>(random.normal(0, 0.2));
    for (int i = 0; i < numPoses; ++i) prior.clips.push_back(static_cast<std::uint32_t>(i % numClips));
    for (int i = 0; i < numClips; ++i) prior.clipNames.push_back("walk/clip_" + std::to_string(i) + ".amc");
    return prior;
}

}  // namespace

/// The pose prior: its file, its halves, how recordings become one.
class TestPosePrior : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void survivesItsFile() {
        QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath("prior.npz").toStdString();
        const PosePrior prior = smallPrior(40, 7);
        savePosePrior(file, prior);
        const PosePrior read = loadPosePrior(file);
        QCOMPARE(read.clipNames, prior.clipNames);
        QCOMPARE(read.clips, prior.clips);
        QVERIFY((read.poses - prior.poses).cwiseAbs().maxCoeff() < 1e-3f);  // float16
        QVERIFY(read.betaDeviation == Eigen::VectorXd::Ones(10));
    }

    void wrongFilesAreExplained_data() {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QString>("explanation");
        QTest::newRow("another skeleton") << "skeleton" << "another skeleton";
        QTest::newRow("not finite") << "nan" << "not finite";
        QTest::newRow("missing array") << "missing" << "\"clips\" is missing";
        QTest::newRow("counts disagree") << "count" << "entries in \"clips\"";
        QTest::newRow("unknown clip") << "clip" << "are named";
        QTest::newRow("names are no list") << "names" << "JSON list";
    }
    void wrongFilesAreExplained() {
        QFETCH(QString, change);
        QFETCH(QString, explanation);
        QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath("prior.npz").toStdString();
        savePosePrior(file, smallPrior(6, 2));
        NpzArrays arrays = readNpz(file);
        std::vector<float> poses(6 * 72, 0.1f);
        if (change == "skeleton") arrays["poses"] = NdArray::from(std::vector<float>(6 * 66), {6, 66});
        if (change == "nan") poses[100] = std::numeric_limits<float>::quiet_NaN(), arrays["poses"] = NdArray::from(poses, {6, 72});
        if (change == "missing") arrays.erase("clips");
        if (change == "count") arrays["clips"] = NdArray::from(std::vector<std::uint32_t>(5), {5});
        if (change == "clip") arrays["clips"] = NdArray::from(std::vector<std::uint32_t>(6, 2), {6});
        if (change == "names") arrays["clip_names"] = NdArray::fromText("walk");
        writeNpz(file, arrays);
        const QString error = errorText([&] { loadPosePrior(file); });
        QVERIFY2(error.contains("prior.npz") && error.contains(explanation), qPrintable(error));
    }

    void halvesShareNoClip() {
        const PosePrior prior = smallPrior(600, 300);
        const auto clipsOf = [&](DataSplit split) {
            std::set<std::uint32_t> clips;
            for (const int row : posesOfSplit(prior, split)) clips.insert(prior.clips[static_cast<std::size_t>(row)]);
            return clips;
        };
        const auto training = clipsOf(DataSplit::Training), validation = clipsOf(DataSplit::Validation);
        QCOMPARE(training.size() + validation.size(), std::size_t{300});
        QVERIFY(validation.size() > 12 && validation.size() < 60);
        for (const auto clip : validation) QVERIFY(!training.contains(clip));
    }

    void spreadPosesLieApart() {
        PosePrior prior = smallPrior(400, 4);
        for (int i = 0; i < 390; ++i) prior.poses.row(i) = prior.poses.row(0);  // many copies of one pose
        const PosePrior spread = wellSpread(prior, 22);
        QCOMPARE(spread.size(), 22);
        std::set<float> kinds;
        for (int i = 0; i < spread.size(); ++i) kinds.insert(spread.poses(i, 5));
        QCOMPARE(kinds.size(), std::size_t{11});  // the ten others are all found
    }

    void shippedPriorIsHuman() {
        const PosePrior prior = loadPosePrior(HMR_RESOURCE_DIR "/prior/poses.npz");
        QVERIFY(prior.size() >= 2000);
        int beyond = 0;
        for (int row = 0; row < prior.size(); ++row) {
            Points3d pose(24, 3);
            for (int j = 0; j < 24; ++j) pose.row(j) = prior.poses.row(row).segment<3>(3 * j).cast<double>();
            beyond += !jointsBeyondLimits(pose, recordedJointLimits(), 0.005).empty();  // float16
        }
        QCOMPARE(beyond, 0);
        for (const std::string& name : prior.clipNames) QVERIFY(!QString::fromStdString(name).contains("hdm", Qt::CaseInsensitive));
    }

    void recordingsBecomeAPrior() {
        QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        const auto write = [&](const char* name, const std::string& text) {
            QFile file(folder.filePath(name));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(QByteArray::fromStdString(text));
        };
        write("07.asf", acclaimSkeletonText());
        write("07_01.amc", acclaimMotionText(17, 4, 10));
        write("07_02.amc", acclaimMotionText(9, 5, 10).substr(0, 2500));
        PriorReport report;
        const PosePrior prior = buildPosePrior({root}, {}, report);
        QCOMPARE(report.clips.size(), std::size_t{2});
        QCOMPARE(report.clips[0].frames, 3);  // 17 frames at 120 a second thinned to 15
        QVERIFY(report.clips[1].problem.find("cut off") != std::string::npos);
        QCOMPARE(prior.size(), report.kept);
        QCOMPARE(prior.clipNames, std::vector<std::string>{"07_01.amc"});
        const QString error = errorText([&] { buildPosePrior({root / "nowhere"}, {}, report); });
        QVERIFY(error.contains("no such file"));
    }

    void headingIsTakenAway() {
        const Eigen::Matrix3d tilted = rotationFromAxisAngle({0.2, 0, 0.1});
        const Eigen::Matrix3d turned = rotationFromAxisAngle({0, 1.9, 0}) * tilted;
        const Eigen::Matrix3d straight = withoutHeading(turned);
        QVERIFY(angleBetween(straight, withoutHeading(tilted)) < 1e-9);
        QVERIFY(std::abs(straight(0, 2)) < 1e-12 && straight(2, 2) > 0);
    }

    void viewpointsLookLevelMostly() {
        int level = 0;
        for (std::uint64_t i = 0; i < 500; ++i) {
            Random random(5, i);
            const Viewpoint view = drawViewpoint(2, 15, random);
            QVERIFY(view.distance >= 2 && view.distance <= 15);
            QVERIFY(std::abs(view.cameraFromWorld.determinant() - 1) < 1e-9);
            level += view.up().y() < -0.95f;  // up is against the picture's y
        }
        QVERIFY(level > 400);
    }
};

HMR_TEST_CLASS(TestPosePrior, "test_pose_prior")

}  // namespace hmr::test

#include "test_pose_prior.moc"
