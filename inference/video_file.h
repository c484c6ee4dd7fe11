// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <opencv2/videoio.hpp>

#include "body/picture.h"
#include "formats/atomic_file.h"

namespace hmr {

/// A video to write, H.264 where the machine can, MPEG-4 otherwise; appears whole or not at all.
class VideoFile {
public:
    /// Throws Error.
    VideoFile(const std::filesystem::path& file, double frameRate, cv::Size size);
    void add(const Picture& picture);  ///< RGB of that size
    void finish();                     ///< throws Error when the video did not get whole onto the disk

private:
    bool isWhole() const;

    std::string name_;
    AtomicFile file_;
    int numFrames_ = 0;
    cv::Size size_;
    cv::VideoWriter writer_;
};

}  // namespace hmr
