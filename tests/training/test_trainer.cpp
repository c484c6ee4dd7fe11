// SPDX-License-Identifier: MIT
#include <sys/resource.h>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <torch/torch.h>

#include <QTemporaryDir>
#include <csignal>
#include <limits>
#include <sstream>
#include <thread>

#include "formats/atomic_file.h"
#include "network/weights_file.h"
#include "support/error_text.h"
#include "support/test_class.h"
#include "training/lifted_bodies.h"
#include "training/stick_source.h"

using namespace hmr;
using namespace hmr::test;
namespace fs = std::filesystem;

namespace {

/// Stops a run once it has made so many steps, as a kill would: nothing is saved that was not saved before.
struct Run {
    TrainingConfig config = smallConfig();
    TrainingData data = smallData();
    std::ostringstream terminal;

    void train(const fs::path& folder, bool resume = false) {
        Trainer trainer(config, data, folder, resume, terminal);
        trainer.run({});
    }
};

/// Every tensor and counter of a checkpoint but the time it took.
std::map<std::string, std::vector<std::byte>> contentOf(const fs::path& checkpoint) {
    const SafetensorsFile file(checkpoint);
    std::map<std::string, std::vector<std::byte>> content;
    for (const auto& [name, view] : file.tensors()) content[name].assign(view.bytes.begin(), view.bytes.end());
    return content;
}

/// A source whose labels turn bad at some picture.
class BadSource : public SampleSource {
public:
    explicit BadSource(std::unique_ptr<SampleSource> source) : source_(std::move(source)) {}
    void draw(std::uint64_t index, TrainingSample& sample) override {
        source_->draw(index, sample);
        if (index >= 8) sample.keypoints[0] = std::numeric_limits<float>::quiet_NaN();
    }

private:
    std::unique_ptr<SampleSource> source_;
};

/// Files larger than the limit cannot be written while this lives, as on a full disk.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

std::vector<TrainingSample> drawSamples(std::uint64_t first, int count) {
    StickSource source(SmallBody::model(), 5, 32);
    std::vector<TrainingSample> samples(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) source.draw(first + static_cast<std::uint64_t>(i), samples[static_cast<std::size_t>(i)]);
    return samples;
}

TensorBatch batchOf(std::uint64_t number, const TrainingConfig& config) {
    SampleBatch batch{number, 32, drawSamples(number * static_cast<std::uint64_t>(config.batch), config.batch), {}};
    const AnyBodies bodies;
    for (int i = 0; i < config.batch * config.iterations; ++i)
        batch.realBodies.push_back(bodies.draw(number * static_cast<std::uint64_t>(config.batch * config.iterations + i)));
    return tensorBatch(batch, config.paired, torch::kCPU);
}

/// A learner with the start that the seed gives.
std::unique_ptr<HmrLearner> seededLearner(const TrainingConfig& config, ProcessGroup* group = nullptr) {
    torch::manual_seed(config.seed);
    return std::make_unique<HmrLearner>(config, *SmallBody::model(), smallMeanBody(), torch::kCPU, group);
}

double largestDifference(Learner& a, Learner& b, const std::string& name) {
    const auto stateA = a.state(), stateB = b.state();
    for (std::size_t i = 0; i < stateA.size(); ++i)
        if (stateA[i].first == name) return (stateA[i].second - stateB[i].second).abs().max().item<double>();
    return std::numeric_limits<double>::infinity();
}

}  // namespace

class TestTrainer : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path place(const char* name) const { return fs::path(folder_.path().toStdString()) / name; }

