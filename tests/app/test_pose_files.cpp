// SPDX-License-Identifier: MIT
#include <QAction>
#include <QDockWidget>
#include <QLabel>
#include <QPushButton>
#include <QStandardPaths>

#include "body/skeleton.h"
#include "formats/atomic_file.h"
#include "formats/parameters_file.h"
#include "formats/pose_file.h"
#include "hands.h"
#include "support/test_class.h"
#include "window_fixture.h"

using namespace hmr;
using namespace hmr::test;

namespace {

constexpr int kLeftKnee = 4;

Points3d kneeling() {
    Points3d pose = Points3d::Zero(kNumSmplJoints, 3);
    pose.row(0) << 0.2, 1, 0;
    pose.row(kLeftKnee) << 1.4, 0, 0;
    return pose;
}

EstimateDocument documentOf(const Points3d& pose) {
    PersonEstimate person;
    person.box = {10, 10, 100, 200};
    person.crop = {{60, 110}, 250};
    person.parameters.pose = pose;
    updateJoints(*SmallBody::model(), person);
    return {"elsewhere.jpg", 400, 300, 0, {{0, 0, {person}}}};
}

void write(const QString& file) {
    const std::filesystem::path path = file.toStdString();
    const QString name = QFileInfo(file).fileName();
    if (name == "kneeling.json") writePoseFile(path, {"Kneeling", kneeling()});
    if (name == "parameters.json") writeParametersJson(path, documentOf(kneeling()));
    if (name == "parameters.npz") writeParametersNpz(path, documentOf(kneeling()));
    if (name == "broken.json") writeWholeFile(path, R"({"version": 1, "name": "x", "pose": [1, 2]})");
    if (name == "broken.npz") writeWholeFile(path, "no archive");
    if (name == "text.txt") writeWholeFile(path, "a pose");
}

}  // namespace

/// "From file…" of the pose library.
class TestPoseFiles : public QObject {
    Q_OBJECT

    static bool openPose(const WindowFixture& fixture, const QString& file) {
        fixture.child<QDockWidget>("posesDock")->raise();
        QCoreApplication::processEvents();
        return click(fixture.child<QPushButton>("openPoseButton")) && chooseInDialog(fixture.child<QFileDialog>("poseFileDialog"), file);
    }

private Q_SLOTS:
    void initTestCase() { QStandardPaths::setTestModeEnabled(true); }

    void thePoseOfAFileIsPutOnTheChosenPerson_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"kneeling.json", "parameters.json", "parameters.npz"}) QTest::newRow(name) << name;
    }
    void thePoseOfAFileIsPutOnTheChosenPerson() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.session().selectPerson(1);
        const SessionState before = fixture.session().state();
        const Points3d pose = fixture.session().person(1)->parameters.pose;
        QFETCH(QString, name);
        const QString file = fixture.folder.filePath(name);
        write(file);
        QVERIFY(openPose(fixture, file));
        QTRY_COMPARE(fixture.session().undoStack().count(), 1);
        QCOMPARE(fixture.session().undoStack().undoText(), "Pose “" + QFileInfo(file).completeBaseName() + "”");
        const Points3d after = fixture.session().person(1)->parameters.pose;
        QVERIFY(after.bottomRows(23).isApprox(kneeling().bottomRows(23), 1e-6));
        QCOMPARE(after.row(0), pose.row(0));  // who keeps facing as before
        fixture.child<QAction>("undo")->trigger();
        QVERIFY(fixture.session().state() == before);
    }

    void whatHoldsNoPoseIsRefusedWithTheReason_data() {
        QTest::addColumn<QString>("reason");
        QTest::newRow("broken.json") << "not a list of 72 numbers";
        QTest::newRow("broken.npz") << "broken.npz";
        QTest::newRow("text.txt") << "Cannot read motion";
    }
    void whatHoldsNoPoseIsRefusedWithTheReason() {
        QFETCH(QString, reason);
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        const QString file = fixture.folder.filePath(QTest::currentDataTag());
        write(file);
        QVERIFY(openPose(fixture, file));
        const auto* message = fixture.child<QLabel>("messageText");
        QTRY_VERIFY2(message->isVisible() && message->text().contains(reason), qPrintable(message->text()));
        QCOMPARE(fixture.session().undoStack().count(), 0);
        // The next file opens all the same, and once.
        const QString good = fixture.folder.filePath("kneeling.json");
        write(good);
        QTRY_VERIFY(!fixture.child<QFileDialog>("poseFileDialog"));
        QVERIFY(openPose(fixture, good));
        QTRY_COMPARE(fixture.session().undoStack().count(), 1);
        QCOMPARE(fixture.session().person(0)->parameters.pose(kLeftKnee, 0), 1.4);
    }
};

HMR_TEST_CLASS(TestPoseFiles, "test_pose_files")
#include "test_pose_files.moc"
