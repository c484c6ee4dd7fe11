// SPDX-License-Identifier: MIT
#include "inference/video_file.h"

#include <algorithm>

#include "body/error.h"
#include "inference/picture.h"

namespace hmr {

VideoFile::VideoFile(const std::filesystem::path& file, double frameRate, cv::Size size)
    : file_(file), size_(size.width & ~1, size.height & ~1) {  // encoders want even sides
    for (const char* code : {"avc1", "mp4v"}) {
        if (writer_.open(file_.path().string(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc(code[0], code[1], code[2], code[3]), frameRate, size_)) return;
    }
    throw Error(file.string() + " cannot be written as a video");
}

void VideoFile::add(const Picture& picture) {
    const cv::Mat frame = bgrMatrix(picture);
    writer_.write(frame(cv::Rect(0, 0, std::min(size_.width, frame.cols), std::min(size_.height, frame.rows))));
}

void VideoFile::finish() {
    writer_.release();
    file_.commit();
}

}  // namespace hmr
