// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <opencv2/videoio.hpp>

#include "body/picture.h"
#include "formats/atomic_file.h"

namespace hmr {

/// A video of pictures as H.264 where the machine can, MPEG-4 otherwise; appears whole or not at all.
class OverlayVideo {
public:
    OverlayVideo(const std::filesystem::path& file, double frameRate, cv::Size size);  ///< throws Error
    void add(const Picture& picture);
    void finish();

private:
    AtomicFile file_;
    cv::Size size_;
    cv::VideoWriter writer_;
};

}  // namespace hmr
