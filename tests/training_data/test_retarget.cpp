// SPDX-License-Identifier: MIT
#include <array>

#include "body/limits.h"
#include "body/rotation.h"
#include "body/skeleton.h"
#include "formats/retarget.h"
#include "support/error_text.h"
#include "support/test_class.h"
#include "training_data/acclaim_skeleton.h"

namespace hmr::test {
namespace {

std::array<Eigen::Matrix3d, kNumSmplJoints> worldOf(const Points3d& pose) {
    std::array<Eigen::Matrix3d, kNumSmplJoints> world;
    for (std::size_t j = 0; j < kNumSmplJoints; ++j) {
        const Eigen::Matrix3d local = rotationFromAxisAngle(pose.row(static_cast<Eigen::Index>(j)));
        world[j] = kSmplParents[j] < 0 ? local : Eigen::Matrix3d(world[static_cast<std::size_t>(kSmplParents[j])] * local);
    }
    return world;
}

/// Bones whose direction in SMPL's T-pose is known exactly.
struct LimbDirection {
    std::size_t joint;
    Eigen::Vector3d straight;
    const char* bone;
};
const LimbDirection kLimbs[] = {{1, {0, -1, 0}, "lfemur"}, {2, {0, -1, 0}, "rfemur"}, {4, {0, -1, 0}, "ltibia"}, {5, {0, -1, 0}, "rtibia"},
                                {16, {1, 0, 0}, "lhumerus"}, {17, {-1, 0, 0}, "rhumerus"}, {18, {1, 0, 0}, "lwrist"}, {19, {-1, 0, 0}, "rwrist"},
                                {20, {1, 0, 0}, "lhand"}, {21, {-1, 0, 0}, "rhand"}, {3, {0, 1, 0}, "lowerback"}, {9, {0, 1, 0}, "thorax"},
                                {15, {0, 1, 0}, "head"}};

/// A 3ds Max style file: arms hang down at rest.
std::string maxStyleText(const std::string& angles) {
    struct Joint { const char *name; int depth; const char* offset; };
    const Joint joints[] = {{"Hips", 0, "0 0 0"}, {"LeftHip", 1, "1.8 -1.7 0.8"}, {"LeftKnee", 2, "2.394 -6.578 0"}, {"LeftAnkle", 3, "2.394 -6.578 0"},
                            {"LeftToe", 4, "0.1 -0.4 2"}, {"RightHip", 1, "-1.8 -1.7 0.8"}, {"RightKnee", 2, "-2.394 -6.578 0"}, {"RightAnkle", 3, "-2.394 -6.578 0"},
                            {"RightToe", 4, "-0.1 -0.4 2"}, {"lowerback", 1, "0 0 0"}, {"Chest", 2, "0 2 0"}, {"Chest2", 3, "0 2 0"}, {"lowerneck", 4, "0 2 0"},
                            {"Head", 5, "0 1 0"}, {"LeftCollar", 4, "0 2 0"}, {"LeftShoulder", 5, "3 0 0"}, {"LeftElbow", 6, "0 -5 0"}, {"LeftWrist", 7, "0 -4 0"},
                            {"RightCollar", 4, "0 2 0"}, {"RightShoulder", 5, "-3 0 0"}, {"RightElbow", 6, "0 -5 0"}, {"RightWrist", 7, "0 -4 0"}};
    std::string text = "HIERARCHY\n", numbers = "0 0 0";
    int depth = -1;
    for (const Joint& joint : joints) {
        for (; depth >= joint.depth; --depth) text += "}\n";
        text += std::string(joint.depth ? "JOINT " : "ROOT ") + joint.name + "\n{\nOFFSET " + joint.offset + "\nCHANNELS " +
                (joint.depth ? "3" : "6 Xposition Yposition Zposition") + " Zrotation Yrotation Xrotation\n";
        depth = joint.depth;
        numbers += " " + angles;
    }
    for (; depth >= 0; --depth) text += "}\n";
    return text + "MOTION\nFrames: 1\nFrame Time: 0.008333\n" + numbers + "\n";
}

}  // namespace

/// Retargeting: the SMPL pose has its limbs where the recording has them.
class TestRetarget : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void acclaimLimbsKeepTheirDirections() {
        const AsfSkeleton skeleton = parseAsf(acclaimSkeletonText(), "test.asf");
        const AmcMotion motion = parseAmc(acclaimMotionText(5, 7), "test.amc", skeleton);
        const RetargetedClip clip = retargeted(skeleton, motion, "test.amc");
        QCOMPARE(clip.poses.size(), std::size_t{5});
        for (int frame = 0; frame < 5; ++frame) {
            const auto world = worldOf(clip.poses[static_cast<std::size_t>(frame)]);
            const Points3d ends = worldPositions(skeleton, motion, frame);
            for (const LimbDirection& limb : kLimbs) {
                const int bone = skeleton.find(limb.bone);
                const Eigen::Vector3d source = (ends.row(bone) - ends.row(skeleton.bones[static_cast<std::size_t>(bone)].parent)).transpose().normalized();
                QVERIFY2((world[limb.joint] * limb.straight - source).norm() < 1e-5, limb.bone);
            }
        }
    }

