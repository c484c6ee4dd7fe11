// SPDX-License-Identifier: MIT
#include "cli/synth_video.h"

#include <iostream>
#include <memory>

#include "inference/video_file.h"
#include "training/scenes/synthetic_video.h"

namespace hmr {
namespace {

struct Arguments {
    SyntheticVideoSettings settings;
    std::filesystem::path recording, output, body, backgrounds;
};

void writeVideo(const Arguments& arguments) {
    const SyntheticAssets assets = loadSyntheticAssets(arguments.body, {}, arguments.backgrounds);
    const SyntheticVideoSettings& settings = arguments.settings;
    VideoFile video(arguments.output, settings.framesPerSecond, {settings.width, settings.height});
    int numFrames = 0;
    drawSyntheticVideo(assets, arguments.recording, settings, [&](const Picture& picture) {
        video.add(picture);
        ++numFrames;
    });
    video.finish();
    if (const auto warning = video.warning()) std::cerr << "hmr: " << *warning << "\n";
    std::cout << arguments.output.string() << ": " << numFrames << " frames of " << settings.width << "x" << settings.height << "\n";
}

}  // namespace

void addSynthVideo(CLI::App& synth) {
    auto arguments = std::make_shared<Arguments>();
    SyntheticVideoSettings& settings = arguments->settings;
    CLI::App* video = synth.add_subcommand("video", "Draw a clothed figure that moves as a recording");
    video->add_option("recording", arguments->recording, "Motion capture: .bvh, or .amc with its .asf beside it")->required()->check(CLI::ExistingFile);
    video->add_option("-o,--out", arguments->output, "The video (.mp4)")->required();
    video->add_option("--seed", settings.seed, "Another seed, another figure, light and backdrop");
    video->add_option("--width", settings.width, "Pixels")->check(CLI::Range(64, 4096))->capture_default_str();
    video->add_option("--height", settings.height, "Pixels")->check(CLI::Range(64, 4096))->capture_default_str();
    video->add_option("--fps", settings.framesPerSecond, "Frames a second of the video")->check(CLI::Range(1.0, 240.0))->capture_default_str();
    video->add_option("--recorded-fps", settings.recordedFramesPerSecond, "Frames a second of the recording, where it does not say")
        ->check(CLI::Range(1.0, 1000.0))->capture_default_str();
    video->add_option("--from", settings.start, "Second of the recording to begin at")->capture_default_str();
    video->add_option("--seconds", settings.seconds, "Length")->check(CLI::Range(0.04, 3600.0))->capture_default_str();
    video->add_option("--heading", settings.headingDegrees, "Way that the figure goes, degrees: 0 toward the camera, 90 to the right")->capture_default_str();
    video->add_option("--body", arguments->body, "Body file; the shipped open body otherwise")->check(CLI::ExistingFile);
    video->add_option("--backgrounds", arguments->backgrounds, "Packed photographs (hmr synth pack-backgrounds)")->check(CLI::ExistingFile);
    video->callback([arguments] { writeVideo(*arguments); });
}

}  // namespace hmr
