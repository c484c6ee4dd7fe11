// SPDX-License-Identifier: MIT

#include "body/construction/mesh.h"
#include "body/construction/pose_correctives.h"
#include "body/construction/skinning.h"
#include "body/error.h"
#include "body/skeleton.h"
#include "body_construction/octahedron.h"
#include "support/test_class.h"

using namespace hmr;

namespace {

/// A stick figure's joints in an A-pose with bent elbows, roughly of human size.
Points3d bentJoints() {
    Points3d joints(kNumSmplJoints, 3);
    joints << 0, 1, 0, 0.1, 0.95, 0, -0.1, 0.95, 0, 0, 1.1, 0, 0.18, 0.55, 0.03, -0.18, 0.55, 0.03, 0, 1.2, 0, 0.2, 0.1,
        0, -0.2, 0.1, 0, 0, 1.3, 0, 0.22, 0.03, 0.12, -0.22, 0.03, 0.12, 0, 1.5, 0, 0.05, 1.45, 0, -0.05, 1.45, 0, 0,
        1.6, 0, 0.18, 1.42, 0, -0.18, 1.42, 0, 0.35, 1.2, 0, -0.35, 1.2, 0, 0.5, 1.05, 0.15, -0.5, 1.05, 0.15, 0.56, 1,
        0.2, -0.56, 1, 0.2;
    return joints;
}

/// Weights of random points: two neighbouring joints each.
SkinWeights pairWeights(int count, RandomSource& random) {
    std::vector<Eigen::Triplet<double>> entries;
    for (int v = 0; v < count; ++v) {
        const int joint = 1 + v % (kNumSmplJoints - 1);
        const double share = random.uniform(0.2, 0.8);
        entries.emplace_back(v, joint, share);
        entries.emplace_back(v, kSmplParents[joint], 1 - share);
    }
    SkinWeights weights(count, kNumSmplJoints);
    weights.setFromTriplets(entries.begin(), entries.end());
    return weights;
}

}  // namespace

