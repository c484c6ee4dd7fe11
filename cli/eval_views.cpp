// SPDX-License-Identifier: MIT
#include "cli/eval_views.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <optional>

#include "body/error.h"
#include "body/metrics.h"
#include "body/motion/motion_figures.h"
#include "cli/progress.h"
#include "formats/body_file.h"
#include "formats/resources.h"
#include "inference/picture.h"
#include "inference/recovery.h"
#include "renderer/overlay_painter.h"
#include "training/drawing.h"
#include "training/picture_file.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

struct Arguments {
    std::string input, detector = kBuiltInDetector;
    fs::path output, body, weights;
    int columns = 6, tile = 240, limit = 0, threads = 0;
    double smoothing = RecoveryOptions{}.smoothing;
};

struct Setup {
    std::shared_ptr<const BodyModel> body;
    std::shared_ptr<HmrNetwork> network;

    explicit Setup(const Arguments& arguments)
        : body(loadBodyModel(arguments.body.empty() ? resourcePath("body/openbody.npz") : arguments.body)),
          network(HmrNetwork::load(arguments.weights.empty() ? resourcePath("weights/default.safetensors") : arguments.weights, {.threads = arguments.threads})) {}

    Recovery recovery(const Arguments& arguments, double smoothing) const {
        RecoveryOptions options;
        options.smoothing = smoothing;
        return Recovery(body, network, makeDetector(arguments.detector), options);
    }
};

/// The picture in a square tile, letterboxed.
Picture squareTile(const Picture& picture, int side) {
    const double factor = static_cast<double>(side) / std::max(picture.width, picture.height);
    const Picture small = resized(picture, std::max(1, static_cast<int>(picture.width * factor)), std::max(1, static_cast<int>(picture.height * factor)));
    Picture tile(side, side, 3);
    fillRectangle(tile, 0, 0, side, side, {238, 240, 242});
    for (int y = 0; y < small.height; ++y)
        std::copy_n(small.at(0, y), 3 * small.width, tile.at((side - small.width) / 2, y + (side - small.height) / 2));
    return tile;
}

int writeSheet(const Arguments& arguments) {
    const Setup setup(arguments);
    Recovery recovery = setup.recovery(arguments, 0);
    OverlayPainter painter(setup.body);
    const auto source = openSource(arguments.input);
    Progress progress(source->name(), source->numFrames());
    std::vector<Picture> tiles;
    int numPictures = 0, numFailed = 0;
    while (arguments.limit == 0 || numPictures < arguments.limit) {
        try {
            const std::optional<Frame> frame = source->next();
            if (!frame) break;
            const FrameEstimate estimate = recovery.recover(*frame);
            const Picture picture = rgbPicture(frame->picture);
            tiles.push_back(squareTile(painter.paint(picture, estimate.people), arguments.tile));
            tiles.push_back(squareTile(painter.paintSide(picture.width, picture.height, estimate.people), arguments.tile));
            progress.update(++numPictures);
        } catch (const Error& error) {
            std::cerr << "hmr: " << error.what() << "\n";
            ++numFailed;
        }
    }
    if (tiles.empty()) throw Error(arguments.input + " gave no picture");
    writePicture(arguments.output, contactSheet(tiles, 2 * std::max(1, arguments.columns / 2)), 88);
    std::cout << numPictures << " pictures, overlay and side view: " << arguments.output.string() << "\n";
    return numFailed == 0 ? 0 : 1;
}

/// Mean size of the second differences of 14 joints about the mid-hip, metres per second squared, and how far the bodies lie from where
/// the network sees their joints.
class Jitter {
public:
    explicit Jitter(double frameRate) : frameRate_(frameRate) {}

