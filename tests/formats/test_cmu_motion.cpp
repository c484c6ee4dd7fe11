// SPDX-License-Identifier: MIT
#include <Eigen/Geometry>
#include <QTemporaryDir>
#include <map>
#include <numbers>

#include "body/posing.h"
#include "formats/atomic_file.h"
#include "formats/motion/take_file.h"
#include "support/small_body.h"
#include "support/test_class.h"

using namespace hmr;
namespace fs = std::filesystem;

namespace {

struct Bone {
    const char* name;
    int depth;
    Eigen::Vector3d offset;  ///< from the parent, file units
};

/// One of the ways in which CMU's recordings were turned into BVH, with proportions such as those files have.
struct Conversion {
    std::vector<Bone> bones;
    const char* rotationOrder;  ///< of the joints' channels: "ZYX"
    double leg, pelvisHeight;   ///< file units
    bool beginsWithTPose;       ///< a first frame that is not motion
    const char *leftArm, *rightArm, *leftThigh, *rightThigh, *spine;
    double leftArmInTPose, rightArmInTPose, leftThighInTPose, rightThighInTPose;  ///< degrees about z from the zero pose
};

/// T-pose arms at zero, legs spread by 20 degrees; a unit is 0.0564 m.
Conversion motionBuilder() {
    return {{{"Hips", 0, {0, 0, 0}}, {"LHipJoint", 1, {0, 0, 0}}, {"LeftUpLeg", 2, {1.7, -1.8, 0.6}}, {"LeftLeg", 3, {2.394, -6.578, 0}}, {"LeftFoot", 4, {2.565, -7.048, 0}},
             {"LeftToeBase", 5, {0.2, -0.5, 2}}, {"RHipJoint", 1, {0, 0, 0}}, {"RightUpLeg", 2, {-1.7, -1.8, 0.6}}, {"RightLeg", 3, {-2.394, -6.578, 0}},
             {"RightFoot", 4, {-2.565, -7.048, 0}}, {"RightToeBase", 5, {-0.2, -0.5, 2}}, {"LowerBack", 1, {0, 0, 0}}, {"Spine", 2, {0, 2, -0.3}}, {"Spine1", 3, {0, 2, 0}},
             {"Neck", 4, {0, 0, 0}}, {"Neck1", 5, {0, 1.7, 0.1}}, {"Head", 6, {0, 1.7, -0.2}}, {"LeftShoulder", 4, {0, 0, 0}}, {"LeftArm", 5, {3.1, 1.2, -0.3}},
             {"LeftForeArm", 6, {5, 0, 0}}, {"LeftHand", 7, {3.5, 0, 0}}, {"LeftFingerBase", 8, {0, 0, 0}}, {"RightShoulder", 4, {0, 0, 0}}, {"RightArm", 5, {-3.1, 1.2, -0.3}},
             {"RightForeArm", 6, {-5, 0, 0}}, {"RightHand", 7, {-3.5, 0, 0}}, {"RightFingerBase", 8, {0, 0, 0}}},
            "ZYX", 14.5, 16.8, false, "LeftArm", "RightArm", "LeftUpLeg", "RightUpLeg", "LowerBack", 0, 0, -20, 20};
}

/// Arms that hang at zero, legs spread by 20 degrees; the same unit.
Conversion max3ds() {
    return {{{"Hips", 0, {0, 0, 0}}, {"LHipJoint", 1, {0, 0, 0}}, {"LeftHip", 2, {1.7, -1.8, 0.6}}, {"LeftKnee", 3, {2.394, -6.578, 0}}, {"LeftAnkle", 4, {2.565, -7.048, 0}},
             {"LeftToe", 5, {0.2, -0.5, 2}}, {"RHipJoint", 1, {0, 0, 0}}, {"RightHip", 2, {-1.7, -1.8, 0.6}}, {"RightKnee", 3, {-2.394, -6.578, 0}},
             {"RightAnkle", 4, {-2.565, -7.048, 0}}, {"RightToe", 5, {-0.2, -0.5, 2}}, {"lowerback", 1, {0, 0, 0}}, {"Chest", 2, {0, 2.2, -0.3}}, {"Chest2", 3, {0, 2.2, 0}},
             {"lowerneck", 4, {0, 0, 0}}, {"Neck", 5, {0, 1.4, 0.2}}, {"Head", 6, {0, 1.4, -0.3}}, {"LeftCollar", 4, {0, 0, 0}}, {"LeftShoulder", 5, {3.2, 0.9, 0}},
             {"LeftElbow", 6, {0, -5, 0}}, {"LeftWrist", 7, {0, -3.4, 0}}, {"RightCollar", 4, {0, 0, 0}}, {"RightShoulder", 5, {-3.2, 0.9, 0}}, {"RightElbow", 6, {0, -5, 0}},
             {"RightWrist", 7, {0, -3.4, 0}}},
            "ZYX", 14.5, 16.8, false, "LeftShoulder", "RightShoulder", "LeftHip", "RightHip", "lowerback", 90, -90, -20, 20};
}

/// Centimetres; arms that slope by 10 degrees at zero, and a first frame that shows the T-pose.
Conversion daz() {
    return {{{"hip", 0, {0, 0, 0}}, {"abdomen", 1, {0, 20, -1}}, {"chest", 2, {0, 12, 0}}, {"neck", 3, {0, 22, -2}}, {"head", 4, {0, 7, 1}}, {"rCollar", 3, {-3, 19, -5}},
             {"rShldr", 4, {-9, -2, 1}}, {"rForeArm", 5, {-27.575, -4.862, 0}}, {"rHand", 6, {-22.651, -3.994, 0}}, {"lCollar", 3, {3, 19, -5}}, {"lShldr", 4, {9, -2, 1}},
             {"lForeArm", 5, {27.575, -4.862, 0}}, {"lHand", 6, {22.651, -3.994, 0}}, {"rButtock", 1, {-9, -4, 1}}, {"rThigh", 2, {0, -2, -2}}, {"rShin", 3, {0, -42, 0}},
             {"rFoot", 4, {0, -43, 0}}, {"lButtock", 1, {9, -4, 1}}, {"lThigh", 2, {0, -2, -2}}, {"lShin", 3, {0, -42, 0}}, {"lFoot", 4, {0, -43, 0}}},
            "ZXY", 85, 100, true, "lShldr", "rShldr", "lThigh", "rThigh", "abdomen", 10, -10, 0, 0};
}

using MakeConversion = Conversion (*)();

/// What the recorded person does in a frame: turns in degrees from the T-pose, the pelvis in lengths of the leg.
struct Moment {
    double leftArm = 0, rightArm = 0, rightThigh = 0;  ///< about z
    double spine = 0;                                  ///< about x
    double heading = 0;                                ///< about y
    double toTheLeft = 0, ahead = 0;
};

// T-pose; left arm up, right arm down, right leg out; bent forward; turned to the left. On the way all the while.
const Moment kMoments[] = {{}, {.leftArm = 90, .rightArm = 90, .rightThigh = -45, .toTheLeft = 0.5, .ahead = 1}, {.spine = 30, .toTheLeft = 1, .ahead = 2},
                           {.heading = 90, .toTheLeft = 1.5, .ahead = 3}};
constexpr int kNumMoments = 4;

/// Angles (degrees about x, y, z) of the bones that turn.
std::map<std::string, Eigen::Vector3d> anglesOf(const Conversion& conversion, const Moment& moment) {
    return {{conversion.bones.front().name, {0, moment.heading, 0}},
            {conversion.spine, {moment.spine, 0, 0}},
            {conversion.leftArm, {0, 0, conversion.leftArmInTPose + moment.leftArm}},
            {conversion.rightArm, {0, 0, conversion.rightArmInTPose + moment.rightArm}},
            {conversion.leftThigh, {0, 0, conversion.leftThighInTPose}},
            {conversion.rightThigh, {0, 0, conversion.rightThighInTPose + moment.rightThigh}}};
}

std::string hierarchyText(const Conversion& conversion) {
    std::string text = "HIERARCHY\n", rotations;
    for (const char* axis = conversion.rotationOrder; *axis; ++axis) rotations += std::string(" ") + *axis + "rotation";
    int depth = -1;
    for (const Bone& bone : conversion.bones) {
        for (; depth >= bone.depth; --depth) text += "}\n";
        text += std::string(bone.depth ? "JOINT " : "ROOT ") + bone.name + "\n{\nOFFSET";
        for (const double value : bone.offset) text += " " + std::to_string(value);
        text += std::string("\nCHANNELS ") + (bone.depth ? "3" : "6 Xposition Yposition Zposition") + rotations + "\n";
        depth = bone.depth;
    }
    for (; depth >= 0; --depth) text += "}\n";
    return text;
}

std::string frameText(const Conversion& conversion, const Moment& moment) {
    const auto angles = anglesOf(conversion, moment);
    std::string text = std::to_string(moment.toTheLeft * conversion.leg) + " " + std::to_string(conversion.pelvisHeight) + " " + std::to_string(moment.ahead * conversion.leg);
    for (const Bone& bone : conversion.bones) {
        const auto found = angles.find(bone.name);
        for (const char* axis = conversion.rotationOrder; *axis; ++axis) text += " " + std::to_string(found == angles.end() ? 0.0 : found->second[*axis - 'X']);
    }
    return text + "\n";
}

std::string bvhText(const Conversion& conversion) {
    const int numFrames = kNumMoments + (conversion.beginsWithTPose ? 1 : 0);
    std::string text = hierarchyText(conversion) + "MOTION\nFrames: " + std::to_string(numFrames) + "\nFrame Time: 0.05\n";
    if (conversion.beginsWithTPose) text += frameText(conversion, {.toTheLeft = -7, .ahead = -7});
    for (const Moment& moment : kMoments) text += frameText(conversion, moment);
    return text;
}

Eigen::Matrix3d turn(const Eigen::Vector3d& axis, double degrees) {
    return Eigen::AngleAxisd(degrees * std::numbers::pi / 180, axis).toRotationMatrix();
}

}  // namespace

