// SPDX-License-Identifier: MIT
#include <QTemporaryDir>
#include <nlohmann/json.hpp>

#include "formats/atomic_file.h"
#include "support/error_text.h"
#include "support/test_class.h"
#include "training/datasets/annotations.h"
#include "training/datasets/label_lines.h"
#include "training/picture_file.h"

namespace hmr::test {

class TestNeutralLabels : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::filesystem::path root_, file_;

    /// A line with one person, whose fields are given in addition to its 19 joints.
    static nlohmann::json labelled(const nlohmann::json& more = nlohmann::json::object()) {
        nlohmann::json person = {{"keypoints", nlohmann::json::array()}};
        for (int i = 0; i < kNumCocoPlusJoints; ++i) person["keypoints"].push_back({2 * i, 3 * i, i < 5 ? 1 : 0});
        person.update(more);
        return {{"picture", "a.png"}, {"people", {person}}};
    }
    std::vector<AnnotatedPerson> read(const std::string& text) {
        writeWholeFile(file_, text);
        return readAnnotations(root_);
    }

private Q_SLOTS:
    void initTestCase() {
        root_ = folder_.path().toStdString();
        file_ = root_ / "labels.jsonl";
        writePicture(root_ / "a.png", Picture(20, 20, 3));
    }

    void synthesizedLinesReadBack() {
        SyntheticSettings settings;
        settings.size = 64;
        SyntheticScenes scenes(loadSyntheticAssets(), settings);
        const SyntheticPicture drawn = scenes.drawFullPicture(4, 160, 120, 2);
        const auto people = read(labelLine("a.png", drawn, "openbody-1.0", "a.png") + "\n");
        QCOMPARE(people.size(), std::size_t{2});
        QCOMPARE(people[1].parametersBody, std::string("openbody-1.0"));
        QVERIFY(people[0].parts == root_ / "a.png" && people[0].silhouette == people[0].parts && people[1].parts.empty());
        const auto plain = read(labelLine("a.png", drawn) + "\n");
        QVERIFY(plain[0].parts.empty() && plain[0].silhouette.empty() && plain[0].parametersBody.empty());
        const SyntheticPerson& truth = drawn.people[1];
        for (int joint = 0; joint < kNumCocoPlusJoints; ++joint)
            if (people[1].keypoints[static_cast<std::size_t>(3 * joint + 2)] > 0)
                QVERIFY(std::abs(people[1].keypoints[static_cast<std::size_t>(3 * joint)] - truth.keypoints(joint, 0)) < 0.006);
        QVERIFY((people[1].joints3d - truth.joints3d).cwiseAbs().maxCoeff() < 1e-5);
        QVERIFY(people[1].parameters.has_value());
        QVERIFY((people[1].parameters->pose - truth.parameters.pose).cwiseAbs().maxCoeff() < 1e-6);
        QVERIFY((people[1].parameters->translation - truth.parameters.translation).norm() < 1e-5);
    }

    void optionalFieldsMayBeMissing() {
        const auto people = read(labelled().dump());
        QCOMPARE(people.size(), std::size_t{1});
        QCOMPARE(countVisible(people[0].keypoints), 5);
        QVERIFY(std::abs(people[0].box.height - 12 * kJointBoxMargin) < 1e-6);
        QVERIFY(people[0].joints3d.rows() == 0 && !people[0].parameters && people[0].groups.empty());
    }

    void gapsGroupsAndLabelPicturesAreKept() {
        nlohmann::json joints = nlohmann::json::array();
        for (int i = 0; i < kNumCocoPlusJoints; ++i) joints.push_back(i == 3 ? nlohmann::json() : nlohmann::json{0.1 * i, 0, 4});
        const auto people = read(labelled({{"joints3d", joints}, {"groups", {"action Running"}}, {"silhouette", "a.png"}, {"box", {1, 2, 3, 4}}}).dump());
        QVERIFY(std::isnan(people[0].joints3d(3, 0)) && people[0].joints3d(4, 0) == 0.4);
        QCOMPARE(people[0].groups, std::vector<std::string>{"action Running"});
        QCOMPARE(people[0].silhouette, root_ / "a.png");
        QCOMPARE(people[0].box, (PixelBox{1, 2, 3, 4}));
    }

    void badLinesAreNamed_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("named");
        const auto row = [](const char* name, const nlohmann::json& json, const char* named) { QTest::newRow(name) << QString::fromStdString(json.dump()) << named; };
        nlohmann::json fewer = labelled();
        fewer["people"][0]["keypoints"].erase(0);
        row("18 joints", fewer, "has 18 entries, expected 19");
        nlohmann::json missing = labelled();
        missing["picture"] = "gone.png";
        row("missing picture", missing, "gone.png");
        missing["picture"] = "../a.png";
        row("outside the folder", missing, "bad picture name");
        row("short pose", labelled({{"pose", {1, 2, 3}}}), "\"pose\" has 3");
        row("nine betas", labelled({{"pose", std::vector<double>(72)}, {"betas", std::vector<double>(9)}}), "\"betas\" has 9");
        QTest::newRow("cut") << "{\"picture\": \"a.png\", \"peo" << "parse error";
        QTest::newRow("huge number") << QString::fromStdString(labelled({{"box", {7, 0, 1, 1}}}).dump()).replace("[7,", "[1e999,") << "overflow";
    }

    void badLinesAreNamed() {
        QFETCH(QString, line);
        QFETCH(QString, named);
        const QString error = errorText([&] { read(labelled().dump() + "\n" + line.toStdString() + "\n"); });
        QVERIFY2(error.contains("line 2") && error.contains(named), qPrintable("found: " + error));
    }
};

HMR_TEST_CLASS(TestNeutralLabels, "test_neutral_labels")

}  // namespace hmr::test

#include "test_neutral_labels.moc"