    void maxLimbsKeepTheirDirections() {
        const BvhMotion motion = parseBvh(maxStyleText("13 -21 17"), "test.bvh");
        const RetargetedClip clip = retargeted(motion, "test.bvh");
        const auto world = worldOf(clip.poses.front());
        const Points3d places = worldPositions(motion, 0);
        const auto along = [&](const char* from, const char* to) -> Eigen::Vector3d {
            return (places.row(motion.find(to)) - places.row(motion.find(from))).transpose().normalized();
        };
        QVERIFY((world[1] * Eigen::Vector3d(0, -1, 0) - along("LeftHip", "LeftKnee")).norm() < 1e-3);
        QVERIFY((world[5] * Eigen::Vector3d(0, -1, 0) - along("RightKnee", "RightAnkle")).norm() < 1e-3);
        QVERIFY((world[16] * Eigen::Vector3d(1, 0, 0) - along("LeftShoulder", "LeftElbow")).norm() < 1e-9);
        QVERIFY((world[19] * Eigen::Vector3d(-1, 0, 0) - along("RightElbow", "RightWrist")).norm() < 1e-9);
        QVERIFY((world[6] * Eigen::Vector3d(0, 1, 0) - along("Chest", "Chest2")).norm() < 1e-9);
    }

    void hangingArmsBecomeShoulderTurns() {
        const RetargetedClip clip = retargeted(parseBvh(maxStyleText("0 0 0"), "test.bvh"), "test.bvh");
        const Eigen::Vector3d left = clip.poses.front().row(16), right = clip.poses.front().row(17);
        QVERIFY((left - Eigen::Vector3d(0, 0, -std::numbers::pi / 2)).norm() < 1e-9);
        QVERIFY((right - Eigen::Vector3d(0, 0, std::numbers::pi / 2)).norm() < 1e-9);
        QVERIFY(jointsBeyondLimits(clip.poses.front(), recordedJointLimits()).empty());
    }

    void anotherSkeletonIsNamed() {
        const std::string text = "HIERARCHY\nROOT hips_bone\n{\nOFFSET 0 0 0\nCHANNELS 3 Zrotation Yrotation Xrotation\n}\nMOTION\nFrames: 1\nFrame Time: 0.1\n0 0 0\n";
        const QString error = errorText([&] { retargeted(parseBvh(text, "odd.bvh"), "odd.bvh"); });
        QVERIFY2(error.contains("odd.bvh") && error.contains("no bone"), qPrintable(error));
    }
};

HMR_TEST_CLASS(TestRetarget, "test_retarget")

}  // namespace hmr::test

#include "test_retarget.moc"