/// Skinning, the T-pose, and the pose blend shapes that imitate a better skinning.
class TestSkinning : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tPoseStretchesTheArms() {
        Points3d joints = bentJoints(), skin = joints;
        SkinWeights rigid(kNumSmplJoints, kNumSmplJoints);
        rigid.setIdentity();
        bringIntoTPose(skin, joints, rigid);
        QVERIFY((skin - joints).cwiseAbs().maxCoeff() < 1e-12);  // every joint carries itself along
        QVERIFY(joints.row(0).norm() < 1e-12);
        for (const int side : {0, 1})
            for (const int joint : {18 + side, 20 + side, 22 + side}) {
                const Eigen::RowVector3d bone = joints.row(joint) - joints.row(kSmplParents[joint]);
                QVERIFY((bone.normalized() - Eigen::RowVector3d(side == 0 ? 1 : -1, 0, 0)).norm() < 1e-9);
            }
        const Eigen::RowVector3d thigh = joints.row(4) - joints.row(1);
        QVERIFY(std::abs(std::atan2(thigh.x(), -thigh.y()) - 4 * EIGEN_PI / 180) < 1e-9 &&
                std::abs(thigh.z()) < 1e-9);
        const Points3d before = bentJoints();
        for (int j = 1; j < kNumSmplJoints; ++j)  // bones keep their lengths
            QVERIFY(std::abs((joints.row(j) - joints.row(kSmplParents[j])).norm() -
                             (before.row(j) - before.row(kSmplParents[j])).norm()) < 1e-9);
    }

    void bothSkinningsAgreeOnRigidParts() {
        RandomSource random(1);
        const Points3d joints = bentJoints();
        const JointTransforms transforms = chainRotations(randomPose(random), joints);
        SkinWeights rigid(kNumSmplJoints, kNumSmplJoints);
        rigid.setIdentity();
        const Points3d points = joints.array() + 0.05;
        QVERIFY((blendLinearly(points, rigid, transforms) - blendDualQuaternions(points, rigid, transforms))
                    .cwiseAbs()
                    .maxCoeff() < 1e-12);
        QVERIFY((blendLinearly(joints, rigid, transforms) - transforms.joints).cwiseAbs().maxCoeff() < 1e-12);
    }

    void dualQuaternionsKeepDistancesWhereLinearBlendingShrinks() {
        Points3d joints = bentJoints();
        std::vector<Eigen::Matrix3d> pose(kNumSmplJoints, Eigen::Matrix3d::Identity());
        pose[18] = Eigen::AngleAxisd(2.5, Eigen::Vector3d::UnitX()).toRotationMatrix();
        const JointTransforms transforms = chainRotations(pose, joints);
        SkinWeights half(1, kNumSmplJoints);
        half.insert(0, 16) = 0.5;
        half.insert(0, 18) = 0.5;
        const Points3d point = joints.row(18) + Eigen::RowVector3d(0, 0.05, 0);
        const double dual = (blendDualQuaternions(point, half, transforms) - joints.row(18)).norm();
        const double linear = (blendLinearly(point, half, transforms) - joints.row(18)).norm();
        QVERIFY(std::abs(dual - 0.05) < 1e-9);
        QVERIFY(linear < 0.02);
    }

    void correctivesCutTheDistanceToTheTarget() {
        RandomSource random(5);
        const test::Octahedron sphere(8);
        const Symmetry symmetry(sphere.mirror, sphere.vertices);
        const Points3d joints = bentJoints();
        const SkinWeights weights = pairWeights(symmetry.numHalf(), random);
        Points3d skin(symmetry.numHalf(), 3);
        for (int h = 0; h < skin.rows(); ++h) {
            const int joint = 1 + h % (kNumSmplJoints - 1);
            skin.row(h) = joints.row(joint) +
                          Eigen::RowVector3d(random.normal(0, 0.04), random.normal(0, 0.04), random.normal(0, 0.04));
        }
        const Eigen::VectorXd shares = Eigen::VectorXd::Ones(skin.rows());
        const SkinToFit fit{skin, joints, weights, shares, symmetry};
        const Eigen::MatrixXf directions = fitPoseCorrectives(fit, 300, 1);
        const CorrectiveError error = correctiveError(fit, directions, 50, 2);
        QVERIFY2(error.rmsAfter < 0.5 * error.rmsBefore,
                 qPrintable(QString("%1 to %2").arg(error.rmsBefore).arg(error.rmsAfter)));

        const Eigen::MatrixXf whole = wholePoseDirections(directions, symmetry);
        for (std::uint32_t v = 0; v < sphere.mirror.size(); ++v) {  // mirroring pose and vertex mirrors the correction
            RandomSource draw(v);
            const auto pose = randomPose(draw);
            std::vector<Eigen::Matrix3d> flipped(kNumSmplJoints);
            const Eigen::Matrix3d flip = Eigen::Vector3d(-1, 1, 1).asDiagonal();
            for (int j = 0; j < kNumSmplJoints; ++j) flipped[j] = flip * pose[kSmplFlip[j]] * flip;
            const Eigen::Vector3d here = whole.middleRows<3>(3 * v).cast<double>() * poseFeatures(pose);
            const Eigen::Vector3d there =
                whole.middleRows<3>(3 * sphere.mirror[v]).cast<double>() * poseFeatures(flipped);
            QVERIFY((there - flip * here).norm() < 1e-9);
        }
    }

    void symmetryRefusesATableThatIsNone() {
        const test::Octahedron sphere(4);
        std::vector<std::uint32_t> wrong = sphere.mirror;
        std::swap(wrong[0], wrong[5]);
        QVERIFY_THROWS_EXCEPTION(Error, Symmetry(wrong, sphere.vertices));
        QVERIFY_THROWS_EXCEPTION(Error, Symmetry(sphere.mirror, sphere.vertices.topRows(7)));
        const Symmetry symmetry(sphere.mirror, sphere.vertices);
        QVERIFY((symmetry.whole(symmetry.symmetricHalf(sphere.vertices)) - sphere.vertices).cwiseAbs().maxCoeff() <
                1e-15);
    }
};

HMR_TEST_CLASS(TestSkinning, "test_skinning")
#include "test_skinning.moc"
