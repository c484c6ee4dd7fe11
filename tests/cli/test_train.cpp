// SPDX-License-Identifier: MIT
#include <QDir>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "formats/atomic_file.h"
#include "formats/npz.h"
#include "formats/safetensors.h"
#include "support/program.h"
#include "support/test_class.h"

namespace hmr::test {
namespace {

namespace fs = std::filesystem;
using Tensors = std::map<std::string, NdArray>;

/// Everything a checkpoint goes on from.
Tensors tensorsOf(const fs::path& checkpoint) {
    const SafetensorsFile file(checkpoint);
    Tensors tensors;
    for (const auto& [name, view] : file.tensors()) tensors[name] = {view.type, elementSize(view.type), view.shape, {view.bytes.begin(), view.bytes.end()}};
    return tensors;
}

double largestDifference(const Tensors& a, const Tensors& b, const std::string& name) {
    const auto ofA = a.at(name).as<double>(), ofB = b.at(name).as<double>();
    double largest = ofA.size() == ofB.size() ? 0 : HUGE_VAL;
    for (std::size_t i = 0; i < std::min(ofA.size(), ofB.size()); ++i) largest = std::max(largest, std::abs(ofA[i] - ofB[i]));
    return largest;
}

std::unique_ptr<QProcess> started(const QStringList& arguments) {
    auto process = std::make_unique<QProcess>();
    process->setProcessChannelMode(QProcess::MergedChannels);
    process->start(QStringLiteral(HMR_BINARY_DIR "/hmr"), arguments);
    return process;
}

}  // namespace

/// `hmr train` as real processes: killed, resumed, and several of them at once.
class TestTrain : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    QString path(const QString& name) const { return folder_.filePath(name); }
    fs::path checkpoint(const QString& run, int step) const {
        return (path(run) + QString("/checkpoints/step-%1.safetensors").arg(step, 8, 10, QChar('0'))).toStdString();
    }

    /// A network of a few channels on small synthetic pictures; the learning rate stays, so that it tells no process from another.
    QString writeConfig(const char* name, nlohmann::json changes) const {
        nlohmann::json config = {{"name", name}, {"seed", 3}, {"sources", {{{"kind", "synthetic"}}}}, {"baseChannels", 8}, {"hiddenSize", 16},
                                 {"dropout", 0}, {"inputSizes", {{{"fromPictures", 0}, {"size", 64}}}}, {"batch", 4}, {"warmupPictures", 0},
                                 {"finalLearningRateShare", 1}, {"device", "cpu"}, {"threads", 1}, {"logEverySteps", 1}, {"validationPictures", 2},
                                 {"validateEveryMinutes", 0}, {"checkpointEveryMinutes", 0}};
        config.update(changes);
        const QString file = path(QString(name) + ".json");
        writeWholeFile(file.toStdString(), config.dump());
        return file;
    }

private Q_SLOTS:
    void initTestCase() { QVERIFY(folder_.isValid()); }

    void killedRunGoesOnBitForBit() {
        const QString config = writeConfig("killed", {{"totalPictures", 96}, {"checkpointEverySteps", 2}, {"dropout", 0.3}});
        const ProgramResult unbroken = runHmr({"train", config, "-o", path("unbroken")});
        QVERIFY2(unbroken.exitCode == 0, qPrintable(unbroken.errors));
        const auto process = started({"train", config, "-o", path("killed")});
        QElapsedTimer timer;
        timer.start();
        while (!fs::exists(checkpoint("killed", 4)) && timer.elapsed() < 100000) QTest::qWait(2);
        process->kill();  // SIGKILL
        QVERIFY(process->waitForFinished());
        QCOMPARE(process->exitStatus(), QProcess::CrashExit);
        QVERIFY(fs::exists(checkpoint("killed", 4)) && !fs::exists(checkpoint("killed", 24)));
        const ProgramResult resumed = runHmr({"train", config, "-o", path("killed"), "--resume"});
        QVERIFY2(resumed.exitCode == 0 && resumed.output.contains("resuming at step "), qPrintable(resumed.output + resumed.errors));
        const Tensors expected = tensorsOf(checkpoint("unbroken", 24)), found = tensorsOf(checkpoint("killed", 24));
        QVERIFY(expected.size() > 40 && expected.contains("random.cpu"));
        QCOMPARE(found.size(), expected.size());
        for (const auto& [name, array] : expected) QVERIFY2(found.at(name).bytes == array.bytes, name.c_str());
    }

