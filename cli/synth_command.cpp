// SPDX-License-Identifier: MIT
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "body/error.h"
#include "cli/commands.h"
#include "cli/synth_video.h"
#include "formats/atomic_file.h"
#include "training/datasets/label_lines.h"
#include "training/drawing.h"
#include "training/evaluation/evaluation_set.h"
#include "training/picture_file.h"
#include "training/scenes/synthetic_scene.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

struct SynthArguments {
    std::uint64_t count = 0, start = 0;
    fs::path out, prior, backgrounds, body;
    SyntheticSettings settings;
    std::string scene = "crop", split = "training", format = "png";
    int width = 640, height = 480, people = 0;
    fs::path sheet;
    bool drawsJoints = false, writesParts = false;
    fs::path packFolder, packOut;
    int packSide = 256;
};

std::string pictureName(std::uint64_t index, const std::string& extension) {
    char name[40];
    std::snprintf(name, sizeof name, "%08llu.%s", static_cast<unsigned long long>(index), extension.c_str());
    return name;
}

Picture partsPicture(const SyntheticPicture& drawn) {
    Picture picture(drawn.picture.width, drawn.picture.height, 3);
    for (std::size_t i = 0; i < drawn.parts.size(); ++i)
        for (std::size_t c = 0; c < 3; ++c) picture.pixels[3 * i + c] = drawn.parts[i];
    return picture;
}

Picture withJoints(const SyntheticPicture& drawn) {
    Picture picture = drawn.picture;
    for (const SyntheticPerson& person : drawn.people) {
        Keypoints keypoints{};
        for (std::size_t j = 0; j < kNumCocoPlusJoints; ++j) {
            keypoints[3 * j] = static_cast<float>(person.keypoints(static_cast<Eigen::Index>(j), 0));
            keypoints[3 * j + 1] = static_cast<float>(person.keypoints(static_cast<Eigen::Index>(j), 1));
            keypoints[3 * j + 2] = 1;
        }
        drawSkeleton(picture, keypoints, std::max(1.0, picture.width / 160.0));
    }
    return picture;
}

void writePictures(const SynthArguments& arguments) {
    SyntheticSettings settings = arguments.settings;
    settings.wantsParts = arguments.writesParts;
    settings.split = arguments.split == "validation" ? DataSplit::Validation : DataSplit::Training;
    const SyntheticAssets assets = loadSyntheticAssets(arguments.body, arguments.prior, arguments.backgrounds);
    SyntheticScenes scenes(assets, settings);
    std::error_code failure;
    fs::create_directories(arguments.out, failure);
    if (failure) throw Error(arguments.out.string() + ": the folder cannot be made: " + failure.message());

    std::string labels;
    std::vector<Picture> tiles;
    for (std::uint64_t i = arguments.start; i < arguments.start + arguments.count; ++i) {
        const SyntheticPicture drawn = arguments.scene == "full" ? scenes.drawFullPicture(i, arguments.width, arguments.height, arguments.people)
                                                                 : scenes.drawCrop(i);
        const std::string name = pictureName(i, arguments.format), partsName = arguments.writesParts ? pictureName(i, "parts.png") : "";
        writePicture(arguments.out / name, drawn.picture);
        if (arguments.writesParts) writePicture(arguments.out / partsName, partsPicture(drawn));
        labels += labelLine(name, drawn, assets.body->model->data().modelId, partsName) + "\n";
        if (!arguments.sheet.empty() && tiles.size() < 100) tiles.push_back(arguments.drawsJoints ? withJoints(drawn) : drawn.picture);
    }
    writeWholeFile(arguments.out / "labels.jsonl", labels);
    if (!arguments.sheet.empty()) writePicture(arguments.sheet, contactSheet(tiles, tiles.size() > 24 ? 10 : 6));
    std::cout << arguments.count << " pictures and labels.jsonl in " << arguments.out.string() << "\n";
}

void packFolder(const SynthArguments& arguments, int& exitCode) {
    std::vector<std::string> problems;
    const BackgroundSet backgrounds = packBackgrounds(arguments.packFolder, arguments.packSide, problems);
    saveBackgrounds(arguments.packOut, backgrounds);
    for (const std::string& problem : problems) std::cerr << "passed over: " << problem << "\n";
    std::cout << backgrounds.size() << " squares of " << arguments.packSide << " pixels in " << arguments.packOut.string() << "\n";
    exitCode = problems.empty() ? 0 : 1;
}

