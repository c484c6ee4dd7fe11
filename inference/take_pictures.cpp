// SPDX-License-Identifier: MIT
#include "inference/take_pictures.h"

#include <algorithm>
#include <optional>

#include "body/error.h"
#include "formats/motion/mesh_sequence.h"
#include "formats/motion/take_document.h"
#include "inference/frame_source.h"
#include "inference/picture.h"
#include "inference/video_file.h"

namespace hmr {
namespace {

std::vector<PersonEstimate> peopleAt(const Take& take, const MotionExportSettings& settings, int frame) {
    std::vector<PersonEstimate> people;
    for (const Track& track : take.tracks) {
        const bool isChosen = settings.people.empty() || std::find(settings.people.begin(), settings.people.end(), track.id) != settings.people.end();
        const MotionSample* sample = isChosen ? track.at(frame) : nullptr;
        if (sample && sample->body.translation.z() > 0) people.push_back(estimateOf(take, track, *sample));
    }
    return people;
}

/// The frames to draw; says so when there is no camera or nobody to draw.
FrameRange drawnFrames(const Take& take, const MotionExportSettings& settings) {
    if (take.width <= 0 || take.height <= 0) throw Error("This motion was not made from a picture, so there is no camera to draw it for. Export it as a scene instead.");
    const FrameRange range{std::max(settings.range.first, 0), std::min(settings.range.end, take.numFrames)};
    for (int frame = range.first; frame < range.end; ++frame)
        if (!peopleAt(take, settings, frame).empty()) return range;
    throw Error("There is nobody to draw in these frames. Choose other people or frames.");
}

/// The pictures behind the bodies, frame by frame of the take: those of its video; a plain one where there never was a video.
class Backdrop {
public:
    explicit Backdrop(const Take& take) : take_(take) {
        if (isMotionFile(take.source)) return;
        source_ = openSource(take.source);
        if (source_->isLive()) throw Error(take.source + " was live and cannot be shown again. Export a transparent picture sequence instead.");
    }
    /// The next frame, whose index is the take's; nothing behind the last.
    std::optional<Frame> next() {
        std::optional<Frame> frame = source_ ? source_->next() : plain();
        if (frame) frame->index -= take_.firstSourceFrame;
        return frame;
    }

private:
    std::optional<Frame> plain() {
        if (numShown_ >= take_.numFrames) return std::nullopt;
        Frame frame;
        frame.picture = cv::Mat(take_.height, take_.width, CV_8UC3, cv::Scalar(42, 38, 36));
        frame.index = take_.firstSourceFrame + numShown_++;
        return frame;
    }

    const Take& take_;
    std::unique_ptr<FrameSource> source_;
    int numShown_ = 0;
};

}  // namespace

std::optional<std::string> writeTakeVideo(const std::filesystem::path& file, const Take& take, const MotionExportSettings& settings, const PeoplePainter& paint) {
    const FrameRange range = drawnFrames(take, settings);
    Backdrop backdrop(take);
    std::optional<VideoFile> video;
    while (const auto frame = backdrop.next()) {
        const int index = frame->index;
        if (index >= range.end) break;
        if (index >= range.first) {
            if (!video) video.emplace(file, take.frameRate, frame->picture.size());
            video->add(paint(rgbPicture(frame->picture), frame->picture.cols, frame->picture.rows, peopleAt(take, settings, index)));
        }
        reportProgress(settings, std::max(0.0, static_cast<double>(index + 1 - range.first) / (range.end - range.first)));
        if (index + 1 == range.end) break;  // what follows may be damaged
    }
    if (!video) throw Error(take.source + " gave no picture");
    video->finish();
    return video->warning();
}

void writeTransparentPictures(const std::filesystem::path& folder, const Take& take, const MotionExportSettings& settings, const PeoplePainter& paint) {
    const FrameRange range = drawnFrames(take, settings);
    WholeFolder whole(folder);
    for (int frame = range.first; frame < range.end; ++frame) {
        char name[32];
        std::snprintf(name, sizeof(name), "%06d.png", frame - range.first + 1);
        const Picture picture = paint({}, take.width, take.height, peopleAt(take, settings, frame));
        whole.fill([&] { writePicture(whole.path() / name, picture); });
        reportProgress(settings, static_cast<double>(frame + 1 - range.first) / (range.end - range.first));
    }
    whole.commit();
}

}  // namespace hmr
