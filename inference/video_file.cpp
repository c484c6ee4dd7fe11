// SPDX-License-Identifier: MIT
#include "inference/video_file.h"

#include <algorithm>

#include "body/error.h"
#include "inference/picture.h"
#include "inference/video_source.h"

namespace hmr {

VideoFile::VideoFile(const std::filesystem::path& file, double frameRate, cv::Size size)
    : name_(file.string()), file_(file), size_(size.width & ~1, size.height & ~1) {  // encoders want even sides
    quietOpenCv();
    isH264_ = opens("avc1", frameRate);
    if (!isH264_ && !opens("mp4v", frameRate)) throw Error(name_ + " cannot be written as a video: FFmpeg has no encoder for it, or the disk is full");
}

bool VideoFile::opens(const char* code, double frameRate) {
    return writer_.open(file_.path().string(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc(code[0], code[1], code[2], code[3]), frameRate, size_);
}

std::optional<std::string> VideoFile::warning() const {
    if (isH264_) return std::nullopt;
    return name_ + " is MPEG-4, which browsers do not show: FFmpeg has no H.264 encoder here. Install one (libx264) and write the video again.";
}

void VideoFile::add(const Picture& picture) {
    const cv::Mat frame = bgrMatrix(picture);
    writer_.write(frame(cv::Rect(0, 0, std::min(size_.width, frame.cols), std::min(size_.height, frame.rows))));
    ++numFrames_;
}

/// OpenCV hides what goes wrong with writing (a full disk): the file itself tells.
bool VideoFile::isWhole() const {
    cv::VideoCapture written;
    cv::Mat first;
    return written.open(file_.path().string(), cv::CAP_FFMPEG) && written.get(cv::CAP_PROP_FRAME_COUNT) >= numFrames_ && written.read(first);
}

void VideoFile::finish() {
    writer_.release();
    if (!isWhole()) {
        throw Error("Cannot write " + name_ + ": the video is incomplete. Free some space or choose another folder; an older file of that name is unchanged.");
    }
    file_.commit();
}

}  // namespace hmr
