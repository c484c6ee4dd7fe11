// SPDX-License-Identifier: MIT
#include "app/editing/box_editing.h"
#include "support/test_class.h"

using namespace hmr;

class TestBoxEditing : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void gripsAreFound_data() {
        QTest::addColumn<double>("x");
        QTest::addColumn<double>("y");
        QTest::addColumn<QString>("sides");
        QTest::newRow("corner") << 101.0 << 52.0 << "lt";
        QTest::newRow("opposite corner") << 199.0 << 151.0 << "rb";
        QTest::newRow("right side") << 203.0 << 100.0 << "r";
        QTest::newRow("top side") << 150.0 << 47.0 << "t";
        QTest::newRow("inside") << 150.0 << 100.0 << "i";
        QTest::newRow("outside") << 150.0 << 170.0 << "";
        QTest::newRow("in line with a side but away") << 100.0 << 170.0 << "";
    }
    void gripsAreFound() {
        QFETCH(double, x);
        QFETCH(double, y);
        QFETCH(QString, sides);
        const BoxGrip grip = gripAt({100, 50, 100, 100}, {x, y}, 5);
        QCOMPARE(grip.left, sides.contains('l'));
        QCOMPARE(grip.right, sides.contains('r'));
        QCOMPARE(grip.top, sides.contains('t'));
        QCOMPARE(grip.bottom, sides.contains('b'));
        QCOMPARE(grip.inside, sides.contains('i'));
    }

    void movingKeepsTheSizeAndThePicture() {
        const PixelBox box{100, 50, 100, 100};
        QVERIFY((dragged(box, {.inside = true}, {10, -20}, 400, 300) == PixelBox{110, 30, 100, 100}));
        QVERIFY((dragged(box, {.inside = true}, {1000, -1000}, 400, 300) == PixelBox{300, 0, 100, 100}));
    }

    void resizingMovesOnlyTheSidesHeld() {
        const PixelBox box{100, 50, 100, 100};
        QVERIFY((dragged(box, {.right = true}, {30, 99}, 400, 300) == PixelBox{100, 50, 130, 100}));
        QVERIFY((dragged(box, {.left = true, .top = true}, {-10, 5}, 400, 300) == PixelBox{90, 55, 110, 95}));
    }

    void crossedSidesStayNormal() {
        const PixelBox box = dragged({100, 50, 100, 100}, {.right = true}, {-150, 0}, 400, 300);
        QVERIFY((box == PixelBox{50, 50, 50, 100}));
    }

    void boxesStayInsideAndAreNeverEmpty() {
        const PixelBox corner = boxBetween({500, 400}, {500, 400}, 400, 300);
        QVERIFY(corner.width >= kSmallestBox && corner.height >= kSmallestBox);
        QVERIFY(corner.x + corner.width <= 400 && corner.y + corner.height <= 300);
        const PixelBox tiny = boxBetween({0, 0}, {1, 1}, 1, 1);
        QVERIFY((tiny == PixelBox{0, 0, 1, 1}));
        QVERIFY((boxBetween({30, 80}, {10, 20}, 400, 300) == PixelBox{10, 20, 20, 60}));
    }
};

HMR_TEST_CLASS(TestBoxEditing, "test_box_editing")
#include "test_box_editing.moc"
