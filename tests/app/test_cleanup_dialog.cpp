// SPDX-License-Identifier: MIT
#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>

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

/// Smoothing by groups of joints in the dialog of the clean-up.
class TestCleanupDialog : public QObject {
    Q_OBJECT
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
        Take after;
        connect(&dialog, &CleanupDialog::applied, &dialog, [&](const Take& take) { after = take; });
        QVERIFY(click(dialog.findChild<QPushButton*>("applyButton")));
        QTRY_VERIFY_WITH_TIMEOUT(!after.isEmpty(), 20000);
        const MotionSample &raw = *before.tracks[0].at(15), &smooth = *after.tracks[0].at(15);
        for (int joint = 0; joint < kNumSmplJoints; ++joint) {
            const double turned = (smooth.body.pose.row(joint) - raw.body.pose.row(joint)).norm();
            QVERIFY2(joints.contains(joint) ? turned < 1e-9 : turned > 1e-6, qPrintable(QString("joint %1 turned by %2").arg(joint).arg(turned)));
        }
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
