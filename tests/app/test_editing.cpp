// SPDX-License-Identifier: MIT
#include <QAction>
#include <QDoubleSpinBox>
#include <QPushButton>
#include <QSlider>
#include <QTabBar>
#include <QDockWidget>
#include <QToolButton>
#include <QTreeWidget>

#include "app/editing/joint_angles.h"
#include "body/rotation.h"
#include "hands.h"
#include "support/test_class.h"
#include "window_fixture.h"

using namespace hmr;
using namespace hmr::test;

class TestEditing : public QObject {
    Q_OBJECT

    static void chooseJoint(const WindowFixture& fixture, int joint) {
        auto* tree = fixture.child<QTreeWidget>("poseTree");
        for (QTreeWidgetItemIterator item(tree); *item; ++item) {
            if ((*item)->data(0, Qt::UserRole).isValid() && (*item)->data(0, Qt::UserRole).toInt() == joint) {
                tree->scrollToItem(*item);
                QTest::mouseClick(tree->viewport(), Qt::LeftButton, {}, tree->visualItemRect(*item).center());
            }
        }
        QCOMPARE(fixture.session().selectedJoint(), joint);
    }

private Q_SLOTS:
    void aShapeSliderChangesTheMeshAndUndoBringsItBack() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.child<QDockWidget>("shapeDock")->raise();
        QTest::qWait(1);
        const SessionState before = fixture.session().state();
        const Points3f mesh = fixture.session().posed(0)->vertices;
        dragSlider(fixture.child<QSlider>("beta0Slider"), 30);
        const double value = fixture.session().person(0)->parameters.betas[0];
        QVERIFY(value > 0.5);
        QCOMPARE(fixture.child<QDoubleSpinBox>("beta0Spin")->value(), value);
        QVERIFY(fixture.session().posed(0)->vertices != mesh);
        QCOMPARE(fixture.session().undoStack().count(), 1);  // the whole drag
        const SessionState after = fixture.session().state();
        fixture.child<QAction>("undo")->trigger();
        QVERIFY(fixture.session().state() == before);
        QVERIFY(fixture.session().posed(0)->vertices == mesh);
        fixture.child<QAction>("redo")->trigger();
        QVERIFY(fixture.session().state() == after);
        QCOMPARE(fixture.child<QDoubleSpinBox>("beta0Spin")->value(), value);
    }

    void aSliderGoesBackWithADoubleClickAndWithItsButton() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.child<QDockWidget>("shapeDock")->raise();
        QTest::qWait(1);
        const double recovered = fixture.session().person(0)->parameters.betas[0];
        for (const bool byButton : {false, true}) {
            type(fixture.child<QDoubleSpinBox>("beta0Spin"), "2.5");
            QCOMPARE(fixture.session().person(0)->parameters.betas[0], 2.5);
            if (byButton) {
                QTest::mouseClick(fixture.child<QToolButton>("beta0Reset"), Qt::LeftButton);
            } else {
                QTest::mouseDClick(fixture.child<QSlider>("beta0Slider"), Qt::LeftButton);
            }
            QCOMPARE(fixture.session().person(0)->parameters.betas[0], recovered);
            QVERIFY(!fixture.child<QToolButton>("beta0Reset")->isEnabled());
        }
    }

    void degreesAreExactAndTheOtherAxesStay() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        chooseJoint(fixture, 5);
        type(fixture.child<QDoubleSpinBox>("angleXSpin"), "70");
        type(fixture.child<QDoubleSpinBox>("angleYSpin"), "-120.5");
        type(fixture.child<QDoubleSpinBox>("angleZSpin"), "33");
        QCOMPARE(fixture.child<QDoubleSpinBox>("angleXSpin")->value(), 70.0);
        QCOMPARE(fixture.child<QDoubleSpinBox>("angleYSpin")->value(), -120.5);
        const Eigen::Vector3d axisAngle = fixture.session().person(0)->parameters.pose.row(5).transpose();
        QVERIFY((rotationFromAxisAngle(axisAngle) - rotationFromAngles({70, -120.5, 33})).norm() < 1e-9);
    }

    void resetsReachAJointAGroupAndAll() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        for (const int joint : {5, 8, 18, 0}) {
            chooseJoint(fixture, joint);
            type(fixture.child<QDoubleSpinBox>("angleXSpin"), "25");
        }
        const auto isEdited = [&](int joint) { return fixture.session().edit(0).rotations.contains(joint); };
        QVERIFY(isEdited(5) && isEdited(8) && isEdited(18) && isEdited(0));
        chooseJoint(fixture, 18);
        QTest::mouseClick(fixture.child<QPushButton>("resetJointButton"), Qt::LeftButton);
        QVERIFY(!isEdited(18) && isEdited(5) && isEdited(8) && isEdited(0));
        chooseJoint(fixture, 5);
        QTest::mouseClick(fixture.child<QPushButton>("resetGroupButton"), Qt::LeftButton);
        QVERIFY(!isEdited(5) && !isEdited(8) && isEdited(0));
        QTest::mouseClick(fixture.child<QPushButton>("resetPoseButton"), Qt::LeftButton);
        QVERIFY(fixture.session().edit(0).isEmpty());
        fixture.child<QAction>("undo")->trigger();
        QVERIFY(isEdited(0) && !isEdited(5));
        fixture.child<QAction>("undo")->trigger();
        QVERIFY(isEdited(5) && isEdited(8));
    }

    void editsSurviveANewRunUntilReset() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        chooseJoint(fixture, 4);
        type(fixture.child<QDoubleSpinBox>("angleXSpin"), "40");
        const auto estimate = fixture.session().frame().estimate;
        const int runs = fixture.log->numRuns;
        QTest::mouseClick(fixture.child<QToolButton>("detectButton"), Qt::LeftButton);
        QVERIFY(fixture.waitIdle());
        QVERIFY(fixture.log->numRuns > runs);
        QVERIFY(fixture.session().frame().estimate != estimate);
        QVERIFY((shownAngles(4, fixture.session().person(0)->parameters.pose.row(4).transpose()) - JointAngles(40, 0, 0)).norm() < 1e-6);
        // Moving the box runs the network again too, and still the knee stays bent.
        fixture.drag(fixture.at(100, 150), fixture.at(120, 150));
        QVERIFY(fixture.waitIdle());
        QVERIFY((shownAngles(4, fixture.session().person(0)->parameters.pose.row(4).transpose()) - JointAngles(40, 0, 0)).norm() < 1e-6);
        QTest::mouseClick(fixture.child<QPushButton>("resetPoseButton"), Qt::LeftButton);
        QCOMPARE(fixture.session().person(0)->parameters.pose.row(4).norm(), 0.0);
    }

    void clickingAJointOfTheSkeletonChoosesIt() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.child<QAction>("showSkeleton")->trigger();
        const PersonEstimate& person = *fixture.session().person(1);
        const Points2d pixels = project(frameCamera(person.camera, person.crop), person.joints3d);
        QTest::mouseClick(fixture.view, Qt::LeftButton, {}, fixture.at(pixels(4, 0), pixels(4, 1)));
        QCOMPARE(fixture.session().selectedPerson(), 1);
        QCOMPARE(fixture.session().selectedJoint(), 4);
    }

    void panelsAreDisabledWithoutAPerson() {
        WindowFixture fixture;
        QVERIFY(!fixture.child<QWidget>("shapePanel")->isEnabled());
        QVERIFY(!fixture.child<QWidget>("posePanel")->isEnabled());
        QVERIFY(fixture.openPicture());
        QVERIFY(fixture.child<QWidget>("posePanel")->isEnabled());
    }
};

HMR_TEST_CLASS(TestEditing, "test_editing")
#include "test_editing.moc"