void addPackCommand(CLI::App& synth, const std::shared_ptr<SynthArguments>& arguments, int& exitCode) {
    CLI::App* pack = synth.add_subcommand("pack-backgrounds", "Pack photographs without people for use as backgrounds");
    pack->add_option("folder", arguments->packFolder, "Folder of pictures (.jpg, .png, .bmp), searched below too")->required();
    pack->add_option("-o,--out", arguments->packOut, "The file to write (.npz)")->required();
    pack->add_option("--side", arguments->packSide, "Pixels of a square's side")->check(CLI::Range(32, 1024));
    pack->callback([arguments, &exitCode] { packFolder(*arguments, exitCode); });
}

void addBenchmarkCommand(CLI::App& synth) {
    struct Benchmark {
        fs::path out;
        std::uint64_t seed = 0;
        int count = 5000;
    };
    auto arguments = std::make_shared<Benchmark>();
    CLI::App* benchmark = synth.add_subcommand("benchmark", "Freeze a list of held-out synthetic pictures to measure on");
    benchmark->add_option("--seed", arguments->seed, "Seed of its pictures; take one that no training run uses")->required();
    benchmark->add_option("--count", arguments->count, "How many pictures")->check(CLI::Range(1, 1000000))->capture_default_str();
    benchmark->add_option("-o,--out", arguments->out, "The file to write (.json)")->required();
    benchmark->callback([arguments] {
        writeBenchmark(arguments->out, arguments->seed, arguments->count);
        std::cout << arguments->out.string() << ": " << arguments->count << " pictures\n";
    });
}

}  // namespace

void addSynthCommand(CLI::App& app, int& exitCode) {
    auto arguments = std::make_shared<SynthArguments>();
    CLI::App* command = app.add_subcommand("synth", "Draw synthetic pictures of clothed people with exact labels");
    CLI::Option* count = command->add_option("--count", arguments->count, "How many pictures")->check(CLI::PositiveNumber);
    CLI::Option* out = command->add_option("-o,--out", arguments->out, "Folder for the pictures and labels.jsonl");
    command->add_option("--seed", arguments->settings.seed, "Another seed, other pictures");
    command->add_option("--start", arguments->start, "Number of the first picture");
    command->add_option("--size", arguments->settings.size, "Pixels of a crop's side")->check(CLI::Range(16, 2048));
    command->add_option("--person-share", arguments->settings.personShare, "Longer side of the person's box in the crop")->check(CLI::Range(0.1, 1.0));
    command->add_option("--occluders", arguments->settings.occluderShare, "Share of pictures with things before the people")->check(CLI::Range(0.0, 1.0));
    command->add_option("--degradation", arguments->settings.degradationStrength, "Strength of blur, noise, colour shifts and compression")->check(CLI::Range(0.0, 1.0));
    command->add_option("--photographs", arguments->settings.photographShare, "Share of photographs among the backgrounds")->check(CLI::Range(0.0, 1.0));
    command->add_option("--split", arguments->split, "Which half of poses and photographs")->check(CLI::IsMember({"training", "validation"}));
    command->add_option("--scene", arguments->scene, "crop: one person as the network sees it; full: whole pictures")->check(CLI::IsMember({"crop", "full"}));
    command->add_option("--width", arguments->width, "Width of whole pictures")->check(CLI::Range(64, 4096));
    command->add_option("--height", arguments->height, "Height of whole pictures")->check(CLI::Range(64, 4096));
    command->add_option("--people", arguments->people, "People in whole pictures (0: one to three)")->check(CLI::Range(0, 8));
    command->add_option("--format", arguments->format, "png or jpg")->check(CLI::IsMember({"png", "jpg"}));
    command->add_option("--prior", arguments->prior, "Pose prior (hmr prior build); the shipped one otherwise")->check(CLI::ExistingFile);
    command->add_option("--backgrounds", arguments->backgrounds, "Packed photographs (hmr synth pack-backgrounds); drawn ones otherwise")->check(CLI::ExistingFile);
    command->add_option("--body", arguments->body, "Body file; the shipped open body otherwise")->check(CLI::ExistingFile);
    command->add_option("--sheet", arguments->sheet, "Also write a contact sheet of the first pictures (.png or .jpg)");
    command->add_flag("--joints", arguments->drawsJoints, "Draw the joints on the contact sheet");
    command->add_flag("--parts", arguments->writesParts, "Also write the six part labels of each first person (NUMBER.parts.png: 0 to 6, almost black)");
    addPackCommand(*command, arguments, exitCode);
    addBenchmarkCommand(*command);
#ifdef HMR_WITH_INFERENCE
    addSynthVideo(*command);
#endif
    command->callback([arguments, command, count, out] {
        if (!command->get_subcommands().empty()) return;
        if (count->empty() || out->empty()) throw CLI::RequiredError("--count and --out");
        writePictures(*arguments);
    });
}

}  // namespace hmr
