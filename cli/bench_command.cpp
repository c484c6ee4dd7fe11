// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <random>
#include <thread>

#include "body/error.h"
#include "cli/commands.h"
#include "cli/fitting_times.h"
#include "cli/network_times.h"
#include "cli/opening_times.h"
#include "cli/stopwatch.h"
#include "formats/body_file.h"
#include "formats/resources.h"
#include "inference/crop.h"
#include "inference/picture.h"
#include "inference/recovery.h"
#include "renderer/overlay_painter.h"

namespace hmr {
namespace {

struct BenchSettings {
    bool json = false;
    int minRuns = 20;
    int threads = 0;  ///< 0: all cores
    std::filesystem::path body, weights, picture;
};

constexpr int kPictureWidth = 1280, kPictureHeight = 720;

/// Something to look at where no picture is given: smooth blobs, so that no stage is spared its work.
Frame syntheticFrame() {
    cv::Mat small(18, 32, CV_8UC3), picture;
    std::mt19937 generator(1);
    for (int row = 0; row < small.rows; ++row) {
        for (int i = 0; i < 3 * small.cols; ++i) small.ptr(row)[i] = static_cast<unsigned char>(generator() % 256);
    }
    cv::resize(small, picture, {kPictureWidth, kPictureHeight}, 0, 0, cv::INTER_CUBIC);
    return {picture, 0, 0, "a synthetic picture"};
}

BodyParameters someBody() {
    std::mt19937 generator(2);
    std::normal_distribution<double> normal(0, 0.4);
    BodyParameters parameters;
    for (double& value : parameters.pose.reshaped()) value = normal(generator);
    for (double& value : parameters.betas) value = normal(generator);
    return parameters;
}

/// The same body with a number in every place of its pose blend shapes, as SMPL's own files have.
std::shared_ptr<const BodyModel> withDensePoseDirections(const BodyModel& model) {
    BodyModelData data = model.data();
    std::mt19937 generator(3);
    std::uniform_real_distribution<float> uniform(-0.01f, 0.01f);
    for (float& value : data.poseDirections.reshaped()) value = uniform(generator);
    return std::make_shared<BodyModel>(std::move(data));
}

class Bench {
public:
    explicit Bench(const BenchSettings& settings)
        : settings_(settings), threads_(settings.threads > 0 ? settings.threads : static_cast<int>(std::thread::hardware_concurrency())) {
        cv::setNumThreads(threads_);
        setenv("LP_NUM_THREADS", std::to_string(threads_).c_str(), 0);  // Mesa's software renderer has threads of its own
        frame_ = settings.picture.empty() ? syntheticFrame() : Frame{readPicture(settings.picture), 0, 0, settings.picture.string()};
        size_ = std::to_string(frame_.picture.cols) + " x " + std::to_string(frame_.picture.rows);
    }

    /// Hands each stage's timing to `onStage` as soon as it is known.
    void measureAll(const std::function<void(const StageTiming&)>& onStage) {
        onStage_ = onStage;
        opening();
        stage("posing", [&] { return posingDense(); });
        stage("posing-open-body", [&] { return posingShipped(); });
        fitting();
        stage("network", [&] { return network(); });
        stage("network-resnet50", [&] { return largeNetwork(); });
        stage("crop", [&] { return crop(); });
        stage("detection", [&] { return detection(); });
        stage("rendering", [&] { return rendering(); });
        stage("pipeline-picture", [&] { return pipeline(false); });
        stage("pipeline-video", [&] { return pipeline(true); });
        training();
    }

    int threads() const { return threads_; }

private:
    void opening() {
        std::optional<SmplStandIn> body;
        stage("opening-first", [&] { return body.emplace().timeFirst(settings_.minRuns); });
        stage("opening-again", [&] { return body ? body->timeAgain(settings_.minRuns) : throw Error("there is no body to open"); });
    }

    void fitting() {
        std::optional<FittingTimes> times;
        const auto fitted = [&](StageTiming (FittingTimes::*measured)(int) const) {
            if (!times) times.emplace(body());
            return ((*times).*measured)(settings_.minRuns);
        };
        stage("drag-step", [&] { return fitted(&FittingTimes::drag); });
        stage("snap", [&] { return fitted(&FittingTimes::snap); });
        stage("snap-silhouette", [&] { return fitted(&FittingTimes::silhouette); });
    }

