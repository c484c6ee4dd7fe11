// SPDX-License-Identifier: MIT
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "formats/resources.h"
#include "training/evaluation.h"

namespace hmr {

void addEvalCommand(CLI::App& app, int&) {
    CLI::App* command = app.add_subcommand("eval", "Measure a network's accuracy on annotated or synthetic pictures");
    auto options = std::make_shared<EvaluationOptions>();
    auto isSelfTest = std::make_shared<bool>(false);
    command->add_option("--weights", options->weights, "Weights (.safetensors); default: the shipped ones");
    command->add_option("--data", options->data, "LSP table, COCO keypoints, a folder of either, or a seed file (.json)");
    command->add_option("-o,--out", options->report, "Folder for report.json and pages of the best, median and worst cases");
    command->add_option("--limit", options->limit, "Only the first so many people");
    command->add_option("--min-joints", options->minJoints, "Leave out people with fewer visible joints");
    command->add_option("--prior", options->prior, "Pose prior (.npz); default: the shipped one");
    command->add_option("--body", options->body, "Body (.npz); default: the shipped one");
    command->add_option("--threads", options->threads, "Threads of the network; default: all cores");
    command->add_flag("--flip", options->flipped, "Average with the answer for the mirrored picture");
    command->add_flag("--selftest", *isSelfTest, "Measure on the synthetic set that ships as a seed");
    command->callback([options, isSelfTest] {
        if (*isSelfTest) options->data = resourcePath("benchmark/selftest.json");
        if (options->data.empty()) throw CLI::RequiredError("--data (or --selftest)");
        printReport(evaluate(*options), std::cout);
    });
}

}  // namespace hmr
