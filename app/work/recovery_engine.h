// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "body/body_model.h"
#include "inference/recovery.h"

namespace hmr {

/// Which models to work with. Empty paths mean the shipped ones.
struct ModelSettings {
    std::filesystem::path body, weights;
    std::string detector = kBuiltInDetector;  ///< or another that makeDetector knows
    int threads = 0;               ///< 0: all cores
    double smoothing = RecoveryOptions{}.smoothing;  ///< of videos and live sources, [0, 1]
    bool operator==(const ModelSettings&) const = default;
};

/// What turns pictures into people; used by the worker thread alone. An interface, so that the window runs without a network.
class RecoveryEngine {
public:
    virtual ~RecoveryEngine() = default;
    /// One picture by itself. `boxes` replace detection when not empty. Throws Error.
    virtual FrameEstimate recover(const Frame& frame, const std::vector<PixelBox>& boxes) = 0;
    /// The next frame of a video. Throws Error.
    virtual FrameEstimate follow(const Frame& frame, const std::vector<PixelBox>& boxes) = 0;
    /// Forgets whom it followed.
    virtual void reset() = 0;
};

struct LoadedModels {
    std::shared_ptr<const BodyModel> body;
    std::unique_ptr<RecoveryEngine> engine;
    std::string device;   ///< for the status bar
    std::string warning;  ///< what could not be had and what happens instead; empty if all is well
};

/// Loads what the settings ask for; slow, runs on the worker. Throws Error when not even a body can be had.
using ModelLoader = std::function<LoadedModels(const ModelSettings&)>;

/// The real loader. Without usable weights the engine puts a mean body into each box drawn by hand, and the warning says so.
LoadedModels loadModels(const ModelSettings& settings);

}  // namespace hmr