    template <typename Measure>
    void stage(const char* name, const Measure& measure) {
        StageTiming timing;
        try {
            timing = measure();
        } catch (const Error& error) {
            timing.skippedBecause = error.what();
        }
        timing.name = name;
        onStage_(timing);
    }

    const std::shared_ptr<const BodyModel>& body() {
        if (!body_) body_ = loadBodyModel(settings_.body.empty() ? resourcePath("body/openbody.npz") : settings_.body);
        return body_;
    }

    const std::shared_ptr<HmrNetwork>& loadedNetwork() {
        if (!network_) {
            const auto file = settings_.weights.empty() ? resourcePath("weights/default.safetensors") : settings_.weights;
            network_ = HmrNetwork::load(file, {.threads = settings_.threads});
        }
        return network_;
    }

    StageTiming measure(const std::string& what, int threads, const std::function<void()>& work) const {
        return timeStage({}, what, threads, settings_.minRuns, work);
    }

    StageTiming posing(const BodyModel& model, const std::string& kind) const {
        const BodyParameters parameters = someBody();
        PosedBody posed;
        return measure(std::to_string(model.numVertices()) + " vertices, " + kind + " pose blend shapes, all joints turned", 1,
                       [&] { poseBody(model, parameters, posed); });
    }

    StageTiming posingDense() {
        const auto lod = loadBodyModel(settings_.body.empty() ? resourcePath("body/openbody-lod.npz") : settings_.body);
        return posing(*withDensePoseDirections(*lod), "dense");
    }

    StageTiming posingShipped() { return posing(*body(), "the model's own"); }

    StageTiming timeNetwork(HmrNetwork& network, const std::string& kind) const {
        const int side = network.recipe().inputSize;
        const std::vector<std::uint8_t> pixels(static_cast<std::size_t>(side) * side * 3, 100);
        network.recover(pixels, 1);  // networkThreads tells of this one
        return measure(network.recipe().architecture + kind + ", one " + std::to_string(side) + " x " + std::to_string(side) + " crop", networkThreads(),
                       [&] { network.recover(pixels, 1); });
    }

    StageTiming network() { return timeNetwork(*loadedNetwork(), ""); }

    StageTiming largeNetwork() const { return timeNetwork(*untrainedNetwork("hmr-resnet50", 224, settings_.threads), " of random weights"); }

    /// The trainer's two halves: what is drawn on the fly must come quicker than it is learnt from.
    void training() {
        std::optional<TrainingStep> step;
        const std::string pictures = std::to_string(TrainingStep::kBatch) + " synthetic " + std::to_string(TrainingStep::kSide) + " x " +
                                     std::to_string(TrainingStep::kSide) + " pictures";
        const int threads = std::max(1, settings_.threads);  // one, as the shipped configuration has it
        stage("training-pictures", [&] {
            step.emplace(threads);
            return measure(pictures + ", drawn by one thread", 1, [&] { step->drawPictures(); });
        });
        stage("training-step", [&] {
            if (!step) throw Error("there are no pictures to learn from");
            return measure("a step on " + pictures + ", the shipped weights' network", threads, [&] { step->learn(); });
        });
    }

    StageTiming crop() {
        const NetworkRecipe recipe = settings_.weights.empty() ? NetworkRecipe{} : loadedNetwork()->recipe();
        const double height = frame_.picture.rows * 0.8;
        const CropWindow window = cropWindow({frame_.picture.cols * 0.4, frame_.picture.rows * 0.1, height / 2, height}, recipe);
        return measure("one person of a " + size_ + " picture", threads_, [&] { cropPicture(frame_.picture, window, recipe); });
    }

    StageTiming detection() {
        const auto detector = makeDetector(kBuiltInDetector);
        return measure(detector->name() + " detector on " + size_, threads_, [&] { detector->detect(frame_.picture); });
    }