    // Batch norm sees the pictures of its own process. So the run to compare with normalises in the same halves: one process whose
    // updates are made of two batches. All but the running statistics is then the same sum of two numbers, and equal bit for bit.
    void twoProcessesEqualOneOnTheSameGlobalBatch() {
        const QString pair = writeConfig("pair", {{"totalPictures", 32}});
        const QString single = writeConfig("single", {{"totalPictures", 32}, {"accumulate", 2}});
        const QString master = QString("127.0.0.1:%1").arg(20000 + QCoreApplication::applicationPid() % 20000);
        std::unique_ptr<QProcess> processes[2];
        for (const int rank : {0, 1})
            processes[rank] = started({"train", pair, "-o", path("pair"), "--nodes", "2", "--rank", QString::number(rank), "--master", master});
        for (const auto& process : processes) {
            QVERIFY(process->waitForFinished(120000));
            const QString said = QString::fromUtf8(process->readAll());
            if (said.contains("libgloo-dev")) QSKIP("this build trains in one process");
            QVERIFY2(process->exitStatus() == QProcess::NormalExit && process->exitCode() == 0, qPrintable(said));
            QCOMPARE(said.contains("2 processes, averaged through Gloo"), process == processes[0]);
        }
        const ProgramResult alone = runHmr({"train", single, "-o", path("single")});
        QVERIFY2(alone.exitCode == 0, qPrintable(alone.errors));
        const Tensors ofPair = tensorsOf(checkpoint("pair", 4)), ofSingle = tensorsOf(checkpoint("single", 8));
        const ProgramResult untrained = runHmr({"train", writeConfig("start", {{"totalPictures", 4}, {"learningRate", 1e-12}}), "-o", path("start")});
        QVERIFY2(untrained.exitCode == 0, qPrintable(untrained.errors));
        QVERIFY(largestDifference(ofPair, tensorsOf(checkpoint("start", 1)), "encoder.values") > 1e-3);  // they have moved
        int numEqual = 0;
        for (const auto& [name, array] : ofPair) {
            if (name.find("buffer") != std::string::npos || name == "random.cpu") continue;
            QVERIFY2(array.bytes == ofSingle.at(name).bytes, qPrintable(QString("%1 differ by %2").arg(name.c_str()).arg(largestDifference(ofPair, ofSingle, name))));
            ++numEqual;
        }
        QCOMPARE(numEqual, 7);  // values, average and Adam's two of the encoder; values and Adam's two of the discriminator
    }

    // What `hmr synth` labels, `hmr dataset pack` keeps and training learns from; the third of these pictures is for validation.
    void packedParametersReachTheLosses() {
        const ProgramResult drawn = runHmr({"synth", "--count", "6", "--size", "64", "-o", path("drawn")});
        QVERIFY2(drawn.exitCode == 0, qPrintable(drawn.errors));
        const ProgramResult packed = runHmr({"dataset", "pack", path("drawn"), "-o", path("drawn.npz")});
        QVERIFY2(packed.exitCode == 0, qPrintable(packed.errors));
        const nlohmann::json source = {{"kind", "packed"}, {"file", path("drawn.npz").toStdString()}};
        const QString config = writeConfig("packed", {{"totalPictures", 4}, {"sources", nlohmann::json::array({source})}});
        const ProgramResult trained = runHmr({"train", config, "-o", path("packed")});
        QVERIFY2(trained.exitCode == 0, qPrintable(trained.errors));
        const std::string log = readWholeFile((path("packed") + "/log.jsonl").toStdString());
        const auto step = nlohmann::json::parse(log.substr(0, log.find('\n')));
        QCOMPARE(step.at("kind").get<std::string>(), std::string("step"));
        for (const char* term : {"joints3d", "rotations", "betas"}) QVERIFY2(step.at(term).get<double>() > 0, term);
    }

    void whatCannotWorkIsOneClearMessage() {
        const QString config = writeConfig("small", {{"totalPictures", 4}, {"checkpointEverySteps", 1}});
        QCOMPARE(runHmr({"train", config, "-o", path("small")}).exitCode, 0);
        const ProgramResult other = runHmr({"train", writeConfig("wide", {{"totalPictures", 8}, {"hiddenSize", 24}}), "-o", path("small"), "--resume"});
        QCOMPARE(other.exitCode, 1);
        QVERIFY2(other.errors.contains("\"hiddenSize\" is not what it was"), qPrintable(other.errors));
        QCOMPARE(runHmr({"train", config, "-o", path("x"), "--nodes", "2", "--rank", "2"}).exitCode, 1);
        QVERIFY(!QDir(path("x")).exists());
    }
};

HMR_TEST_CLASS(TestTrain, "test_train")

}  // namespace hmr::test

#include "test_train.moc"
