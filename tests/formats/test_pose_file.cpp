// SPDX-License-Identifier: MIT
#include "formats/pose_file.h"

#include <QTemporaryDir>
#include <random>

#include "body/limits.h"
#include "formats/atomic_file.h"
#include "formats/npz.h"
#include "formats/pose_mixture_file.h"
#include "formats/resources.h"
#include "support/error_text.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;

/// Files of one pose, and of how likely poses are.
class TestPoseFile : public QObject {
    Q_OBJECT
    QTemporaryDir directory_;
    std::filesystem::path folder_ = directory_.path().toStdString();

    static PoseMixture mixture() {
        std::mt19937 generator(1);
        std::normal_distribution<double> normal;
        PoseMixture mixture;
        for (const double weight : {0.25, 0.75}) {
            PoseMixture::Component component{weight, Eigen::VectorXd(kNumPoseAngles), Eigen::MatrixXd::Zero(kNumPoseAngles, kNumPoseAngles)};
            for (double& angle : component.mean) angle = 0.3 * normal(generator);
            for (int row = 0; row < kNumPoseAngles; ++row)
                for (int column = 0; column <= row; ++column) component.whitener(row, column) = row == column ? 4 : 0.2 * normal(generator);
            mixture.components.push_back(component);
        }
        return mixture;
    }

private Q_SLOTS:
    void aPoseComesBackAsItWas() {
        std::mt19937 generator(2);
        std::normal_distribution<double> normal;
        NamedPose saved{"Sitting 坐 \"on\" a chair", Points3d(24, 3)};
        for (double& angle : saved.pose.reshaped()) angle = normal(generator);
        writePoseFile(folder_ / "姿 pose.json", saved);
        const NamedPose read = readPoseFile(folder_ / "姿 pose.json");
        QCOMPARE(read.name, saved.name);
        QVERIFY(read.pose == saved.pose);
    }
    void thoseThatShipArePosesOfAPerson_data() {
        QTest::addColumn<QString>("file");
        for (const char* name : {"a_pose", "sitting", "standing", "t_pose", "walking"}) QTest::newRow(name) << QString("poses/%1.json").arg(name);
    }
    void thoseThatShipArePosesOfAPerson() {
        QFETCH(QString, file);
        const NamedPose pose = readPoseFile(resourcePath(file.toStdString()));
        QVERIFY(!pose.name.empty());
        QVERIFY(limitViolations(pose.pose).empty());
    }
    void whatIsNoPoseIsRefused_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("expected");
        const QByteArray zeros = QByteArray("0,").repeated(71) + "0";
        QTest::newRow("empty") << QByteArray() << "no JSON";
        QTest::newRow("list") << QByteArray("[1,2]") << "no JSON object";
        QTest::newRow("no version") << QByteArray(R"({"name":"a"})") << "version 0";
        QTest::newRow("newer") << QByteArray(R"({"version":2,"name":"a","pose":[)" + zeros + "]}") << "version 2";
        QTest::newRow("no name") << QByteArray(R"({"version":1,"pose":[)" + zeros + "]}") << "no name";
        QTest::newRow("short") << QByteArray(R"({"version":1,"name":"a","pose":[1,2,3]})") << "72 numbers";
        QTest::newRow("words") << QByteArray(R"({"version":1,"name":"a","pose":["x",)" + zeros.mid(2) + "]}") << "number 1";
        QTest::newRow("not finite") << QByteArray(R"({"version":1,"name":"a","pose":[)" + zeros.left(142) + "1e999]}") << "";
        QTest::newRow("huge") << QByteArray(R"({"version":1,"name":"a","pose":[)" + zeros.left(142) + "1e30]}") << "number 72";
    }
    void whatIsNoPoseIsRefused() {
        QFETCH(QByteArray, text);
        QFETCH(QString, expected);
        writeWholeFile(folder_ / "bad.json", text.toStdString());
        const QString found = errorText([&] { readPoseFile(folder_ / "bad.json"); });
        QVERIFY2(found.contains("bad.json") && found.contains(expected), qPrintable(found));
    }
    void missingFilesAndFoldersAreNamed() {
        QVERIFY(errorText([&] { readPoseFile(folder_ / "none.json"); }).contains("none.json"));
        QVERIFY(!errorText([&] { writePoseFile(folder_ / "none" / "a.json", {"a", Points3d::Zero(24, 3)}); }).isEmpty());
    }
    void aMixtureComesBackAsItWas() {
        const PoseMixture saved = mixture();
        savePoseMixture(folder_ / "mixture.npz", saved);
        const PoseMixture read = loadPoseMixture(folder_ / "mixture.npz");
        QCOMPARE(read.components.size(), std::size_t{2});
        for (std::size_t i = 0; i < 2; ++i) {
            QCOMPARE(read.components[i].weight, saved.components[i].weight);
            QVERIFY((read.components[i].mean - saved.components[i].mean).cwiseAbs().maxCoeff() < 1e-6);
            QVERIFY((read.components[i].whitener - saved.components[i].whitener).cwiseAbs().maxCoeff() < 2e-3);  // float16
            QVERIFY(read.components[i].whitener(0, 1) == 0);
        }
    }
    void theShippedMixtureIsADistribution() {
        const auto shipped = shippedPoseMixture();
        double sum = 0;
        for (const auto& component : shipped->components) sum += component.weight;
        QVERIFY(std::abs(sum - 1) < 1e-3);
        QVERIFY(shippedPoseMixture() == shipped);  // read once
    }
    void whatIsNoMixtureIsRefused() {
        const auto refused = [&](const NpzArrays& arrays) {
            writeNpz(folder_ / "bad.npz", arrays);
            return errorText([&] { loadPoseMixture(folder_ / "bad.npz"); });
        };
        const auto ones = [](std::size_t count, const std::vector<std::size_t>& shape) { return NdArray::from(std::vector<float>(count, 1), shape); };
        QVERIFY(!refused({{"means", ones(69, {1, 69})}}).isEmpty());
        QVERIFY(refused({{"weights", ones(0, {0})}}).contains("0 components"));
        QVERIFY(refused({{"weights", ones(1, {1})}, {"means", ones(68, {1, 68})}, {"whiteners", ones(69 * 69, {1, 69, 69})}}).contains("means"));
        PoseMixture broken = mixture();
        broken.components[1].whitener(5, 5) = 0;
        savePoseMixture(folder_ / "bad.npz", broken);
        QVERIFY(errorText([&] { loadPoseMixture(folder_ / "bad.npz"); }).contains("component 2"));
    }
};

HMR_TEST_CLASS(TestPoseFile, "test_pose_file")
#include "test_pose_file.moc"