Q_DECLARE_METATYPE(MakeConversion)

/// CMU's recordings as BVH: three conversions of one motion are the same take.
class TestCmuMotion : public QObject {
    Q_OBJECT
    QTemporaryDir directory_;
    const std::shared_ptr<const BodyModel> model_ = test::SmallBody::model();
    const Points3d rest_ = shapedJoints(*model_, Eigen::VectorXd::Zero(0));
    std::vector<PosedBody> posed_;  ///< in the world of an export: y up, the floor at 0

    double ourLeg() const { return (rest_.row(4) - rest_.row(1)).norm() + (rest_.row(7) - rest_.row(4)).norm(); }
    /// The bone from one joint to the next is the T-pose's, turned.
    void compareBone(int moment, int from, int to, const Eigen::Matrix3d& turned) const {
        const Points3d& joints = posed_[static_cast<std::size_t>(moment)].joints;
        const Eigen::RowVector3d expected = (rest_.row(to) - rest_.row(from)) * turned.transpose();
        const double error = (joints.row(to) - joints.row(from) - expected).norm();
        QVERIFY2(error < 1e-3, qPrintable(QString("moment %1, joint %2: %3 m").arg(moment).arg(from).arg(error)));
    }
    void readConversion(const Conversion& conversion) {
        const fs::path file = fs::path(directory_.path().toStdString()) / "walk 走.bvh";
        writeWholeFile(file, bvhText(conversion));
        const Take take = readTake(file, *model_);
        QCOMPARE(take.frameRate, 20.0);
        QCOMPARE(take.numFrames, kNumMoments);
        QCOMPARE(take.tracks.size(), std::size_t{1});
        const WorldFrame world = worldOf(*model_, take);
        posed_.clear();
        for (int frame = 0; frame < kNumMoments; ++frame) posed_.push_back(poseBody(*model_, inWorld(world, rest_.row(0).transpose(), take.tracks[0].at(frame)->body)));
    }

private Q_SLOTS:
    void theTakeMovesAsRecorded_data() {
        QTest::addColumn<MakeConversion>("conversion");
        QTest::newRow("MotionBuilder") << MakeConversion(motionBuilder);
        QTest::newRow("3ds Max") << MakeConversion(max3ds);
        QTest::newRow("Daz") << MakeConversion(daz);
    }
    void theTakeMovesAsRecorded() {
        QFETCH(MakeConversion, conversion);
        readConversion(conversion());
        QCOMPARE(posed_.size(), std::size_t{kNumMoments});
        for (std::size_t i = 0; i < posed_.size(); ++i) {
            // Metres of our body: a way of so many legs stays one of so many legs.
            const Eigen::RowVector3d way = posed_[i].joints.row(0) - posed_[0].joints.row(0);
            QVERIFY((way - ourLeg() * Eigen::RowVector3d(kMoments[i].toTheLeft, 0, kMoments[i].ahead)).norm() < 1e-3);
            const auto lowest = static_cast<double>(posed_[i].vertices.col(1).minCoeff());
            QVERIFY2(std::abs(lowest) < 0.05, qPrintable(QString::number(lowest)));
        }
    }
    void limbsPointAsRecorded_data() { theTakeMovesAsRecorded_data(); }
    void limbsPointAsRecorded() {
        QFETCH(MakeConversion, conversion);
        readConversion(conversion());
        QCOMPARE(posed_.size(), std::size_t{kNumMoments});
        const Eigen::Matrix3d none = Eigen::Matrix3d::Identity(), quarter = turn(Eigen::Vector3d::UnitZ(), 90), out = turn(Eigen::Vector3d::UnitZ(), -45),
                              forward = turn(Eigen::Vector3d::UnitX(), 30), left = turn(Eigen::Vector3d::UnitY(), 90);
        for (const auto& [from, to] : {std::pair{16, 18}, {18, 20}, {17, 19}, {19, 21}, {1, 4}, {4, 7}, {2, 5}, {5, 8}, {9, 12}, {12, 15}}) {
            const bool isArm = from >= 16, isRightLeg = from == 2 || from == 5, isTrunk = from == 9 || from == 12;
            compareBone(0, from, to, none);
            compareBone(1, from, to, isArm ? quarter : isRightLeg ? out : none);
            compareBone(2, from, to, isArm || isTrunk ? forward : none);
            compareBone(3, from, to, left);
        }
    }
};

HMR_TEST_CLASS(TestCmuMotion, "test_cmu_motion")
#include "test_cmu_motion.moc"
