// SPDX-License-Identifier: MIT
#include <filesystem>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "training/annotations.h"
#include "training/dataset_check.h"
#include "training/packed_pictures.h"
#include "training/picture_file.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

struct Arguments {
    fs::path data, output;
    int longestSide = 256, minJoints = 1;
};

std::vector<AnnotatedPerson> wantedPeople(const Arguments& arguments) {
    std::vector<AnnotatedPerson> people = readAnnotations(arguments.data);
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
    const std::vector<AnnotatedPerson> people = wantedPeople(arguments);
    const std::vector<std::string> problems = datasetProblems(people);
    for (const std::string& problem : problems) std::cout << problem << "\n";
    int joints = 0;
    for (const AnnotatedPerson& person : people) joints += countVisible(person.keypoints);
    std::cout << "people: " << people.size() << "\nvisible joints: " << joints << "\nproblems: " << problems.size() << "\n";
    if (!arguments.output.empty()) {
        writePicture(arguments.output, datasetSheet(people, 48, 8));
        std::cout << "contact sheet: " << arguments.output.string() << "\n";
    }
    return problems.empty() ? 0 : 1;
}

}  // namespace

void addDatasetCommand(CLI::App& app, int& exitCode) {
    CLI::App* command = app.add_subcommand("dataset", "Pack or check pictures with annotated joints");
    command->require_subcommand(1);
    auto arguments = std::make_shared<Arguments>();
    CLI::App* packing = command->add_subcommand("pack", "Put annotated pictures into one file for training");
    packing->add_option("data", arguments->data, "LSP table (.csv), COCO keypoints (.json) or a folder with one of them")->required();
    packing->add_option("-o,--out", arguments->output, "The packed file (.npz)")->required();
    packing->add_option("--longest-side", arguments->longestSide, "Larger pictures are shrunk to this, pixels")->check(CLI::Range(32, 4096));
    packing->add_option("--min-joints", arguments->minJoints, "Leave out people with fewer visible joints");
    packing->callback([arguments] { pack(*arguments); });
    CLI::App* checking = command->add_subcommand("check", "Say what is wrong with a data set and draw a contact sheet");
    checking->add_option("data", arguments->data, "As for pack")->required();
    checking->add_option("-o,--out", arguments->output, "Contact sheet (.png or .jpg)");
    checking->callback([arguments, &exitCode] { exitCode = check(*arguments); });
}

}  // namespace hmr
