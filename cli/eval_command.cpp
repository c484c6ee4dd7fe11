// SPDX-License-Identifier: MIT
#include <iostream>
#include <map>
#include <memory>

#include "cli/commands.h"
#include "cli/detector_evaluation.h"
#include "cli/eval_views.h"
#include "formats/resources.h"
#include "training/evaluation/evaluation.h"

namespace hmr {
namespace {

const std::map<std::string, AnnotationPart> kParts = {{"all", AnnotationPart::All}, {"training", AnnotationPart::Training}, {"test", AnnotationPart::Test}};

struct Arguments {
    EvaluationOptions options;
    bool isSelfTest = false;
    std::string method = "network";
    std::string detector;
};

void addOptions(CLI::App& command, Arguments& arguments) {
    EvaluationOptions& options = arguments.options;
    command.add_option("--weights", options.weights, "Weights (.safetensors); default: the shipped ones");
    command.add_option("--data", options.data, "Annotated pictures of any kind that `hmr dataset check` reads, a seed file (.json), "
                                               "synthetic or synthetic:N (the frozen benchmark)");
    command.add_option("--part", options.part, "Which part of a data set that is divided: test, training or all")->transform(CLI::CheckedTransformer(kParts));
    command.add_option("--protocol", options.protocol, "hmr: coco-plus joints about the mid-hip; spin: Human3.6M's regressor about the pelvis")
        ->check(CLI::IsMember({"hmr", "spin"}));
    command.add_option("--regressor", options.regressor, "Human3.6M's joint regressor for --protocol spin (J_regressor_h36m.npy)");
    command.add_option("-o,--out", options.report, "Folder for report.json, report.md and pages of the best, median and worst cases");
    command.add_option("--limit", options.limit, "Only the first so many people; 0: all")->check(CLI::Range(0, 100000000));
    command.add_option("--min-joints", options.minJoints, "Leave out people with fewer visible joints");
    command.add_option("--prior", options.prior, "Pose prior (.npz); default: the shipped one");
    command.add_option("--body", options.body, "Body (.npz); default: the shipped one");
    CLI::Option* male = command.add_option("--body-male", options.maleBody, "SMPL's male body, which poses the truth of 3DPW; with --body-female");
    CLI::Option* female = command.add_option("--body-female", options.femaleBody, "SMPL's female body, likewise")->needs(male);
    male->needs(female);
    command.add_option("--threads", options.threads, "Threads of the network; default: all cores");
    command.add_option("--method", arguments.method, "network; fit: also optimisation alone, the body pulled onto the annotated 2D joints")
        ->check(CLI::IsMember({"network", "fit"}));
    command.add_flag("--flip", options.flipped, "Average with the answer for the mirrored picture");
    command.add_flag("--selftest", arguments.isSelfTest, "Measure on the synthetic set that ships as a seed");
#ifdef HMR_WITH_INFERENCE
    command.add_option("--detector", arguments.detector, "Measure a person detector instead: built-in, hog, or the detector's file");
#endif
}

}  // namespace

void addEvalCommand(CLI::App& app, [[maybe_unused]] int& exitCode) {
    CLI::App* command = app.add_subcommand("eval", "Measure a network's or a detector's accuracy on annotated or synthetic pictures");
    auto arguments = std::make_shared<Arguments>();
    addOptions(*command, *arguments);
#ifdef HMR_WITH_INFERENCE
    addEvalViews(*command, exitCode);
#endif
    command->callback([arguments, command] {
        if (!command->get_subcommands().empty()) return;
        EvaluationOptions& options = arguments->options;
        options.fits = arguments->method == "fit";
        if (arguments->isSelfTest) options.data = resourcePath("benchmark/selftest.json");
        if (options.data.empty()) throw CLI::RequiredError("--data (or --selftest)");
#ifdef HMR_WITH_INFERENCE
        if (!arguments->detector.empty()) {
            printDetectorReport(evaluateDetector(arguments->detector, options.data, options.limit), std::cout);
            return;
        }
#endif
        printReport(evaluate(options), std::cout);
    });
}

}  // namespace hmr
