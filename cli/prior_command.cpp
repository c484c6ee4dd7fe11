// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>

#include "cli/body_sheets.h"
#include "cli/commands.h"
#include "formats/pose_mixture_file.h"
#include "training/prior/pose_mixture_learning.h"
#include "training/prior/prior_builder.h"

namespace hmr {
namespace {

struct PriorArguments {
    std::vector<std::filesystem::path> inputs;
    std::filesystem::path out;
    PriorOptions options;
    bool isQuiet = false;
};

void printReport(const PriorReport& report, bool isQuiet) {
    for (const ClipReport& clip : report.clips) {
        if (!clip.problem.empty()) std::cerr << "passed over: " << clip.problem << "\n";
        else if (!isQuiet) std::printf("%-40s %-24s %6d frames, %6d kept\n", clip.name.c_str(), clip.skeleton.c_str(), clip.frames, clip.kept);
    }
    const int dropped = report.frames - report.kept;
    std::printf("frames: %d\nkept: %d\ndropped: %d (%.2f %%), a joint beyond human limits\n", report.frames, report.kept, dropped,
                report.frames ? 100.0 * dropped / report.frames : 0.0);
    for (std::size_t joint = 0; joint < kNumSmplJoints; ++joint)
        if (report.framesBeyondLimit[joint] > 0)
            std::printf("  %-15s %6d frames (%.2f %%)\n", std::string(kSmplJointNames[joint]).c_str(), report.framesBeyondLimit[joint],
                        100.0 * report.framesBeyondLimit[joint] / report.frames);
}

void build(const PriorArguments& arguments, int& exitCode) {
    PriorReport report;
    const PosePrior prior = buildPosePrior(arguments.inputs, arguments.options, report);
    savePosePrior(arguments.out, prior);
    printReport(report, arguments.isQuiet);
    std::printf("%d poses of %zu clips in %s\n", prior.size(), prior.clipNames.size(), arguments.out.c_str());
    const bool hasProblems = std::any_of(report.clips.begin(), report.clips.end(), [](const ClipReport& clip) { return !clip.problem.empty(); });
    exitCode = hasProblems ? 1 : 0;
}

struct MixtureArguments {
    std::filesystem::path prior, out;
    MixtureOptions options;
};

void learn(const MixtureArguments& arguments) {
    const PoseMixture mixture = learnPoseMixture(loadPosePrior(arguments.prior), arguments.options);
    savePoseMixture(arguments.out, mixture);
    std::printf("%zu components in %s\n", mixture.components.size(), arguments.out.c_str());
}

void addMixtureCommand(CLI::App& prior) {
    auto arguments = std::make_shared<MixtureArguments>();
    CLI::App* command = prior.add_subcommand("mixture", "Learn from a prior how likely a pose is, for fitting bodies to pictures");
    command->add_option("prior", arguments->prior, "The prior to learn from (.npz)")->required();
    command->add_option("-o,--out", arguments->out, "The table to write (.npz)")->required();
    command->add_option("--components", arguments->options.components, "Gaussians of the mixture")->check(CLI::Range(1, 100));
    command->callback([arguments] { learn(*arguments); });
}

}  // namespace

void addPriorCommand(CLI::App& app, int& exitCode) {
    auto arguments = std::make_shared<PriorArguments>();
    CLI::App* prior = app.add_subcommand("prior", "The pose prior: what motion capture says people do");
    prior->require_subcommand(1);
    CLI::App* command = prior->add_subcommand("build", "Read motion capture (BVH, ASF/AMC), retarget it to the body's joints, drop impossible frames");
    command->add_option("inputs", arguments->inputs, "Recordings (.bvh, .amc with .asf) or folders of them")->required();
    command->add_option("-o,--out", arguments->out, "The prior to write (.npz)")->required();
    command->add_option("--rate", arguments->options.framesPerSecond, "Thin recordings to about so many frames a second")->check(CLI::Range(0.1, 1000.0));
    command->add_option("--amc-rate", arguments->options.amcFramesPerSecond, "Frames a second of .amc files, which do not say")->check(CLI::Range(1.0, 1000.0));
    command->add_option("--skeleton", arguments->options.skeleton, "Skeleton (.asf) for .amc files without one beside them")->check(CLI::ExistingFile);
    command->add_option("--count", arguments->options.count, "Keep only so many poses, far from each other")->check(CLI::PositiveNumber);
    command->add_flag("-q,--quiet", arguments->isQuiet, "Report the totals, not every file");
    command->callback([arguments, &exitCode] { build(*arguments, exitCode); });
    addMixtureCommand(*prior);
#ifdef HMR_WITH_INFERENCE
    addPriorSheet(*prior);
#endif
}

}  // namespace hmr
