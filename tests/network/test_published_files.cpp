// SPDX-License-Identifier: MIT
#include <QProcess>
#include <QTemporaryDir>

#include "body/rotation.h"
#include "body/skeleton.h"
#include "formats/npz.h"
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

    static double largestError(const NetworkOutput& output, const NpzArrays& expected) {
        const std::vector<double> camera = expected.at("camera").as<double>(), betas = expected.at("betas").as<double>(),
                                  rotations = expected.at("rotations").as<double>();
        double error = std::max({std::abs(output.camera.scale - camera[0]), std::abs(output.camera.translation.x() - camera[1]),
                                 std::abs(output.camera.translation.y() - camera[2])});
        for (int i = 0; i < kNumBetas; ++i) error = std::max(error, std::abs(output.parameters.betas[i] - betas[static_cast<std::size_t>(i)]));
        for (int joint = 0; joint < kNumSmplJoints; ++joint) {
            const Eigen::Matrix3d rotation = rotationFromAxisAngle(output.parameters.pose.row(joint).transpose());
            const Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>> wanted(&rotations[static_cast<std::size_t>(9 * joint)]);
            error = std::max(error, (rotation - wanted).cwiseAbs().maxCoeff());
        }
        return error;
    }

private Q_SLOTS:
    void initTestCase() {
        folder_ = directory_.path().toStdString();
        QProcess python;
        python.start("/usr/bin/python3", {"-B", HMR_TEST_DATA "/network/make_published_files.py", directory_.path()});
        const bool hasEnded = python.waitForStarted() && python.waitForFinished(500000);
        if (!hasEnded || python.exitCode() != 0)
            QSKIP(qPrintable("PyTorch is needed to write the files: " + QString::fromUtf8(python.readAllStandardError()).right(300)));
    }
    void publishedFilesAnswerAsTheOriginals_data() {
        QTest::addColumn<QString>("answers");
        QTest::newRow("spin.pt") << "spin.npz";
        QTest::newRow("mmhuman3d.pth") << "spin.npz";
        QTest::newRow("model.ckpt-667589") << "hmr.npz";
    }
    void publishedFilesAnswerAsTheOriginals() {
        QFETCH(QString, answers);
        const NpzArrays expected = readNpz(folder_ / answers.toStdString());
        const auto network = HmrNetwork::load(folder_ / QTest::currentDataTag());
        const double error = largestError(network->recover(test::formulaPicture(224), 1).at(0), expected);
        QVERIFY2(error < 1e-4, qPrintable(QString::number(error)));
    }
    void aConvertedCopyAnswersTheSame() {
        convertWeights(folder_ / "spin.pt", folder_ / "spin.safetensors");
        const auto network = HmrNetwork::load(folder_ / "spin.safetensors");
        QVERIFY(network->metadata().at("origin").find("SPIN") != std::string::npos);
        QVERIFY(largestError(network->recover(test::formulaPicture(224), 1).at(0), readNpz(folder_ / "spin.npz")) < 1e-4);
    }
};

HMR_TEST_CLASS(TestPublishedFiles, "test_published_files")
#include "test_published_files.moc"
