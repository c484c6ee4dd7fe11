// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <functional>
#include <memory>

#include "body/body_model.h"
#include "formats/motion/animated_figure.h"

namespace hmr {

/// Writes the take's bodies over the frames of its video (take.source) as an .mp4. Throws Error.
void writeTakeVideo(const std::filesystem::path& file, std::shared_ptr<const BodyModel> body, const Take& take, const MotionExportSettings& settings);

/// Writes the bodies alone, on nothing, as a folder of PNG files with transparency, one a frame. Throws Error.
void writeTransparentPictures(const std::filesystem::path& folder, std::shared_ptr<const BodyModel> body, const Take& take, const MotionExportSettings& settings);

}  // namespace hmr
