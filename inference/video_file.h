// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <opencv2/videoio.hpp>
#include <optional>
#include <string>

#include "body/picture.h"
#include "formats/atomic_file.h"

namespace hmr {

/// A video to write, H.264 where the machine can, MPEG-4 otherwise (see warning); appears whole or not at all.
class VideoFile {
public:
    /// Throws Error.
    VideoFile(const std::filesystem::path& file, double frameRate, cv::Size size);
    void add(const Picture& picture);  ///< RGB of that size
    void finish();                     ///< throws Error when the video did not get whole onto the disk
    /// What the user should know of a video that is not H.264; nothing otherwise.
    std::optional<std::string> warning() const;

private:
    bool opens(const char* code, double frameRate);
    bool isWhole() const;

    std::string name_;
    AtomicFile file_;
    int numFrames_ = 0;
    bool isH264_ = false;
    cv::Size size_;
    cv::VideoWriter writer_;
};

}  // namespace hmr
