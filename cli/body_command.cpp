// SPDX-License-Identifier: MIT
#include <chrono>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "body/construction/open_body.h"
#include "body/skeleton.h"
#include "cli/body_sheets.h"
#include "cli/commands.h"
#include "formats/atomic_file.h"
#include "formats/body_file.h"
#include "formats/makehuman_assets.h"
#include "formats/npz.h"

namespace hmr {
namespace {

struct BuildRequest {
    std::string assets, output, coarseOutput, report, laws;
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

constexpr float kShapeSteps = 1 << 15, kPosedSteps = 1 << 14;  ///< a metre

NdArray inSteps(const Eigen::MatrixXf& metres, float steps) {
    std::vector<std::int16_t> values;
    for (Eigen::Index row = 0; row < metres.rows(); ++row)
        for (Eigen::Index column = 0; column < metres.cols(); ++column)
            values.push_back(static_cast<std::int16_t>(std::lround(steps * metres(row, column))));
    return NdArray::from(values, {static_cast<std::size_t>(metres.rows()), static_cast<std::size_t>(metres.cols() / 3), 3});
}

/// Examples in whole steps: shapes as offsets from the mean body, 2^-15 m; posed vertices 2^-14 m.
NpzArrays arraysOf(const BodyExamples& examples, const BodyModelData& body) {
    Eigen::MatrixXf offsets = examples.shapes;
    for (std::size_t i = 0; i < examples.shapeVertices.size(); ++i)
        offsets.middleCols<3>(static_cast<Eigen::Index>(3 * i)).rowwise() -= body.templateVertices.row(examples.shapeVertices[i]);
    std::vector<float> poses;
    for (Eigen::Index n = 0; n < examples.poses.rows(); ++n)
        for (Eigen::Index i = 0; i < examples.poses.cols(); ++i) poses.push_back(static_cast<float>(examples.poses(n, i)));
    NpzArrays arrays;
    arrays["shape_vertices"] = NdArray::from(examples.shapeVertices, {examples.shapeVertices.size()});
    arrays["shape_offsets"] = inSteps(offsets, kShapeSteps);
    arrays["pose_vertices"] = NdArray::from(examples.poseVertices, {examples.poseVertices.size()});
    arrays["poses"] = NdArray::from(poses, {static_cast<std::size_t>(examples.poses.rows()), kNumSmplJoints, 3});
    arrays["posed"] = inSteps(examples.posed, kPosedSteps);
    return arrays;
}

void build(const BuildRequest& request) {
    for (const std::string& file : {request.output, request.coarseOutput, request.report, request.laws})
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
    if (!request.laws.empty()) {
        writeNpz(request.laws, arraysOf(body.examples, body.master));
        progress("Wrote " + request.laws);
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
    command->add_option("--laws", request->laws, "Also unseen bodies and poses that tests judge the body by (.npz)")->type_name("FILE");
    command->callback([request] { build(*request); });
#ifdef HMR_WITH_INFERENCE
    addBodySheet(*body);
#endif
}

}  // namespace hmr
