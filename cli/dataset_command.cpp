// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>

#include "cli/commands.h"
#include "cli/dataset_frames.h"
#include "formats/body_file.h"
#include "formats/resources.h"
#include "training/datasets/annotations.h"
#include "training/datasets/dataset_check.h"
#include "training/datasets/packed_pictures.h"
#include "training/evaluation/fitted_labels.h"
#include "training/picture_file.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

struct Arguments {
    fs::path data, output;
    int longestSide = kPackedLongestSide, minJoints = 1;
    AnnotationPart part = AnnotationPart::All;
};

constexpr std::size_t kMostListed = 50;

std::vector<AnnotatedPerson> wantedPeople(const Arguments& arguments, FaultList* faults = nullptr) {
    std::vector<AnnotatedPerson> people = readAnnotations(arguments.data, arguments.part, faults);
    std::erase_if(people, [&](const AnnotatedPerson& person) { return countVisible(person.keypoints) < arguments.minJoints; });
    return people;
}

void pack(const Arguments& arguments) {
    const std::vector<AnnotatedPerson> people = wantedPeople(arguments);
    packPictures(arguments.output, people, arguments.longestSide);
    std::size_t numValidation = 0;
    for (const AnnotatedPerson& person : people) numValidation += packedSplitOf(person.id) == DataSplit::Validation;
    std::cout << arguments.output.string() << ": " << people.size() << " people, of them " << numValidation << " for validation, "
              << fs::file_size(arguments.output) / 1'000'000 << " MB\n";
}

int check(const Arguments& arguments) {
    FaultList problems;
    const std::vector<AnnotatedPerson> people = wantedPeople(arguments, &problems);
    for (std::string& problem : datasetProblems(people)) problems.push_back(std::move(problem));
    for (std::size_t i = 0; i < std::min(problems.size(), kMostListed); ++i) std::cout << problems[i] << "\n";
    if (problems.size() > kMostListed) std::cout << "and " << problems.size() - kMostListed << " more\n";
    int joints = 0;
    for (const AnnotatedPerson& person : people) joints += countVisible(person.keypoints);
    std::cout << "people: " << people.size() << "\nvisible joints: " << joints << "\nproblems: " << problems.size() << "\n";
    if (!arguments.output.empty() && !people.empty()) {
        writePicture(arguments.output, datasetSheet(people, 48, 8));
        std::cout << "contact sheet: " << arguments.output.string() << "\n";
    }
    return problems.empty() ? 0 : 1;
}

struct FitArguments {
    fs::path packed, output, weights, body;
    int threads = 1;
};

void fitLabels(const FitArguments& arguments) {
    const auto body = loadBodyModel(arguments.body.empty() ? resourcePath("body/openbody.npz") : arguments.body);
    const std::shared_ptr<HmrNetwork> network = HmrNetwork::load(arguments.weights.empty() ? resourcePath("weights/default.safetensors") : arguments.weights, {.threads = arguments.threads});
    const LabelFitter fit(network, body);
    int numSeen = 0;
    const std::size_t numFitted = labelPackedPictures(arguments.packed, arguments.output, body->data().modelId, [&](const PackedPictures::Entry& person) {
        if (++numSeen % 500 == 0) std::cout << numSeen << " people\n" << std::flush;
        return fit(person);
    });
    std::cout << arguments.output.string() << ": " << numFitted << " of " << numSeen << " people have a fitted body\n";
}

void addPartOption(CLI::App& command, Arguments& arguments) {
    static const std::map<std::string, AnnotationPart> kParts = {{"all", AnnotationPart::All}, {"training", AnnotationPart::Training}, {"test", AnnotationPart::Test}};
    command.add_option("--part", arguments.part, "Of a data set that its owners divide: all (default), training or test")->transform(CLI::CheckedTransformer(kParts));
}

}  // namespace

void addDatasetCommand(CLI::App& app, int& exitCode) {
    CLI::App* command = app.add_subcommand("dataset", "Pack or check pictures with annotated joints");
    command->require_subcommand(1);
    auto arguments = std::make_shared<Arguments>();
    CLI::App* packing = command->add_subcommand("pack", "Put annotated pictures into one file for training");
    packing->add_option("data", arguments->data, "LSP table (.csv), COCO keypoints (.json), label lines (.jsonl), or the folder of a data set (COCO, LSP, MPII, MPI-INF-3DHP, Human3.6M, 3DPW)")->required();
    packing->add_option("-o,--out", arguments->output, "The packed file (.npz)")->required();
    packing->add_option("--longest-side", arguments->longestSide, "What is kept round a person (2.4 x the box) is shrunk to this, pixels")->capture_default_str()->check(CLI::Range(32, 4096));
    packing->add_option("--min-joints", arguments->minJoints, "Leave out people with fewer visible joints");
    addPartOption(*packing, *arguments);
    packing->callback([arguments] { pack(*arguments); });
    auto fitting = std::make_shared<FitArguments>();
    CLI::App* fits = command->add_subcommand("fit", "Give packed people with 2D joints alone a body that fits them, to train on (SPIN's loop)");
    fits->add_option("packed", fitting->packed, "What `hmr dataset pack` wrote")->required();
    fits->add_option("-o,--out", fitting->output, "The packed file with bodies (.npz)")->required();
    fits->add_option("--weights", fitting->weights, "Weights of the network that the fits start from; default: the shipped ones");
    fits->add_option("--body", fitting->body, "Body (.npz); default: the shipped one");
    fits->add_option("--threads", fitting->threads, "Threads of the network")->capture_default_str()->check(CLI::Range(0, 256));
    fits->callback([fitting] { fitLabels(*fitting); });
    CLI::App* checking = command->add_subcommand("check", "Say what is wrong with a data set and draw a contact sheet");
    checking->add_option("data", arguments->data, "As for pack")->required();
    checking->add_option("-o,--out", arguments->output, "Contact sheet (.png or .jpg)");
    addPartOption(*checking, *arguments);
    checking->callback([arguments, &exitCode] { exitCode = check(*arguments); });
#ifdef HMR_WITH_INFERENCE
    addDatasetFrames(*command, exitCode);
#endif
}

}  // namespace hmr
