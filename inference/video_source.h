// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "inference/frame_source.h"

namespace hmr {

/// Keeps OpenCV and FFmpeg from printing their complaints; ours say what to do. To be called before either is used.
void quietOpenCv();

std::unique_ptr<FrameSource> openVideo(const std::filesystem::path& file);
std::unique_ptr<FrameSource> openStream(const std::string& url);
std::unique_ptr<FrameSource> openCamera(const std::string& device);  ///< "0" or "/dev/video0"

}  // namespace hmr
