// SPDX-License-Identifier: MIT
#include <cmath>

#include "formats/asf_amc.h"
#include "formats/bvh.h"
#include "support/error_text.h"
#include "support/test_class.h"
#include "training_data/acclaim_skeleton.h"

namespace hmr::test {
namespace {

const std::string kTwoBones =
    "HIERARCHY\nROOT Hips\n{\n  OFFSET 0 0 0\n  CHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation\n"
    "  JOINT upper arm\n  {\n    OFFSET 0 10 0\n    CHANNELS 3 Zrotation Yrotation Xrotation\n    End Site\n    {\n      OFFSET 5 0 0\n    }\n  }\n}\n"
    "MOTION\nFrames: 2\nFrame Time: 0.04\n1 2 3 90 0 0 0 0 0\n0 0 0 0 0 0 0 90 0\n";

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    return text.replace(text.find(what), what.size(), with);
}

}  // namespace

/// Motion capture files: what they mean, and what is said of broken ones.
class TestMocapFiles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void bvhBonesTurnWithTheirParents() {
        const BvhMotion motion = parseBvh(kTwoBones, "test.bvh");
        QCOMPARE(motion.joints.size(), std::size_t{3});
        QCOMPARE(motion.joints[1].name, std::string("upper arm"));
        QVERIFY(motion.joints[2].isEnd);
        QCOMPARE(motion.frameTime, 0.04);
        // Frame 0: the root stands at (1,2,3) and turns a quarter about z, so what lay along y lies along −x.
        const Points3d first = worldPositions(motion, 0);
        QVERIFY((first.row(1) - Eigen::RowVector3d(-9, 2, 3)).norm() < 1e-12);
        QVERIFY((first.row(2) - Eigen::RowVector3d(-9, 7, 3)).norm() < 1e-12);
        // Frame 1: the arm turns a quarter about y, so its end along x goes to −z.
        QVERIFY((worldPositions(motion, 1).row(2) - Eigen::RowVector3d(0, 10, -5)).norm() < 1e-12);
    }

    void brokenBvhIsExplained_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("explanation");
        const auto row = [](const char* name, const std::string& text, const char* explanation) {
            QTest::newRow(name) << QString::fromStdString(text) << QString(explanation);
        };
        row("no bvh", "hello", "HIERARCHY");
        row("cut in the hierarchy", kTwoBones.substr(0, 120), "cut off");
        row("cut in the motion", kTwoBones.substr(0, kTwoBones.size() - 8), "cut off");
        row("too few frames", replaced(kTwoBones, "Frames: 2", "Frames: 3"), "cut off");
        row("absurd count", replaced(kTwoBones, "Frames: 2", "Frames: 99999999999"), "more than it can hold");
        row("negative count", replaced(kTwoBones, "Frames: 2", "Frames: -1"), "whole number");
        row("not a number", replaced(kTwoBones, "1 2 3 90", "1 nan 3 90"), "no number");
        row("word", replaced(kTwoBones, "1 2 3 90", "1 x 3 90"), "no number");
        row("channel", replaced(kTwoBones, "Xrotation", "Wrotation"), "channel");
        row("brace", replaced(kTwoBones, "MOTION", "}\nMOTION"), "brace");
    }
    void brokenBvhIsExplained() {
        QFETCH(QString, text);
        QFETCH(QString, explanation);
        const QString error = errorText([&] { parseBvh(text.toStdString(), "test.bvh"); });
        QVERIFY2(error.contains("test.bvh") && error.contains(explanation), qPrintable(error));
    }

    void acclaimRestPoseHasItsDirections() {
        const AsfSkeleton skeleton = parseAsf(acclaimSkeletonText(), "test.asf");
        QVERIFY(std::abs(skeleton.metresPerUnit() - 0.0254 / 0.45) < 1e-12);
        AmcMotion motion = parseAmc(acclaimMotionText(1, 1), "test.amc", skeleton);
        motion.frames.setZero();
        const Points3d ends = worldPositions(skeleton, motion, 0);
        for (std::size_t i = 1; i < skeleton.bones.size(); ++i) {
            const AsfBone& bone = skeleton.bones[i];
            const Eigen::Vector3d along = (ends.row(static_cast<Eigen::Index>(i)) - ends.row(bone.parent)).transpose();
            QVERIFY((along - bone.direction * bone.length).norm() < 1e-12);
        }
    }

    void acclaimAnglesTurnAboutTheBonesAxes() {
        const AsfSkeleton skeleton = parseAsf(acclaimSkeletonText(), "test.asf");
        AmcMotion motion = parseAmc(acclaimMotionText(1, 1), "test.amc", skeleton);
        motion.frames.setZero();
        const int humerus = skeleton.find("lhumerus"), radius = skeleton.find("lradius");
        // The elbow's one angle turns about the x axis of the bone's own frame, which is perpendicular to the arm.
        motion.frames(0, motion.firstNumber[static_cast<std::size_t>(radius)]) = 90;
        const Points3d ends = worldPositions(skeleton, motion, 0);
        const Eigen::Vector3d upper = skeleton.bones[static_cast<std::size_t>(humerus)].direction;
        const Eigen::Vector3d lower = (ends.row(radius) - ends.row(humerus)).transpose().normalized();
        QVERIFY(std::abs(lower.dot(upper)) < 1e-6);
        QVERIFY(std::abs(lower.dot(skeleton.bones[static_cast<std::size_t>(radius)].axes.col(0))) < 1e-6);
    }

    void brokenAcclaimIsExplained() {
        const std::string asf = acclaimSkeletonText(), amc = acclaimMotionText(3, 1);
        const AsfSkeleton skeleton = parseAsf(asf, "test.asf");
        const auto amcError = [&](const std::string& text) { return errorText([&] { parseAmc(text, "test.amc", skeleton); }); };
        QVERIFY(errorText([&] { parseAsf(asf.substr(0, 700), "test.asf"); }).contains("cut off"));
        QVERIFY(errorText([&] { parseAsf("nothing", "test.asf"); }).contains("no bones"));
        QVERIFY(errorText([&] { parseAsf(replaced(asf, "lhipjoint lfemur", "nowhere lfemur"), "test.asf"); }).contains("does not hang"));
        QVERIFY(amcError(amc.substr(0, amc.rfind("ltoes"))).contains("lacks bone"));
        QVERIFY(amcError(amc.substr(0, amc.rfind("ltoes") + 6)).contains("0 numbers, expected 1"));
        QVERIFY(amcError(amc.substr(0, amc.rfind("ltoes") + 2)).contains("the file is cut off"));  // inside a word
        QVERIFY(amcError("").contains("no frames"));
        QVERIFY(amcError(replaced(amc, "\nltibia ", "\nltibia 1 ")).contains("2 numbers, expected 1"));
        const QString unknown = amcError(replaced(amc, "\nltibia ", "\ntail "));
        QVERIFY(unknown.contains("not in the skeleton") && !unknown.contains("cut off"));
        QVERIFY(amcError(replaced(amc, "\nltoes ", "\nltoes nan\n#")).contains("no number"));
    }
};

HMR_TEST_CLASS(TestMocapFiles, "test_mocap_files")

}  // namespace hmr::test

#include "test_mocap_files.moc"
