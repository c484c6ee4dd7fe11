// SPDX-License-Identifier: MIT
#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>

#include "app/motion/cleanup_dialog.h"
#include "hands.h"
#include "support/test_class.h"
#include "support/walking_take.h"
#include "window_fixture.h"

using namespace hmr;
using namespace hmr::test;

namespace {

/// A walk whose every joint trembles.
Take tremblingTake(int numFrames) {
    Take take = walkingTake(1, numFrames);
    std::mt19937 generator(3);
    std::normal_distribution<double> normal;
    for (SharedSample& sample : take.tracks[0].samples) {
        auto moved = std::make_shared<MotionSample>(*sample);
        for (int joint = 1; joint < kNumSmplJoints; ++joint)
            for (int axis = 0; axis < 3; ++axis) moved->body.pose(joint, axis) += 0.05 * normal(generator);
        sample = moved;
    }
    return take;
}

}  // namespace

/// Smoothing by parts and joints in the dialog of the clean-up.
class TestCleanupDialog : public QObject {
    Q_OBJECT
    /// The joints that applying the dialog leaves as they were.
    static QList<int> leftAlone(CleanupDialog& dialog, const Take& before) {
        Take after;
        connect(&dialog, &CleanupDialog::applied, &dialog, [&](const Take& take) { after = take; });
        if (!click(dialog.findChild<QPushButton*>("applyButton")) || !QTest::qWaitFor([&] { return !after.isEmpty(); }, 20000)) return {};
        const MotionSample &raw = *before.tracks[0].at(15), &smooth = *after.tracks[0].at(15);
        QList<int> joints;
        for (int joint = 0; joint < kNumSmplJoints; ++joint)
            if ((smooth.body.pose.row(joint) - raw.body.pose.row(joint)).norm() < 1e-9) joints << joint;
        return joints;
    }

private Q_SLOTS:
    void eachGroupIsSmoothedAsStronglyAsItsFieldSays_data() {
        QTest::addColumn<QList<int>>("joints");
        QTest::newRow("trunk") << QList<int>{0, 3, 6, 9};
        QTest::newRow("head") << QList<int>{12, 15};
        QTest::newRow("left_arm") << QList<int>{13, 16, 18, 20, 22};
        QTest::newRow("right_arm") << QList<int>{14, 17, 19, 21, 23};
        QTest::newRow("left_leg") << QList<int>{1, 4, 7, 10};
        QTest::newRow("right_leg") << QList<int>{2, 5, 8, 11};
    }
    void eachGroupIsSmoothedAsStronglyAsItsFieldSays() {
        QFETCH(QList<int>, joints);
        const Take before = tremblingTake(30);
        CleanupDialog dialog(SmallBody::model(), before, {0, 30}, {});
        dialog.show();
        for (const char* filter : {"repairBox", "fillBox", "shapeBox", "feetBox"}) dialog.findChild<QCheckBox*>(filter)->setChecked(false);
        auto* field = dialog.findChild<QDoubleSpinBox*>(QString("strength_") + QTest::currentDataTag());
        QVERIFY(field && field->isEnabled());
        QCOMPARE(field->value(), 1.0);
        type(field, "0", Qt::Key_Tab);
        QCOMPARE(leftAlone(dialog, before), joints);
    }

    void eachJointHasAStrengthOfItsOwn() {
        const Take before = tremblingTake(30);
        CleanupDialog dialog(SmallBody::model(), before, {0, 30}, {});
        dialog.show();
        for (const char* filter : {"repairBox", "fillBox", "shapeBox", "feetBox"}) dialog.findChild<QCheckBox*>(filter)->setChecked(false);
        auto* tree = dialog.findChild<QTreeWidget*>("smoothingStrengths");
        auto* part = dialog.findChild<QDoubleSpinBox*>("strength_left_arm");
        auto* elbow = dialog.findChild<QDoubleSpinBox*>("jointStrength_left_elbow");
        auto* hand = dialog.findChild<QDoubleSpinBox*>("jointStrength_left_hand");
        QVERIFY(tree && part && elbow && hand);
        QVERIFY(!elbow->isVisible());
        tree->setCurrentItem(tree->topLevelItem(2));
        QTest::keyClick(tree, Qt::Key_Right);  // opens the part
        QVERIFY(elbow->isVisible());
        type(elbow, "0", Qt::Key_Tab);
        QCOMPARE(part->text(), QString("mixed"));
        // The part is the quick way to all of its joints.
        type(part, "2.5", Qt::Key_Tab);
        QVERIFY(elbow->value() == 2.5 && hand->value() == 2.5 && part->value() == 2.5);
        QTest::keyClick(hand, Qt::Key_Up);
        QCOMPARE(part->text(), QString("mixed"));
        QTest::keyClick(hand, Qt::Key_Down);
        QCOMPARE(part->value(), 2.5);
        type(part, "0", Qt::Key_Tab);
        QTest::keyClick(part, Qt::Key_Down);  // there is nothing below 0
        QCOMPARE(part->value(), 0.0);
        type(part, "1", Qt::Key_Tab);
        for (auto* field : {elbow, hand}) type(field, "0", Qt::Key_Tab);
        QCOMPARE(leftAlone(dialog, before), (QList<int>{18, 22}));
    }

    void withoutSmoothingThereAreNoStrengths() {
        CleanupDialog dialog(SmallBody::model(), tremblingTake(4), {0, 4}, {});
        dialog.show();
        QVERIFY(click(dialog.findChild<QCheckBox*>("smoothBox")));
        QVERIFY(!dialog.findChild<QDoubleSpinBox*>("strength_head")->isEnabled());
    }
};

HMR_TEST_CLASS(TestCleanupDialog, "test_cleanup_dialog")
#include "test_cleanup_dialog.moc"
