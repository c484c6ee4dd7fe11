// SPDX-License-Identifier: MIT
#include <random>
#include <set>

#include "app/editing/joint_angles.h"
#include "body/rotation.h"
#include "body/skeleton.h"
#include "support/test_class.h"

using namespace hmr;

class TestJointAngles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void anglesGiveTheRotationBack() {
        std::mt19937 generator(1);
        std::uniform_real_distribution<double> angle(-180, 180);
        for (int i = 0; i < 2000; ++i) {
            const JointAngles degrees(angle(generator), angle(generator), angle(generator));
            const Eigen::Matrix3d rotation = rotationFromAngles(degrees);
            const JointAngles back = anglesFromRotation(rotation);
            QVERIFY((rotationFromAngles(back) - rotation).norm() < 1e-12);
            QVERIFY(std::abs(back.y()) <= 90 + 1e-9);
        }
    }

    void gimbalLockGivesTheRotationBack_data() {
        QTest::addColumn<double>("middle");
        for (const double middle : {90.0, -90.0, 89.9999999, 90.0000001, -89.99999999}) QTest::addRow("%.10f", middle) << middle;
    }
    void gimbalLockGivesTheRotationBack() {
        QFETCH(double, middle);
        for (const double first : {-170.0, -30.0, 0.0, 55.0, 180.0}) {
            const Eigen::Matrix3d rotation = rotationFromAngles({first, middle, 35});
            QVERIFY((rotationFromAngles(anglesFromRotation(rotation)) - rotation).norm() < 1e-8);
        }
    }

    void nearTheSlidersTheSameTripleComesBack() {
        std::mt19937 generator(2);
        std::uniform_real_distribution<double> angle(-179, 179);
        for (int i = 0; i < 2000; ++i) {
            const JointAngles degrees(angle(generator), angle(generator), angle(generator));
            if (std::abs(std::abs(degrees.y()) - 90) < 1) continue;
            const JointAngles back = anglesFromRotation(rotationFromAngles(degrees), degrees);
            QVERIFY2((back - degrees).cwiseAbs().maxCoeff() < 1e-9, qPrintable(QString("row %1").arg(i)));
        }
    }

    void orderIsIntrinsicXyz() {
        // Turning about x by 90° takes the y axis, about which the second turn goes, to z.
        const Eigen::Vector3d turned = rotationFromAngles({90, 90, 0}) * Eigen::Vector3d::UnitX();
        QVERIFY((turned - rotationFromAngles({90, 0, 0}) * (rotationFromAngles({0, 90, 0}) * Eigen::Vector3d::UnitX())).norm() < 1e-12);
        QVERIFY((turned - Eigen::Vector3d(0, 1, 0)).norm() < 1e-12);
    }

    void uprightRootShowsZeros() {
        const JointAngles angles = shownAngles(0, {EIGEN_PI, 0, 0});
        QVERIFY(angles.cwiseAbs().maxCoeff() < 1e-9);
        QVERIFY((axisAngleFromShown(0, JointAngles::Zero()).cwiseAbs() - Eigen::Vector3d(EIGEN_PI, 0, 0)).norm() < 1e-9);
    }

    void shownAnglesGiveTheAxisAngleBack() {
        std::mt19937 generator(3);
        std::uniform_real_distribution<double> part(-1.5, 1.5);
        for (int joint : {0, 4, 18}) {
            for (int i = 0; i < 200; ++i) {
                const Eigen::Vector3d axisAngle(part(generator), part(generator), part(generator));
                const Eigen::Vector3d back = axisAngleFromShown(joint, shownAngles(joint, axisAngle));
                QVERIFY((rotationFromAxisAngle(back) - rotationFromAxisAngle(axisAngle)).norm() < 1e-9);
            }
        }
    }

    void groupsHoldEachJointOnce() {
        std::set<int> seen;
        int count = 0;
        for (const JointGroup& group : jointGroups()) {
            seen.insert(group.joints.begin(), group.joints.end());
            count += static_cast<int>(group.joints.size());
        }
        QCOMPARE(count, kNumSmplJoints);
        QCOMPARE(static_cast<int>(seen.size()), kNumSmplJoints);
    }

    void labelsRead() {
        QCOMPARE(jointLabel("left_knee"), std::string("Left knee"));
        QCOMPARE(jointLabel("spine1"), std::string("Spine 1"));
    }
};

HMR_TEST_CLASS(TestJointAngles, "test_joint_angles")
#include "test_joint_angles.moc"
