// SPDX-License-Identifier: MIT
#include "inference/video_source.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/videoio.hpp>

#include "body/error.h"
#include "inference/edit_list.h"

namespace hmr {
namespace {

/// A plausible frame rate, or the fallback for what containers sometimes claim (0, NaN, 90000).
double plausibleRate(double rate, double fallback) { return std::isfinite(rate) && rate >= 1 && rate <= 480 ? rate : fallback; }

class VideoFileSource : public FrameSource {
public:
    explicit VideoFileSource(const std::filesystem::path& file) : name_(file.string()) {
        if (::access(name_.c_str(), R_OK) != 0) {
            throw Error(name_ + " cannot be opened: " + std::strerror(errno) + "; check the name and your permission to read it");
        }
        if (!capture_.open(name_, cv::CAP_FFMPEG)) {
            throw Error(name_ + " cannot be opened as a video: it is damaged or of a kind that FFmpeg does not read; copy or download it again, "
                        "or save it as MP4");
        }
        rate_ = plausibleRate(capture_.get(cv::CAP_PROP_FPS), 25);
        const double count = capture_.get(cv::CAP_PROP_FRAME_COUNT);
        numFrames_ = std::isfinite(count) && count > 0 && count < 1e8 ? static_cast<int>(count) : 0;
        if (const auto seconds = shownSeconds(file)) numFrames_ = static_cast<int>(std::min<double>(numFrames_, std::round(*seconds * rate_)));
        size_ = {static_cast<int>(capture_.get(cv::CAP_PROP_FRAME_WIDTH)), static_cast<int>(capture_.get(cv::CAP_PROP_FRAME_HEIGHT))};
    }

    std::optional<Frame> next() override {
        if (ended_) return std::nullopt;
        cv::Mat picture;
        if (!capture_.read(picture) || picture.empty()) {
            ended_ = true;
            if (endsEarly()) {
                throw Error(name_ + " is damaged: it ends after frame " + std::to_string(next_) + " of " +
                            std::to_string(numFrames_) + "; the frames before are kept. Copy or download it again for the others");
            }
            return std::nullopt;
        }
        lastTime_ = std::max(lastTime_, capture_.get(cv::CAP_PROP_POS_MSEC) / 1000);  // the last ones of H.264 have none
        const int index = next_++;
        return Frame{picture, index, index / rate_, name_};
    }

    std::string name() const override { return name_; }
    int numFrames() const override { return numFrames_; }
    double frameRate() const override { return rate_; }
    cv::Size frameSize() const override { return size_; }

    bool seek(int frameIndex) override {
        if (frameIndex < 0 || (numFrames_ > 0 && frameIndex >= numFrames_)) return false;
        if (frameIndex != next_ && !capture_.set(cv::CAP_PROP_POS_FRAMES, frameIndex)) return false;
        next_ = frameIndex;
        ended_ = false;
        return true;
    }

private:
    /// Containers miscount a few frames, and of a variable rate they tell only how long it lasts.
    bool endsEarly() const {
        constexpr int kMiscounted = 3;
        const double length = numFrames_ / rate_;
        return next_ + kMiscounted < numFrames_ && lastTime_ + (kMiscounted + 1) / rate_ < length;
    }

    std::string name_;
    cv::VideoCapture capture_;
    double lastTime_ = 0;  ///< seconds
    double rate_ = 25;
    int numFrames_ = 0, next_ = 0;
    cv::Size size_;
    bool ended_ = false;
};

/// A camera or a network stream: frames carry the time they arrived.
class LiveSource : public FrameSource {
public:
    LiveSource(std::string name, const char* whyItMayHaveEnded, cv::VideoCapture capture)
        : name_(std::move(name)), whyItMayHaveEnded_(whyItMayHaveEnded), capture_(std::move(capture)) {
        rate_ = plausibleRate(capture_.get(cv::CAP_PROP_FPS), 30);
        size_ = {static_cast<int>(capture_.get(cv::CAP_PROP_FRAME_WIDTH)), static_cast<int>(capture_.get(cv::CAP_PROP_FRAME_HEIGHT))};
    }

    std::optional<Frame> next() override {
        if (ended_) return std::nullopt;
        cv::Mat picture;
        bool arrived = false;
        try {
            arrived = capture_.read(picture) && !picture.empty();
        } catch (const cv::Exception&) {
        }
        if (!arrived) {
            ended_ = true;
            throw Error(name_ + " stopped sending pictures: " + whyItMayHaveEnded_);
        }
        const double time = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
        return Frame{picture, next_++, time, name_};
    }

    std::string name() const override { return name_; }
    bool isLive() const override { return true; }
    double frameRate() const override { return rate_; }
    cv::Size frameSize() const override { return size_; }

private:
    std::string name_;
    const char* whyItMayHaveEnded_;
    cv::VideoCapture capture_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    double rate_ = 30;
    cv::Size size_;
    int next_ = 0;
    bool ended_ = false;
};

}  // namespace

void quietOpenCv() {
    static const bool isQuiet = [] {
        cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
        return ::setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", 0) == 0;  // AV_LOG_QUIET; read with the first video
    }();
    static_cast<void>(isQuiet);
}

std::unique_ptr<FrameSource> openVideo(const std::filesystem::path& file) {
    quietOpenCv();
    return std::make_unique<VideoFileSource>(file);
}

std::unique_ptr<FrameSource> openStream(const std::string& url) {
    quietOpenCv();
    cv::VideoCapture capture;
    const std::vector<int> options = {cv::CAP_PROP_OPEN_TIMEOUT_MSEC, 8000, cv::CAP_PROP_READ_TIMEOUT_MSEC, 8000};
    if (!capture.open(url, cv::CAP_FFMPEG, options)) {
        throw Error(url + " cannot be opened: check the address, and that the sender runs and can be reached");
    }
    return std::make_unique<LiveSource>(url, "it has ended, or the connection was lost; open it again", std::move(capture));
}

std::unique_ptr<FrameSource> openCamera(const std::string& device) {
    quietOpenCv();
    cv::VideoCapture capture;
    const bool isNumber = !device.empty() && device.find_first_not_of("0123456789") == std::string::npos;
    const bool opened = isNumber ? capture.open(std::stoi(device.substr(0, 4)), cv::CAP_V4L2) : capture.open(device, cv::CAP_V4L2);
    if (!opened) {
        throw Error("camera " + device + " cannot be opened: no such camera, no permission (is the user in the group video?), "
                    "or another program uses it; `hmr doctor` lists the cameras");
    }
    capture.set(cv::CAP_PROP_BUFFERSIZE, 1);
    return std::make_unique<LiveSource>("camera " + device, "it was unplugged, or another program took it; plug it in and open it again", std::move(capture));
}

}  // namespace hmr
