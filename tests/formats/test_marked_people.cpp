// SPDX-License-Identifier: MIT
#include <QTemporaryDir>

#include "formats/atomic_file.h"
#include "formats/marked_people.h"
#include "support/error_text.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;

/// Boxes and joints that OpenPose and SPIN's users have.
class TestMarkedPeople : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;

    std::filesystem::path write(const char* text) const {
        const auto file = std::filesystem::path(folder_.path().toStdString()) / "boxes.json";
        writeWholeFile(file, text);
        return file;
    }

private Q_SLOTS:
    void boxesAreTakenAsTheyAre() {
        const auto one = readMarkedPeople(write(R"({"bbox": [10, 20, 30.5, 40]})"));
        QCOMPARE(one.size(), std::size_t{1});
        QCOMPARE(one[0].box, (PixelBox{10, 20, 30.5, 40}));
        QVERIFY(!one[0].joints);
        const auto two = readMarkedPeople(write(R"({"bbox": [[1, 2, 3, 4], [5, 6, 7, 8]]})"));
        QCOMPARE(two.size(), std::size_t{2});
        QCOMPARE(two[1].box, (PixelBox{5, 6, 7, 8}));
    }
    void openPosesSureJointsMakeABox() {
        const auto people = readMarkedPeople(write(R"({"version": 1.3, "people": [
            {"pose_keypoints_2d": [100, 50, 0.9, 200, 250, 0.8, 900, 900, 0.1, 0, 0, 0]},
            {"pose_keypoints_2d": [0, 0, 0, 0, 0, 0]},
            {"pose_keypoints": [10, 10, 1, 20, 110, 1]}]})"));
        QCOMPARE(people.size(), std::size_t{2});
        const PixelBox& box = people[0].box;
        QVERIFY(std::abs(box.x - 95) < 1e-9 && std::abs(box.y - 40) < 1e-9);
        QVERIFY(std::abs(box.width - 110) < 1e-9 && std::abs(box.height - 220) < 1e-9);
        QVERIFY(!people[0].joints);  // four joints are no set of OpenPose's
    }
    void whatElseIsSaidOfPeopleIsLeftAlone() {
        const auto people = readMarkedPeople(write(R"({"version": 1.3, "note": {"bbox": [[]]}, "people": [{"person_id": [-1],
            "face_keypoints_2d": [1, 2, "?"], "pose_keypoints_2d": [100, 50, 0.9, 200, 250, 0.8], "hands": {"left": [{"x": 1}], "right": null},
            "pose_keypoints_3d": []}], "made": [1, {"people": 3}]})"));
        QCOMPARE(people.size(), std::size_t{1});
        QVERIFY(std::abs(people[0].box.height - 220) < 1e-9);
    }
    void openPosesSetsAreMappedToOurJoints_data() {
        // Numbers of OpenPose's documentation, for joints that are easily mixed up.
        QTest::addColumn<int>("numJoints");
        QTest::addColumn<int>("rightAnkle");
        QTest::addColumn<int>("leftHip");
        QTest::addColumn<int>("rightEye");
        QTest::newRow("BODY_25") << 25 << 11 << 12 << 15;
        QTest::newRow("COCO") << 18 << 10 << 11 << 14;
        QTest::newRow("MPI") << 15 << 10 << 11 << -1;
    }
    void openPosesSetsAreMappedToOurJoints() {
        QFETCH(int, numJoints);
        QFETCH(int, rightAnkle);
        QFETCH(int, leftHip);
        QFETCH(int, rightEye);
        std::string numbers;
        for (int joint = 0; joint < numJoints; ++joint) {
            const double confidence = joint == 3 ? 0.1 : joint == 4 ? 0.5 : 1;  // right elbow unsure, right wrist half sure
            numbers += (joint ? "," : "") + std::to_string(100 + joint) + "," + std::to_string(200 + 10 * joint) + "," + std::to_string(confidence);
        }
        const auto people = readMarkedPeople(write(("{\"people\": [{\"pose_keypoints_2d\": [" + numbers + "]}]}").c_str()));
        QVERIFY(people.at(0).joints);
        const SeenJoints& joints = *people[0].joints;
        const double side = people[0].box.longerSide();
        QCOMPARE(joints.positions(0, 0), 100.0 + rightAnkle);
        QCOMPARE(joints.positions(3, 1), 200.0 + 10 * leftHip);
        if (rightEye >= 0) QCOMPARE(joints.positions(16, 0), 100.0 + rightEye);
        QCOMPARE(joints.deviations[16], rightEye >= 0 ? 0.01 * side : side);
        QCOMPARE(joints.deviations[6], 0.02 * side);  // half sure
        QCOMPARE(joints.deviations[7], side);         // not sure
        QCOMPARE(joints.deviations[13] == side, numJoints != 15);  // the head's top is MPI's alone
    }
    void theyAreToldFromOurOwnJson() {
        QVERIFY(looksLikeMarkedPeople(write(R"({"version": 1.3, "people": []})")));
        QVERIFY(looksLikeMarkedPeople(write(R"({"bbox": [1, 2, 3, 4]})")));
        QVERIFY(!looksLikeMarkedPeople(write(R"({"version": 1, "frames": [{"people": []}]})")));
        QVERIFY(errorText([&] { looksLikeMarkedPeople(folder_.path().toStdString() + "/nowhere.json"); }).contains("nowhere.json"));
    }
    void badFilesAreOneClearMessage_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("no JSON") << "{\"bbox\": [1, 2" << "no JSON from byte";
        QTest::newRow("another layout") << R"({"annotations": []})" << "neither OpenPose";
        QTest::newRow("a list") << "[1, 2, 3]" << "neither OpenPose";
        QTest::newRow("three numbers") << R"({"bbox": [1, 2, 3]})" << "3 numbers";
        QTest::newRow("no size") << R"({"bbox": [1, 2, 0, 4]})" << "no size";
        QTest::newRow("text") << R"({"bbox": "here"})" << "no list of numbers";
        QTest::newRow("a box of texts") << R"({"bbox": [1, 2, "3", 4]})" << "no list of numbers";
        QTest::newRow("joints of texts") << R"({"people": [{"pose_keypoints_2d": ["a"]}]})" << "no list of numbers";
        QTest::newRow("people that are numbers") << R"({"people": [1, 2]})" << "no list of numbers";
        QTest::newRow("broken joints") << R"({"people": [{"pose_keypoints_2d": [1, 2]}]})" << "threes";
        QTest::newRow("no joints") << R"({"people": [{}]})" << "no list of numbers";
        QTest::newRow("joints in lists") << R"({"people": [{"pose_keypoints_2d": [[1, 2, 1], [2, 3, 1]]}]})" << "no list of numbers";
        QTest::newRow("people by name") << R"({"people": {"Ann": {"pose_keypoints_2d": []}}})" << "no list of numbers";
        QTest::newRow("five numbers") << R"({"bbox": [1, 2, 3, 4, 5]})" << "more than 4 numbers";
        QTest::newRow("deep") << QString("{\"bbox\": ") + QString("[").repeated(100000) << "no list of numbers";
        QTest::newRow("nobody") << R"({"people": []})" << "nobody";
    }
    void badFilesAreOneClearMessage() {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        const auto file = write(qPrintable(text));
        const QString message = errorText([&] { readMarkedPeople(file); });
        QVERIFY2(message.contains(expected) && message.contains("boxes.json") && !message.contains("json.exception"), qPrintable(message));
    }
    void hostileCountsAreRefusedBeforeTheyFillTheMemory() {
        std::string many = "{\"people\": [{\"pose_keypoints_2d\": [0";
        for (int i = 0; i < 100'000; ++i) many += ",0";
        QVERIFY(errorText([&] { readMarkedPeople(write((many + "]}]}").c_str())); }).contains("more than 200 joints"));
        many = "{\"bbox\": [[1,2,3,4]";
        for (int i = 0; i < 1000; ++i) many += ",[1,2,3,4]";
        QVERIFY(errorText([&] { readMarkedPeople(write((many + "]}").c_str())); }).contains("more than 1,000 people"));
    }
};

HMR_TEST_CLASS(TestMarkedPeople, "test_marked_people")
#include "test_marked_people.moc"
