// SPDX-License-Identifier: MIT
#include <QDir>
#include <QTemporaryDir>

#include "formats/pose_mixture_file.h"
#include "formats/resources.h"
#include "support/program.h"
#include "support/test_class.h"

using namespace hmr;

/// `hmr prior mixture` through its own command line. (What it learns is tested with the learning.)
class TestPrior : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    const QString shipped_ = QString::fromStdString(resourcePath("prior/poses.npz").string());

private Q_SLOTS:
    void aMixtureIsLearnedAndCanBeRead() {
        const QString file = folder_.filePath("likely 姿.npz");
        const auto result = test::runHmr({"prior", "mixture", shipped_, "-o", file, "--components", "1"});
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        QVERIFY2(result.output.contains("1 components in " + file), qPrintable(result.output));
        const PoseMixture mixture = loadPoseMixture(file.toStdString());
        QCOMPARE(mixture.components.size(), std::size_t{1});
        QVERIFY(mixture.components[0].weight == 1);
    }
    void whatCannotWorkIsOneClearMessage_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QString>("expected");
        QTest::newRow("missing") << QStringList{"none.npz", "-o", "x.npz"} << 1 << "none.npz";
        QTest::newRow("another file") << QStringList{QString::fromStdString(resourcePath("body/openbody.npz").string()), "-o", "x.npz"} << 1 << "openbody.npz";
        QTest::newRow("no folder") << QStringList{shipped_, "-o", "none/x.npz", "--components", "1"} << 1 << "none";
        QTest::newRow("none wanted") << QStringList{shipped_, "-o", "x.npz", "--components", "0"} << 2 << "components";
        QTest::newRow("no output") << QStringList{shipped_} << 2 << "--out";
    }
    void whatCannotWorkIsOneClearMessage() {
        QFETCH(QStringList, arguments);
        QFETCH(int, exitCode);
        QFETCH(QString, expected);
        const QStringList before = QDir(folder_.path()).entryList(QDir::Files | QDir::Hidden);
        const auto result = test::runHmr(QStringList{"prior", "mixture"} + arguments, folder_.path());
        QCOMPARE(result.exitCode, exitCode);
        QVERIFY2(result.errors.contains(expected), qPrintable(result.errors));
        QVERIFY(!result.errors.contains("terminate called"));
        QCOMPARE(QDir(folder_.path()).entryList(QDir::Files | QDir::Hidden), before);
    }
};

HMR_TEST_CLASS(TestPrior, "test_prior")
#include "test_prior.moc"
