// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "body/picture.h"
#include "formats/motion/animated_figure.h"

namespace hmr {

/// Draws people over a picture (RGB) and gives RGB; or, over an empty picture, alone: RGBA of the size given in pixels.
using PeoplePainter = std::function<Picture(const Picture& picture, int width, int height, const std::vector<PersonEstimate>& people)>;

/// Writes the take's bodies over the frames of its video (take.source), imported motion's over a plain picture, as an .mp4, H.264 where
/// the machine can; whole or not at all.
/// Uses people, range and onProgress of the settings. Returns what to tell of a video that is not H.264. Throws Error: the video is
/// gone or was live, no camera, nobody, cancelled.
std::optional<std::string> writeTakeVideo(const std::filesystem::path& file, const Take& take, const MotionExportSettings& settings, const PeoplePainter& paint);

/// Writes the bodies alone, on nothing, as a folder of PNG files with transparency, one a frame ("000001.png" and on); whole or
/// not at all. Other files of the folder stay, such as frames of a longer export: names like these may be somebody's own pictures. Throws
/// Error: no camera, nobody, cancelled.
void writeTransparentPictures(const std::filesystem::path& folder, const Take& take, const MotionExportSettings& settings, const PeoplePainter& paint);

}  // namespace hmr
