// SPDX-License-Identifier: MIT
#include <QAction>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QMimeData>

#include "app/motion/motion_desk.h"
#include "formats/atomic_file.h"
#include "formats/parameters_file.h"
#include "hands.h"
#include "support/test_class.h"
#include "window_fixture.h"

using namespace hmr;
using namespace hmr::test;

namespace {

constexpr int kUnsure = 20;  ///< of the 25 joints: what OpenPose did not see

/// 25 joints of somebody whose nose is at (x, y): all beside and below it, each at a place of its own.
QJsonArray joints25(double x, double y) {
    QJsonArray numbers;
    for (int joint = 0; joint < 25; ++joint) {
        const bool isSeen = joint != kUnsure;
        numbers << (isSeen ? x + 2 * (joint % 5) : 0) << (isSeen ? y + 6 * joint : 0) << (isSeen ? 0.9 : 0);
    }
    return numbers;
}

/// OpenPose's file of two people.
QString writeOpenPose(const WindowFixture& fixture) {
    QJsonArray people;
    for (const double x : {60, 250}) people << QJsonObject{{"person_id", QJsonArray{-1}}, {"pose_keypoints_2d", joints25(x, 40)}};
    const QString file = fixture.folder.filePath("picture_keypoints.json");
    writeWholeFile(file.toStdString(), QJsonDocument(QJsonObject{{"version", 1.3}, {"people", people}}).toJson().toStdString());
    return file;
}

void drop(const WindowFixture& fixture, const QString& file) {
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(file)});
    QDragEnterEvent enter(QPoint(100, 100), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(fixture.window.get(), &enter);
    QDropEvent event(QPointF(100, 100), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(fixture.window.get(), &event);
}

QString message(const WindowFixture& fixture) {
    return fixture.child<QWidget>("messageBar")->isVisible() ? fixture.child<QLabel>("messageText")->text() : QString();
}

}  // namespace

/// "Boxes and joints from a file…": people that another program saw.
class TestMarkedPeople : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void openPosesPeopleReplaceTheBoxesAndSetTargets_data() {
        QTest::addColumn<bool>("isDropped");
        QTest::newRow("dropped on the window") << true;
        QTest::newRow("chosen in the dialog") << false;
    }
    void openPosesPeopleReplaceTheBoxesAndSetTargets() {
        QFETCH(bool, isDropped);
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const SessionState before = fixture.session().state();
        const auto boxesBefore = fixture.session().boxes();
        const QString file = writeOpenPose(fixture);
        if (isDropped) {
            drop(fixture, file);
        } else {
            fixture.child<QAction>("openMarks")->trigger();
            QVERIFY(chooseInDialog(fixture.child<QFileDialog>("marksDialog"), file));
        }
        QTRY_VERIFY(fixture.session().hasBoxesByHand());
        QVERIFY2(message(fixture).isEmpty(), qPrintable(message(fixture)));
        QVERIFY(fixture.waitIdle());
        const auto boxes = fixture.session().boxes();
        QCOMPARE(boxes.size(), std::size_t(2));
        // Around the joints, a tenth larger.
        QVERIFY(std::abs(boxes[0].box.x + boxes[0].box.width / 2 - 64) < 1e-6 && std::abs(boxes[0].box.height - 1.1 * 144) < 1e-6);
        QVERIFY(boxes[1].box.x > 240);
        for (const PersonBox& box : boxes) {
            QVERIFY(fixture.session().person(box.id));
            const auto& targets = fixture.session().edit(box.id).targets.at(0);
            QCOMPARE(targets.size(), std::size_t(18));  // OpenPose has no top of the head
            QVERIFY(targets.contains(14));              // the nose
            QCOMPARE(targets.at(14).y(), 40.0);
        }
        QVERIFY(fixture.session().view().joints2d);
        QVERIFY(fixture.child<QAction>("showJoints2d")->isChecked());
        QCOMPARE(fixture.session().undoStack().count(), 1);
        QVERIFY(fixture.session().undoStack().undoText().contains("picture_keypoints.json"));
        fixture.child<QAction>("undo")->trigger();
        QVERIFY(fixture.session().state() == before);
        QVERIFY(fixture.waitIdle());
        QCOMPARE(fixture.session().boxes().size(), boxesBefore.size());
        fixture.child<QAction>("redo")->trigger();
        QVERIFY(fixture.waitIdle());
        QVERIFY(fixture.session().boxes() == boxes);
    }

    void aBoxFileGivesBoxesAlone() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const QString file = fixture.folder.filePath("box.json");
        writeWholeFile(file.toStdString(), R"({"bbox": [50, 20, 80, 200]})");
        drop(fixture, file);
        QVERIFY(fixture.waitIdle());
        QCOMPARE(fixture.session().boxes().size(), std::size_t(1));
        QVERIFY((fixture.session().boxes()[0].box == PixelBox{50, 20, 80, 200}));
        QVERIFY(fixture.session().edit(fixture.session().boxes()[0].id).isEmpty());
        QVERIFY(!fixture.session().view().joints2d);
    }

    void aBadFileIsOneMessageAndChangesNothing_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("cut off") << QByteArray(R"({"version": 1.3, "people": [{"pose_keypoints_2d": [1, 2, 0.9, 4)");
        QTest::newRow("no threes") << QByteArray(R"({"people": [{"pose_keypoints_2d": [1, 2, 0.9, 4]}]})");
        QTest::newRow("nobody") << QByteArray(R"({"people": []})");
        QTest::newRow("no size") << QByteArray(R"({"bbox": [50, 20, 0, 200]})");
    }
    void aBadFileIsOneMessageAndChangesNothing() {
        QFETCH(QByteArray, text);
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const SessionState before = fixture.session().state();
        const QString file = fixture.folder.filePath("bad.json");
        writeWholeFile(file.toStdString(), text.toStdString());
        drop(fixture, file);
        QTRY_VERIFY2(message(fixture).contains("bad.json"), qPrintable(message(fixture)));
        QVERIFY(fixture.session().state() == before);
        QCOMPARE(fixture.session().undoStack().count(), 0);
        QCOMPARE(fixture.session().boxes().size(), std::size_t(2));
        QVERIFY(!fixture.window->motion().editor().hasTake());
    }

    void withoutAPictureThereIsNobodyToMark() {
        WindowFixture fixture;
        QVERIFY(!fixture.child<QAction>("openMarks")->isEnabled());
        drop(fixture, writeOpenPose(fixture));
        QVERIFY2(message(fixture).startsWith("Open the picture first"), qPrintable(message(fixture)));
    }

    void ourOwnParametersStillOpenAsMotion() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        EstimateDocument document{"walk.mp4", 400, 300, 25, {}};
        for (int frame = 0; frame < 3; ++frame) document.frames.push_back({frame, frame / 25.0, {*fixture.session().person(0)}});
        const QString file = fixture.folder.filePath("walk.json");
        writeParametersJson(file.toStdString(), document);
        drop(fixture, file);
        QVERIFY2(message(fixture).isEmpty(), qPrintable(message(fixture)));
        QVERIFY(fixture.window->motion().editor().hasTake());
        QCOMPARE(fixture.window->motion().editor().take().numFrames, 3);
        QVERIFY(!fixture.session().hasBoxesByHand());
    }
};

HMR_TEST_CLASS(TestMarkedPeople, "test_marked_people")
#include "test_marked_people.moc"
