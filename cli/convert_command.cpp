// SPDX-License-Identifier: MIT
#include <iostream>
#include <memory>

#include "body/error.h"
#include "cli/commands.h"
#include "formats/body_file.h"
#include "formats/body_identity.h"
#include "network/published_weights.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

void convert(const fs::path& from, const fs::path& to) {
    std::error_code error;
    if (fs::equivalent(from, to, error)) throw Error("Source and target are the same file, " + from.string() + ". Give the copy another name.");
    if (to.extension() == ".npz") {
        const auto body = loadBodyModel(from);
        BodyModelData data = body->data();
        // The copy's name need not tell the version any more.
        if (const std::string version = identifyBody(data, from).version; !version.empty() && !data.modelId.ends_with(version)) data.modelId += "-" + version;
        saveBodyModel(to, data);
        std::cout << to.string() << ": body " << data.modelId << ", " << body->numVertices() << " vertices, " << body->numJoints()
                  << " joints, " << body->numBetas() << " shapes\n";
    } else if (to.extension() == ".safetensors") {
        convertWeights(from, to);
        std::cout << to.string() << ": network weights\n";
    } else {
        throw Error("Nothing is converted into " + to.string() + ". Name an .npz for a body or a .safetensors for network weights.");
    }
}

}  // namespace

void addConvertCommand(CLI::App& app, int&) {
    auto from = std::make_shared<fs::path>(), to = std::make_shared<fs::path>();
    CLI::App* command = app.add_subcommand("convert", "Write bodies (.npz) and network weights (.safetensors) in this program's own form");
    command->add_option("input", *from, "Body (.pkl, .npz) or weights of a published network (.pt, .pth, .ckpt, .index, .safetensors)")->required();
    command->add_option("output", *to, "File to write: .npz for a body, .safetensors for weights")->required();
    command->callback([from, to] { convert(*from, *to); });
}

}  // namespace hmr
