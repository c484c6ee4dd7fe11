// SPDX-License-Identifier: MIT
#include <algorithm>
#include <iterator>
#include <memory>
#include <sstream>

#include "cli/commands.h"
#include "cli/run_job.h"
#include "formats/marked_people.h"
#include "formats/motion/export_preset.h"
#include "formats/stream/motion_stream.h"
#include "inference/person_detector.h"

namespace hmr {
namespace {

/// "x,y,w,h" in pixels; throws a usage error.
PixelBox parseBox(const std::string& text) {
    std::istringstream stream(text);
    PixelBox box;
    char comma[3] = {};
    stream >> box.x >> comma[0] >> box.y >> comma[1] >> box.width >> comma[2] >> box.height;
    const bool isWhole = stream && (stream >> std::ws).eof() && comma[0] == ',' && comma[1] == ',' && comma[2] == ',';
    if (!isWhole) throw CLI::ValidationError("--box", "'" + text + "' is no box: x,y,width,height in pixels, as --box 120,40,200,420");
    if (!(box.width >= 8) || !(box.height >= 8)) {
        throw CLI::ValidationError("--box", "'" + text + "' is too small: give at least 8 pixels a side, around the whole person");
    }
    return box;
}

}  // namespace

void addRunCommand(CLI::App& app, int& exitCode) {
    auto settings = std::make_shared<RunSettings>();
    auto boxes = std::make_shared<std::vector<std::string>>();
    CLI::App* run = app.add_subcommand("run", "Recover the people in pictures, folders, videos, cameras or streams");
    run->add_option("inputs", settings->inputs, "Picture, folder, video, camera (0 or /dev/video0) or URL")->required();
    run->add_option("-o,--output", settings->outputFolder, "Folder for the results; inputs of one name NAME become NAME, NAME-2 and so on")->capture_default_str();
    run->add_option("--box", *boxes, "Person box by hand as x,y,width,height in pixels (may be given again), or a JSON file: OpenPose's joints or SPIN's box");
    run->add_option("--detector", settings->detector, "built-in, hog, full (the whole picture), or a .safetensors or .onnx file")
        ->check([](const std::string& name) {
            return isDetectorName(name) ? std::string() : "there is no detector '" + name + "': built-in, hog, full, or the path of a .safetensors or .onnx file";
        })
        ->capture_default_str();
    run->add_option("--body", settings->body, "Body model (.npz, .pkl: SMPL, SMPL-H, SMPL-X); the shipped open body by default");
    run->add_option("--weights", settings->weights, "Network weights (.safetensors; .pt, .pth, .ckpt of PyTorch; .index of TensorFlow; TorchScript); the shipped ones by default");
    run->add_option("--export", settings->exports,
                    "What to write: obj,fbx,glb,json,npz; of videos also bvh,amass,csv,obj-sequence,ply-sequence,session")
        ->delimiter(',')
        ->check(CLI::IsMember({"obj", "fbx", "glb", "json", "npz", "bvh", "amass", "csv", "obj-sequence", "ply-sequence", "session"}));
    std::vector<std::string> presets;
    for (const ExportPreset& preset : exportPresets()) presets.emplace_back(preset.name);
    run->add_option("--preset", settings->preset, "Axes, units and bone names of motion files")->check(CLI::IsMember(presets))->capture_default_str();
    run->add_option("--stream", settings->stream, "Send the people of videos and cameras on: vmc://127.0.0.1:39539 or json://127.0.0.1:39600");
    run->add_flag("--overlay,!--no-overlay", settings->overlay, "Write the picture with the body over it (default: yes)");
    run->add_option("--max-people", settings->maxPeople, "Most people that the detector gives; boxes by hand all count")->check(CLI::Range(1, 64))->capture_default_str();
    run->add_option("--smoothing", settings->smoothing, "Of videos, cameras and streams, 0 to 1: more is calmer and follows later")->check(CLI::Range(0.0, 1.0))->capture_default_str();
    run->add_option("--threads", settings->threads, "Threads of the network; 0: all cores")->check(CLI::Range(0, 256));
    run->add_option("--max-frames", settings->maxFrames, "Stop after so many frames of each input; 0: at its end")->check(CLI::Range(0, 100000000));
    run->callback([settings, boxes, &exitCode] {
        for (const std::string& text : *boxes) {
            if (!text.ends_with(".json")) settings->people.push_back({parseBox(text), std::nullopt});
            else std::ranges::move(readMarkedPeople(text), std::back_inserter(settings->people));
        }
        if (!settings->stream.empty()) streamAddress(settings->stream);  // says now if it is no address
        exitCode = runInputs(*settings);
    });
}

}  // namespace hmr
