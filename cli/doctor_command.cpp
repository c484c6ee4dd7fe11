// SPDX-License-Identifier: MIT
#include <assimp/version.h>

#include <Eigen/Core>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <opencv2/core/utility.hpp>
#include <opencv2/videoio/registry.hpp>
#include <thread>

#include "body/error.h"
#include "cli/commands.h"
#include "formats/body_file.h"
#include "formats/resources.h"
#include "inference/frame_source.h"
#include "inference/person_detector.h"
#include "network/hmr_network.h"
#include "renderer/scene_renderer.h"
#include "renderer/windowless_context.h"

namespace hmr {
namespace {

/// Runs the checks one by one and keeps count of what is broken.
class Examination {
public:
    /// `check` answers with what was found, and throws when the thing does not work.
    void need(const std::string& name, const std::function<std::string()>& check) { run(name, check, "BROKEN", true); }
    void wish(const std::string& name, const std::function<std::string()>& check) { run(name, check, "note", false); }
    int numBroken() const { return numBroken_; }

private:
    void run(const std::string& name, const std::function<std::string()>& check, const char* onFailure, bool isNeeded) {
        std::string found;
        const char* verdict = "ok";
        try {
            found = check();
        } catch (const std::exception& error) {
            verdict = onFailure;
            found = error.what();
            if (isNeeded) ++numBroken_;
        }
        std::printf("%-7s %-18s %s\n", verdict, name.c_str(), found.c_str());
        std::fflush(stdout);
    }

    int numBroken_ = 0;
};

std::string processor() {
    std::string text = std::to_string(std::thread::hardware_concurrency()) + " threads";
#if defined(__x86_64__)
    const bool hasAvx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    text += hasAvx2 ? ", AVX2" : ", no AVX2: posing and the network will be slower";
#endif
    return text;
}

std::string openCv() {
    std::string text = cv::getVersionString() + ", video through";
    for (const cv::VideoCaptureAPIs backend : cv::videoio_registry::getStreamBackends()) {
        text += " " + cv::videoio_registry::getBackendName(backend);
    }
    return text;
}

std::string assimp() {
    return std::to_string(aiGetVersionMajor()) + "." + std::to_string(aiGetVersionMinor()) + "." + std::to_string(aiGetVersionPatch());
}

std::string openGl() {
    const WindowlessContext context;
    const SceneRenderer renderer;
    return context.description() + ", shaders compile";
}

std::string cameras() {
    const std::vector<CameraInfo> found = listCameras();
    if (found.empty()) {
        throw Error("none found. If one is plugged in, check that you may read /dev/video* (group video): sudo usermod -aG video $USER");
    }
    std::string text;
    for (const CameraInfo& camera : found) text += (text.empty() ? "" : "; ") + std::to_string(camera.index) + ": " + camera.name + " (" + camera.device + ")";
    return text;
}

std::string display() {
    for (const char* variable : {"WAYLAND_DISPLAY", "DISPLAY"}) {
        if (const char* value = std::getenv(variable); value && *value) return std::string(variable) + "=" + value;
    }
    throw Error("none: the window cannot open here, hmr run works without one");
}

std::string body(const char* name) {
    const auto file = resourcePath(name);
    const auto model = loadBodyModel(file);
    return model->data().modelId + ", " + std::to_string(model->numVertices()) + " vertices, " + file.string();
}

std::string weights() {
    const auto file = resourcePath("weights/default.safetensors");
    const auto network = HmrNetwork::load(file);
    return network->recipe().architecture + ", " + std::to_string(network->numParameters()) + " parameters, " + file.string();
}

std::string weightsFitBody() {
    const auto network = HmrNetwork::load(resourcePath("weights/default.safetensors"));
    const auto model = loadBodyModel(resourcePath("body/openbody.npz"));
    const std::string& wanted = network->recipe().bodyModelHash;
    if (wanted != model->data().contentHash) {
        throw Error("the weights were trained with the body " + network->recipe().bodyModelId + " (" + wanted.substr(0, 12) +
                    "), the body here is " + model->data().modelId + " (" + model->data().contentHash.substr(0, 12) +
                    "). Shapes may be off; install both from the same release.");
    }
    return "the weights were trained with this body";
}

int examine() {
    Examination examination;
    examination.need("HMR Studio", [] { return std::string(HMR_VERSION) + ", built with " + __VERSION__; });
    examination.need("processor", processor);
    examination.need("Eigen", [] {
        return std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." + std::to_string(EIGEN_MINOR_VERSION);
    });
    examination.need("LibTorch", torchDescription);
    examination.need("OpenCV", openCv);
    examination.need("Assimp", assimp);
    examination.need("OpenGL", openGl);
    examination.need("person detector", [] { return makeDetector(kBuiltInDetector)->name(); });
    examination.need("body", [] { return body("body/openbody.npz"); });
    examination.wish("small body", [] { return body("body/openbody-lod.npz"); });
    examination.need("weights", weights);
    examination.wish("weights and body", weightsFitBody);
    examination.wish("cameras", cameras);
    examination.wish("display", display);
    const int numBroken = examination.numBroken();
    std::cout << (numBroken == 0 ? "Everything that is needed works.\n"
                                 : std::to_string(numBroken) + " needed thing(s) broken: see the lines above for what to do.\n");
    return numBroken == 0 ? 0 : 1;
}

}  // namespace

void addDoctorCommand(CLI::App& app, int& exitCode) {
    app.add_subcommand("doctor", "Tell versions, graphics, cameras and models, and what is wrong")->callback([&exitCode] { exitCode = examine(); });
}

}  // namespace hmr
