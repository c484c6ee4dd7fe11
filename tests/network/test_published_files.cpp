// SPDX-License-Identifier: MIT
#include <sys/resource.h>

#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>

#include "formats/npz.h"
#include "network/published_answer.h"
#include "network/published_weights.h"
#include "support/formula_picture.h"
#include "support/test_class.h"

using namespace hmr;

/// Files of full size as SPIN, MMHuman3D and HMR published theirs, with random weights, written by PyTorch at test time: they
/// open as they are and answer as the original modules do.
class TestPublishedFiles : public QObject {
    Q_OBJECT
    QTemporaryDir directory_;
    std::filesystem::path folder_;

    test::PublishedAnswer expectedOf(const std::string& name) const {
        const NpzArrays arrays = readNpz(folder_ / name);
        return {arrays.at("camera").as<double>(), arrays.at("betas").as<double>(), arrays.at("rotations").as<double>()};
    }
    /// Why the files could not be written; empty when they were.
    QString make(const QStringList& what = {}) const {
        QProcess python;
        python.start("/usr/bin/python3", QStringList{"-B", HMR_TEST_DATA "/network/make_published_files.py", directory_.path()} + what);
        const bool hasEnded = python.waitForStarted() && python.waitForFinished(500000);
        if (hasEnded && python.exitCode() == 0) return {};
        return "PyTorch is needed to write the files: " + QString::fromUtf8(python.readAllStandardError()).right(300);
    }

private Q_SLOTS:
    void initTestCase() {
        folder_ = directory_.path().toStdString();
        if (const QString reason = make(); !reason.isEmpty()) QSKIP(qPrintable(reason));
    }
    void publishedFilesAnswerAsTheOriginals_data() {
        QTest::addColumn<QString>("answers");
        QTest::newRow("spin.pt") << "spin.npz";
        QTest::newRow("mmhuman3d.pth") << "spin.npz";
        QTest::newRow("model.ckpt-667589") << "hmr.npz";
    }
    void publishedFilesAnswerAsTheOriginals() {
        QFETCH(QString, answers);
        const test::PublishedAnswer expected = expectedOf(answers.toStdString());
        const auto network = HmrNetwork::load(folder_ / QTest::currentDataTag());
        const NetworkOutput output = network->recover(test::formulaPicture(224), 1).at(0);
        const double error = largestError(output, expected), distance = largestVertexDistance(output, expected);
        QVERIFY2(error < 1e-4, qPrintable(QString::number(error)));
        QVERIFY2(distance < 1e-4, qPrintable(QString::number(distance)));
    }
    void aConvertedCopyAnswersTheSame() {
        convertWeights(folder_ / "spin.pt", folder_ / "spin.safetensors");
        const auto network = HmrNetwork::load(folder_ / "spin.safetensors");
        QVERIFY(network->metadata().at("origin").find("SPIN") != std::string::npos);
        QVERIFY(largestError(network->recover(test::formulaPicture(224), 1).at(0), expectedOf("spin.npz")) < 1e-4);
    }
    void hmr2OfFullSizeAnswersAsTheOriginalInLittleMoreMemoryThanItsFile() {
        if (!qEnvironmentVariableIsSet("HMR_TEST_FULL_SIZE")) QSKIP("HMR_TEST_FULL_SIZE=1 asks for this: it takes 2.7 GB of disk and 6 GB of memory.");
        if (const QString reason = make({"hmr2"}); !reason.isEmpty()) QSKIP(qPrintable(reason));
        const auto size = static_cast<double>(std::filesystem::file_size(folder_ / "hmr2.ckpt"));
        QElapsedTimer timer;
        timer.start();
        const auto network = HmrNetwork::load(folder_ / "hmr2.ckpt");
        const qint64 opened = timer.restart();
        const NetworkOutput output = network->recover(test::formulaPicture(256), 1).at(0);
        const qint64 recovered = timer.elapsed();
        struct rusage usage {};
        getrusage(RUSAGE_SELF, &usage);
        const double peak = 1024.0 * static_cast<double>(usage.ru_maxrss);
        const test::PublishedAnswer expected = expectedOf("hmr2.npz");
        const double error = largestError(output, expected), distance = largestVertexDistance(output, expected);
        qInfo("%.2f GB open in %.1f s, a person takes %.1f s, at most %.2f GB are used; error %.1e, vertices %.1e m", size / 1e9,
              static_cast<double>(opened) / 1e3, static_cast<double>(recovered) / 1e3, peak / 1e9, error, distance);
        std::filesystem::remove(folder_ / "hmr2.ckpt");
        QVERIFY(error < 1e-4 && distance < 1e-4);
        QVERIFY(peak < 1.3 * size);
    }
};

HMR_TEST_CLASS(TestPublishedFiles, "test_published_files")
#include "test_published_files.moc"
