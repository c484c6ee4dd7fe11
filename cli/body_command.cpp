// SPDX-License-Identifier: MIT
#include <chrono>
#include <iomanip>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "body/construction/open_body.h"
#include "cli/commands.h"
#include "formats/atomic_file.h"
#include "formats/body_file.h"
#include "formats/makehuman_assets.h"

namespace hmr {
namespace {

struct BuildRequest {
    std::string assets, output, coarseOutput, report;
    OpenBodyOptions options;
};

/// Progress lines with the seconds since the start.
Progress progressLines() {
    const auto start = std::chrono::steady_clock::now();
    return [start](const std::string& what) {
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        std::cout << "[" << std::fixed << std::setprecision(0) << std::setw(4) << seconds.count() << " s] " << what
                  << std::endl;
    };
}

void build(const BuildRequest& request) {
    for (const std::string& file : {request.output, request.coarseOutput, request.report})
        if (!file.empty()) AtomicFile{file};  // complains now, not after the work, when the folder cannot be written to
    const Progress progress = progressLines();
    progress("Reading " + request.assets);
    const OpenBody body = buildOpenBody(readMakeHumanFigure(request.assets), request.options, progress);
    saveBodyModel(request.output, body.master);
    progress("Wrote " + request.output);
    if (!request.coarseOutput.empty()) {
        saveBodyModel(request.coarseOutput, body.coarse);
        progress("Wrote " + request.coarseOutput);
    }
    if (!request.report.empty()) {
        nlohmann::ordered_json figures;
        for (const auto& [name, value] : body.figures) figures[name] = value;
        writeWholeFile(request.report, figures.dump(1) + "\n");
        progress("Wrote " + request.report);
    }
}

}  // namespace

void addBodyCommand(CLI::App& app, int&) {
    CLI::App* body = app.add_subcommand("body", "Make body model files");
    body->require_subcommand(1);
    CLI::App* command = body->add_subcommand("build", "Derive the open body from MakeHuman's CC0 assets");
    const auto request = std::make_shared<BuildRequest>();
    command
        ->add_option("--assets", request->assets,
                     "Folder of the assets (holds 3dobjs/base.obj or body/3dobjs/base.obj)")
        ->required()
        ->type_name("DIR");
    command->add_option("-o,--output", request->output, "The body in full resolution (.npz)")
        ->required()
        ->type_name("FILE");
    command->add_option("--lod", request->coarseOutput, "Also the body with SMPL's 6,890 vertices (.npz)")
        ->type_name("FILE");
    command->add_option("--seed", request->options.seed, "Another population and other poses")->capture_default_str();
    command->add_option("--report", request->report, "Also what was measured on the way (.json)")->type_name("FILE");
    command->callback([request] { build(*request); });
}

}  // namespace hmr