private Q_SLOTS:
    void initTestCase() { torch::set_num_threads(1); }

    void resumedRunEqualsUnbrokenRun() {
        Run unbroken;
        unbroken.train(place("unbroken"));
        Run first;
        first.train(place("broken"));
        // the state a kill between steps 2 and 4 leaves: the checkpoint of step 2, and log lines beyond it
        fs::remove(place("broken") / "checkpoints" / checkpointName(4));
        Run second;
        second.train(place("broken"), true);
        QVERIFY(second.terminal.str().find("resuming at step 2") != std::string::npos);
        const auto expected = contentOf(place("unbroken") / "checkpoints" / checkpointName(4));
        QCOMPARE(contentOf(place("broken") / "checkpoints" / checkpointName(4)) == expected, true);
        QVERIFY(expected.size() > 40);
        const std::string log = readWholeFile(place("broken") / "log.jsonl");
        QCOMPARE(QString::fromStdString(log).count("\"kind\":\"step\""), 4);
    }

    void dropoutComesFromTheSavedRandomState() {
        Run unbroken, first, second;
        for (Run* run : {&unbroken, &first, &second}) run->config.dropout = 0.5;
        unbroken.train(place("dropout-unbroken"));
        first.train(place("dropout-broken"));
        fs::remove(place("dropout-broken") / "checkpoints" / checkpointName(4));
        second.train(place("dropout-broken"), true);
        QVERIFY(contentOf(place("dropout-broken") / "checkpoints" / checkpointName(4)) ==
                contentOf(place("dropout-unbroken") / "checkpoints" / checkpointName(4)));
    }

    void jointMapsResumeToo() {
        Run unbroken, first, second;
        for (Run* run : {&unbroken, &first, &second}) {
            run->config.jointMaps = true;
            run->config.liftedBodies = 2;
            run->config.appearanceDropout = 0.3;
        }
        unbroken.train(place("maps-unbroken"));
        first.train(place("maps-broken"));
        fs::remove(place("maps-broken") / "checkpoints" / checkpointName(4));
        second.train(place("maps-broken"), true);
        QVERIFY(contentOf(place("maps-broken") / "checkpoints" / checkpointName(4)) ==
                contentOf(place("maps-unbroken") / "checkpoints" / checkpointName(4)));
        QVERIFY(unbroken.terminal.str().find("PCK@0.1 of the joint maps") != std::string::npos);
    }

    void weightsWithoutJointMapsStartTheBackbone() {
        Run plain;
        plain.train(place("plain"));
        TrainingConfig config = smallConfig();
        config.jointMaps = true;
        config.initialWeights = place("plain") / "weights.safetensors";
        const auto learner = seededLearner(config);
        const SafetensorsFile file(config.initialWeights);
        const auto bias = learner->model()->named_parameters()["layer2.0.bn1.bias"];
        QVERIFY(std::memcmp(file.tensors().at("layer2.0.bn1.bias").bytes.data(), bias.data_ptr(), bias.nbytes()) == 0);
    }

    // What lifted bodies claim of their joints' errors is what the errors are.
    void liftedJointsAreOffByWhatTheyClaim() {
        torch::manual_seed(3);
        const std::int64_t count = 600;
        const auto rotations = torch::eye(3).expand({count, kNumSmplJoints, 3, 3}).contiguous();
        const BodyLayer body(*SmallBody::model(), torch::kCPU);
        const LiftedBodies lifted = liftBodies(rotations, torch::randn({count, kNumBetas}), body, 0.75, 7);
        QVERIFY(lifted.features.narrow(1, 0, 7).abs().max().item<double>() == 0);
        const auto places = lifted.labels.keypoints.narrow(2, 0, 2);
        const auto seen = lifted.features.narrow(1, 7, 2 * kNumCocoPlusJoints).view({count, kNumCocoPlusJoints, 2});
        const auto logDeviation = lifted.features.narrow(1, 7 + 2 * kNumCocoPlusJoints, kNumCocoPlusJoints);
        const auto isInside = (torch::amax(places.abs(), {2}) < 0.8).logical_and(logDeviation < -2.5);
        const auto ratio = ((seen - places).abs().mean(2) / logDeviation.exp()).masked_select(isInside);
        QVERIFY(ratio.numel() > 2000);
        QVERIFY2(std::abs(ratio.mean().item<double>() - 1) < 0.05, qPrintable(QString::number(ratio.mean().item<double>())));
        const auto root = lifted.labels.rotations.select(1, 0);
        QVERIFY((torch::matmul(root, root.transpose(1, 2)) - torch::eye(3)).abs().max().item<double>() < 1e-5);
        QVERIFY((torch::det(root) - 1).abs().max().item<double>() < 1e-5);
    }

    void damagedNewestCheckpointFallsBackToTheOneBefore() {
        Run run;
        run.train(place("damaged"));
        const fs::path newest = place("damaged") / "checkpoints" / checkpointName(4);
        fs::resize_file(newest, fs::file_size(newest) / 2);
        Run again;
        again.train(place("damaged"), true);
        QVERIFY(again.terminal.str().find("trying the checkpoint before it") != std::string::npos);
        QVERIFY(again.terminal.str().find("resuming at step 2") != std::string::npos);
    }

    void checkpointOfAnotherNetworkIsRefused() {
        Run run;
        run.train(place("other"));
        Run wider;
        wider.config.hiddenSize = 48;
        QCOMPARE(checkpointsIn(place("other") / "checkpoints").size(), std::size_t{2});
        const QString text = errorText([&] { wider.train(place("other"), true); });
        QVERIFY2(text.contains("\"hiddenSize\" is not what it was") && text.contains("the configuration the run was started with"), qPrintable(text));
        QVERIFY2(wider.terminal.str().empty(), wider.terminal.str().c_str());  // not one complaint for each checkpoint
        const auto learner = seededLearner(wider.config);
        const QString tensor = errorText([&] { loadCheckpoint(place("other") / "checkpoints" / checkpointName(4), *learner, smallConfig()); });
        QVERIFY2(tensor.contains("another network"), qPrintable(tensor));
        Run again;
        QVERIFY(errorText([&] { again.train(place("other")); }).contains("already holds a run"));
        QVERIFY(errorText([&] { again.train(place("nothing"), true); }).contains("no checkpoint"));
    }

    void aResumedRunStaysTheSame() {
        Run first;
        first.train(place("same"));
        const std::string before = readWholeFile(place("same") / "config.json");
        Run other;
        other.config.losses.joints3d = 60;
        const QString text = errorText([&] { other.train(place("same"), true); });
        QVERIFY2(text.contains("\"losses.joints3d\" is not what it was"), qPrintable(text));
        QCOMPARE(readWholeFile(place("same") / "config.json"), before);
        Run longer;
        longer.config.totalPictures = 20;
        longer.config.learningRate = 1e-4;
        longer.config.checkpointEverySteps = 1;
        longer.train(place("same"), true);
        QVERIFY(fs::exists(place("same") / "checkpoints" / checkpointName(5)));
    }

    void lossThatIsNotFiniteStopsAndNamesTheStep() {
        Run run;
        run.data.makeSource = [body = SmallBody::model()](int size) {
            return std::make_unique<BadSource>(std::make_unique<StickSource>(body, 5, size));
        };
        const QString text = errorText([&] { run.train(place("nan")); });
        QVERIFY2(text.contains("step 3") && text.contains("not finite"), qPrintable(text));
    }

    void fullDiskLeavesOlderCheckpointsAndGoesOn() {
        Run run;
        run.config.keepCheckpoints = 1;
        Trainer trainer(run.config, run.data, place("full"), false, run.terminal);
        saveCheckpoint(place("full") / "checkpoints" / checkpointName(1), trainer.learner(), {1, 4, 0, -1}, run.config);
        const auto before = contentOf(place("full") / "checkpoints" / checkpointName(1));
        {
            const FullDisk disk(1'000'000);
            trainer.run({});
        }
        QVERIFY(run.terminal.str().find("the checkpoint could not be written") != std::string::npos);
        const auto left = checkpointsIn(place("full") / "checkpoints");
        QCOMPARE(left.size(), std::size_t{1});
        QVERIFY(contentOf(left.front()) == before);
        std::size_t numFiles = 0;
        for ([[maybe_unused]] const auto& entry : fs::directory_iterator(place("full") / "checkpoints")) ++numFiles;
        QCOMPARE(numFiles, std::size_t{1});  // no half-written file either
    }

    void newestCheckpointsAreKept() {
        Run run;
        run.config.checkpointEverySteps = 1;
        run.config.keepCheckpoints = 2;
        run.train(place("keep"));
        const auto left = checkpointsIn(place("keep") / "checkpoints");
        QCOMPARE(left.size(), std::size_t{2});
        QCOMPARE(left[0].filename().string(), checkpointName(4).string());
        QCOMPARE(left[1].filename().string(), checkpointName(3).string());
    }

    void exportedWeightsSayWhatTheyAre() {
        Run run;
        run.config.dataStatement = "stick figures";
        run.config.prior = "/home/somebody/data/poses.npz";
        run.train(place("export"));
        const SafetensorsFile weights(place("export") / "weights.safetensors");
        for (const char* key : {"architecture", "recipe", "training", "data", "pictures_seen", "hours", "accuracy", "licence", "body_model_hash"})
            QVERIFY2(weights.metadata().contains(key), key);
        QCOMPARE(weights.metadata().at("data"), std::string("stick figures"));
        QVERIFY(weights.metadata().at("training").find("somebody") == std::string::npos);
        QVERIFY(weights.metadata().at("training").find("poses.npz") != std::string::npos);
        QCOMPARE(weights.metadata().at("pictures_seen"), std::string("16"));
        QCOMPARE(recipeFrom(weights.metadata(), "test").inputSize, 32);
        QVERIFY(weights.metadata().at("accuracy").find("PCK@0.1") != std::string::npos);
        // and training can start from them
        Run next;
        next.config.initialWeights = place("export") / "weights.safetensors";
        next.config.totalPictures = 4;
        next.train(place("from-weights"));
        const SafetensorsFile later(place("from-weights") / "weights.safetensors");
        QVERIFY(!weights.metadata().contains("started_from"));
        QVERIFY(later.metadata().at("started_from").starts_with("weights.safetensors (16 pictures, "));
    }

    void lossFallsOnAFixedBatch() {
        TrainingConfig config = smallConfig();
        config.adversarialPrior = false;
        const auto learner = seededLearner(config);
        const TensorBatch batch = batchOf(0, config);
        const double first = learner->learn(batch, 1).loss;
        double last = first;
        for (int i = 0; i < 25; ++i) last = learner->learn(batch, 1).loss;
        QVERIFY2(last < 0.6 * first, qPrintable(QString("%1 to %2").arg(first).arg(last)));
    }

    void switchesReproduceTheAblations() {
        TrainingConfig config = smallConfig();
        const auto termsOf = [](const TrainingConfig& c) {
            const StepFigures figures = seededLearner(c)->learn(batchOf(0, c), 1);
            return std::map<std::string, double>(figures.terms.begin(), figures.terms.end());
        };
        const auto whole = termsOf(config);
        QVERIFY(whole.at("joints3d") > 0 && whole.at("rotations") > 0);
        QVERIFY(whole.contains("adversarial") && whole.contains("discriminator"));
        config.paired = false;
        const auto unpaired = termsOf(config);
        QCOMPARE(unpaired.at("joints3d"), 0.0);
        QCOMPARE(unpaired.at("rotations"), 0.0);
        QVERIFY(unpaired.at("reprojection") > 0);
        config.adversarialPrior = false;
        const auto withoutPrior = termsOf(config);
        QVERIFY(!withoutPrior.contains("adversarial") && !withoutPrior.contains("discriminator"));
        config.iterations = 1;
        QCOMPARE(seededLearner(config)->predict(batchOf(0, config).pictures).size(), std::size_t{1});
    }

    void predictionLeavesTrainingUntouched() {
        TrainingConfig config = smallConfig();
        config.dropout = 0;  // both would draw from the one random state
        const auto a = seededLearner(config), b = seededLearner(config);
        a->learn(batchOf(0, config), 1);
        b->learn(batchOf(0, config), 1);
        a->predict(batchOf(3, config).pictures);
        for (const char* name : {"encoder.values", "encoder.averaged", "encoder.buffer.0", "encoder.averaged_buffer.0"})
            QCOMPARE(largestDifference(*a, *b, name), 0.0);
    }

    void twoProcessesEqualOneOnTheSameGlobalBatch() {
        TrainingConfig config = smallConfig();
        config.dropout = 0;
        TrainingConfig whole = config;
        whole.accumulate = 2;
        const auto single = seededLearner(whole);
        std::unique_ptr<ProcessGroup> groups[2];
        const int port = 20000 + static_cast<int>(QCoreApplication::applicationPid() % 20000);
        const auto join = [&](int rank) { groups[rank] = joinProcessGroup({2, rank, "localhost", port}); };
        std::thread other(join, 1);
        join(0);
        other.join();
        const std::unique_ptr<HmrLearner> pair[2] = {seededLearner(config, groups[0].get()), seededLearner(config, groups[1].get())};
        for (std::uint64_t step = 0; step < 3; ++step) {
            for (std::uint64_t half = 0; half < 2; ++half) single->learn(batchOf(2 * step + half, config), 1);
            std::thread second([&] { pair[1]->learn(batchOf(2 * step + 1, config), 1); });
            pair[0]->learn(batchOf(2 * step, config), 1);
            second.join();
        }
        QVERIFY(largestDifference(*pair[0], *pair[1], "encoder.values") < 1e-6);
        QVERIFY2(largestDifference(*single, *pair[0], "discriminator.values") < 2e-4,
                 qPrintable(QString::number(largestDifference(*single, *pair[0], "discriminator.values"))));
        // Adam divides by the gradient's size, so rounding of tiny gradients shows; the mean difference tells
        const auto a = single->state(), b = pair[0]->state();
        const double mean = (a.front().second - b.front().second).abs().mean().item<double>();
        const double moved = (a.front().second - seededLearner(config)->state().front().second).abs().mean().item<double>();
        QVERIFY2(mean < 0.01 * moved, qPrintable(QString("differs by %1 of a movement of %2").arg(mean).arg(moved)));
    }

    // torchrun's agent listens at MASTER_ADDR:MASTER_PORT itself, and keeps the keys of processes that it had to start again.
    void torchrunsAgentListensInPlaceOfProcess0() {
        c10d::TCPStoreOptions options;
        options.port = 0;  // any that is free
        options.isServer = true;
        [](auto& some) {  // LibTorch 2.6 has it, not every build of it the library
            if constexpr (requires { some.useLibUV; }) some.useLibUV = false;
        }(options);
        const auto agent = c10::make_intrusive<c10d::TCPStore>("localhost", options);
        const std::map<const char*, QByteArray> variables = {
            {"TORCHELASTIC_USE_AGENT_STORE", "True"}, {"MASTER_ADDR", "localhost"}, {"MASTER_PORT", QByteArray::number(agent->getPort())}};
        for (const auto& [name, value] : variables) qputenv(name, value);
        for (const char* attempt : {"0", "1"}) {
            qputenv("TORCHELASTIC_RESTART_COUNT", attempt);
            const ProcessPlace places[2] = {processPlace(2, 0, ""), processPlace(2, 1, "")};
            torch::Tensor values[2] = {torch::full({1}, 1.0f), torch::full({1}, 4.0f)};
            std::unique_ptr<ProcessGroup> groups[2];
            const auto joinAndAverage = [&](int rank) {
                groups[rank] = joinProcessGroup(places[rank]);
                groups[rank]->average(values[rank]);
            };
            std::thread other(joinAndAverage, 1);
            joinAndAverage(0);
            other.join();
            for (const torch::Tensor& value : values) QCOMPARE(value.item<float>(), 2.5f);
        }
        QVERIFY(processPlace(2, 0, "elsewhere:1234").agentPrefix.empty());  // a place that the agent does not serve
        for (const auto& [name, value] : variables) qunsetenv(name);
        qunsetenv("TORCHELASTIC_RESTART_COUNT");
    }

    void placesOfProcessesAreChecked() {
        QCOMPARE(processPlace(4, 3, "node7:1234").host, std::string("node7"));
        QCOMPARE(processPlace(4, 3, "node7:1234").port, 1234);
        QVERIFY(errorText([] { processPlace(2, 2, ""); }).contains("does not exist"));
        QVERIFY(errorText([] { processPlace(2, 1, "host:port"); }).contains("whole number"));
        qputenv("WORLD_SIZE", "8");
        qputenv("RANK", "5");
        QCOMPARE(processPlace(0, -1, "").rank, 5);
        QCOMPARE(processPlace(0, -1, "").size, 8);
        qunsetenv("WORLD_SIZE");
        qunsetenv("RANK");
    }

    void processesOfOneMachineTakeTheirOwnGpus() {
        for (int i = 0; i < 4; ++i) QCOMPARE(gpuIndex(std::to_string(i), "", 4), i);
        QCOMPARE(gpuIndex("", "3", 4), 3);   // Slurm
        QCOMPARE(gpuIndex("2", "3", 4), 2);  // torchrun within Slurm
        QCOMPARE(gpuIndex("", "", 4), 0);    // one process
        QCOMPARE(gpuIndex("3", "", 1), 0);   // each process is shown its own GPU alone
        QVERIFY(errorText([] { gpuIndex("4", "", 4); }).contains("there are 4"));
        QVERIFY(errorText([] { gpuIndex("first", "", 4); }).contains("LOCAL_RANK"));
        qputenv("LOCAL_RANK", "1");
        QCOMPARE(gpuIndex(2), 1);
        qunsetenv("LOCAL_RANK");
        qputenv("SLURM_LOCALID", "1");
        QCOMPARE(gpuIndex(2), 1);
        qunsetenv("SLURM_LOCALID");
    }
};

HMR_TEST_CLASS(TestTrainer, "test_trainer")
#include "test_trainer.moc"