    void add(const BodyModel& body, const FrameEstimate& estimate) {
        for (const PersonEstimate& person : estimate.people) {
            addDistance(person);
            const Points3d all = cocoPlusJoints(body, poseBody(body, person.parameters).vertices);
            MotionSample sample;
            sample.body = person.parameters;
            roots_[person.id].set(estimate.frame.index, std::make_shared<const MotionSample>(std::move(sample)));
            constexpr std::array kHips = {2, 3};
            std::vector<std::pair<int, Points3d>>& track = tracks_[person.id];
            track.emplace_back(estimate.frame.index, centredOn(all.topRows(kNumLspJoints), kHips));
            const std::size_t n = track.size();
            if (n < 3 || track[n - 1].first - track[n - 3].first != 2) continue;
            sum_ += (track[n - 1].second - 2 * track[n - 2].second + track[n - 3].second).rowwise().norm().mean() * frameRate_ * frameRate_;
            ++count_;
        }
    }
    double mean() const { return count_ == 0 ? 0 : sum_ / count_; }
    int count() const { return count_; }
    /// Per cent of the person's crop, of joints of which the network is sure; nothing where it does not tell.
    std::optional<double> meanDistance() const { return numDistances_ == 0 ? std::nullopt : std::optional(100 * distanceSum_ / numDistances_); }
    std::size_t numFlips() const {
        std::size_t sum = 0;
        for (const auto& [id, track] : roots_) sum += flippedFrames(track).size();
        return sum;
    }

private:
    void addDistance(const PersonEstimate& person) {
        constexpr double kSure = 0.1;  // of half the crop's side
        if (!person.seenJoints || person.joints2d.rows() != kNumCocoPlusJoints) return;
        for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
            if (person.seenJoints->deviations[joint] > kSure * person.crop.side / 2) continue;
            distanceSum_ += (person.joints2d.row(joint) - person.seenJoints->positions.row(joint)).norm() / person.crop.side;
            ++numDistances_;
        }
    }

    double frameRate_, sum_ = 0, distanceSum_ = 0;
    int count_ = 0, numDistances_ = 0;
    std::map<int, std::vector<std::pair<int, Points3d>>> tracks_;
    std::map<int, Track> roots_;
};

Jitter jitterOf(const Setup& setup, const Arguments& arguments, double smoothing) {
    const auto source = openSource(arguments.input);
    if (source->frameRate() <= 0) throw Error(arguments.input + " is no video: jitter needs frames in time");
    Recovery recovery = setup.recovery(arguments, smoothing);
    Jitter jitter(source->frameRate());
    Progress progress(source->name(), source->numFrames());
    for (int frames = 0; arguments.limit == 0 || frames < arguments.limit; ++frames) {
        const std::optional<Frame> frame = source->next();
        if (!frame) break;
        jitter.add(*setup.body, recovery.follow(*frame));
        progress.update(frames + 1);
    }
    return jitter;
}

void printJitter(const Arguments& arguments) {
    const Setup setup(arguments);
    const Jitter plain = jitterOf(setup, arguments, 0), smooth = jitterOf(setup, arguments, arguments.smoothing);
    char text[64];
    std::cout << "video: " << arguments.input << "\nprotocol: mean acceleration of 14 LSP joints about the mid-hip, m/s^2, over " << plain.count() << " frames\n";
    std::snprintf(text, sizeof text, "%.2f", plain.mean());
    std::cout << "acceleration without smoothing: " << text << "\n";
    std::snprintf(text, sizeof text, "%.2f", smooth.mean());
    std::cout << "acceleration with smoothing: " << text << "\n";
    if (plain.meanDistance() && smooth.meanDistance()) {
        std::snprintf(text, sizeof text, "%.2f, with %.2f", *plain.meanDistance(), *smooth.meanDistance());
        std::cout << "distance from the seen joints, % of the crop's side, without smoothing: " << text << "\n";
    }
    std::cout << "flipped frames without smoothing: " << plain.numFlips() << "\nflipped frames with smoothing: " << smooth.numFlips() << "\n";
}

void addCommon(CLI::App& command, Arguments& arguments) {
    command.add_option("--weights", arguments.weights, "Weights (.safetensors); default: the shipped ones");
    command.add_option("--body", arguments.body, "Body (.npz); default: the shipped one");
    command.add_option("--detector", arguments.detector, "built-in, hog, full (the whole picture), or a detector's file")->capture_default_str();
    command.add_option("--limit", arguments.limit, "Only so many pictures or frames");
    command.add_option("--threads", arguments.threads, "Threads of the network; default: all cores");
}

}  // namespace

void addEvalViews(CLI::App& eval, int& exitCode) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* sheet = eval.add_subcommand("sheet", "Contact sheet of recovered pictures, overlay and side view");
    sheet->add_option("input", arguments->input, "Picture, folder or video")->required();
    sheet->add_option("-o,--out", arguments->output, "The sheet (.jpg or .png)")->required();
    sheet->add_option("--columns", arguments->columns, "Tiles in a row")->check(CLI::Range(2, 40))->capture_default_str();
    sheet->add_option("--tile", arguments->tile, "Pixels of a tile's side")->check(CLI::Range(32, 1024))->capture_default_str();
    addCommon(*sheet, *arguments);
    sheet->callback([arguments, &exitCode] { exitCode = writeSheet(*arguments); });
    CLI::App* jitter = eval.add_subcommand("jitter", "Mean acceleration of the joints in a video, with and without smoothing");
    jitter->add_option("video", arguments->input, "The video")->required();
    jitter->add_option("--smoothing", arguments->smoothing, "Strength of the smoothing")->check(CLI::Range(0.0, 1.0))->capture_default_str();
    addCommon(*jitter, *arguments);
    jitter->callback([arguments] { printJitter(*arguments); });
}

}  // namespace hmr