    FrameEstimate onePerson() const {
        FrameEstimate estimate;
        estimate.frame = frame_;
        PersonEstimate person;
        person.crop = {{frame_.picture.cols / 2.0, frame_.picture.rows / 2.0}, static_cast<double>(frame_.picture.rows)};
        person.parameters.pose(0, 0) = 3.14159;
        estimate.people.push_back(person);
        return estimate;
    }

    StageTiming rendering() {
        OverlayPainter painter(body());
        const FrameEstimate estimate = onePerson();
        const Picture picture = rgbPicture(estimate.frame.picture);
        return measure("one posed body over a " + size_ + " picture, read back", threads_, [&] { painter.paint(picture, estimate.people); });
    }

    /// A picture is searched for people each time; in a video they are followed, and smoothed.
    StageTiming pipeline(bool isVideo) {
        RecoveryOptions options;
        options.maxPeople = 1;
        Recovery recovery(body(), loadedNetwork(), makeDetector(kBuiltInDetector), options);
        Frame frame = frame_;
        const std::string what = isVideo ? "follow, crop, network, pose; detection now and then" : "detect, crop, network, pose, refine";
        return measure(what + "; one person, " + size_, threads_, [&] {
            if (!isVideo) {
                recovery.recover(frame);
                return;
            }
            recovery.follow(frame);
            ++frame.index;
            frame.time += 1.0 / 30;
        });
    }

    BenchSettings settings_;
    int threads_;
    Frame frame_;
    std::string size_;
    std::shared_ptr<const BodyModel> body_;
    std::shared_ptr<HmrNetwork> network_;
    std::function<void(const StageTiming&)> onStage_;
};

nlohmann::ordered_json jsonOf(const StageTiming& timing) {
    if (!timing.skippedBecause.empty()) return {{"name", timing.name}, {"skipped", timing.skippedBecause}};
    return {{"name", timing.name},       {"what", timing.what},           {"threads", timing.threads},
            {"runs", timing.numRuns}, {"median_ms", timing.medianMs}, {"p95_ms", timing.p95Ms}};
}

void printJson(Bench& bench) {
    nlohmann::ordered_json document = {{"version", 1}, {"threads", bench.threads()}, {"stages", nlohmann::json::array()}};
    bench.measureAll([&](const StageTiming& timing) { document["stages"].push_back(jsonOf(timing)); });
    std::cout << document.dump(2) << "\n";
}

void printTable(Bench& bench) {
    std::printf("%-17s %10s %10s %8s %6s  %s\n", "stage", "median ms", "p95 ms", "threads", "runs", "what");
    bench.measureAll([](const StageTiming& timing) {
        if (timing.skippedBecause.empty()) {
            std::printf("%-17s %10.3f %10.3f %8d %6d  %s\n", timing.name.c_str(), timing.medianMs, timing.p95Ms, timing.threads,
                        timing.numRuns, timing.what.c_str());
        } else {
            std::printf("%-17s skipped: %s\n", timing.name.c_str(), timing.skippedBecause.c_str());
        }
        std::fflush(stdout);
    });
}

}  // namespace

void addBenchCommand(CLI::App& app, int& exitCode) {
    auto settings = std::make_shared<BenchSettings>();
    CLI::App* bench = app.add_subcommand("bench", "Time every stage on this machine: median and 95th percentile");
    bench->add_flag("--json", settings->json, "Print JSON");
    bench->add_option("--repeat", settings->minRuns, "Least runs of each stage")->check(CLI::Range(1, 100000))->capture_default_str();
    bench->add_option("--threads", settings->threads, "Threads; 0: all cores, of the network as many as serve it")->check(CLI::Range(0, 256));
    bench->add_option("--body", settings->body, "Body model (.npz); the shipped ones by default");
    bench->add_option("--weights", settings->weights, "Network weights (.safetensors); the shipped ones by default");
    bench->add_option("--picture", settings->picture, "Picture to work on; a synthetic one by default");
    bench->callback([settings, &exitCode] {
        Bench bench(*settings);
        if (settings->json) {
            printJson(bench);
        } else {
            printTable(bench);
        }
        exitCode = 0;
    });
}

}  // namespace hmr
