// SPDX-License-Identifier: MIT
#include "cli/take_pictures.h"

#include <algorithm>
#include <optional>

#include "body/error.h"
#include "cli/overlay.h"
#include "cli/video_file.h"
#include "formats/motion/mesh_sequence.h"
#include "inference/frame_source.h"
#include "inference/picture.h"

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

void requireCamera(const Take& take) {
    if (take.width <= 0 || take.height <= 0) throw Error("This motion was not made from a picture, so there is no camera to draw it for. Export it as a scene instead.");
}

}  // namespace

void writeTakeVideo(const std::filesystem::path& file, std::shared_ptr<const BodyModel> body, const Take& take, const MotionExportSettings& settings) {
    requireCamera(take);
    const auto source = openSource(take.source);
    if (source->isLive()) throw Error(take.source + " was live and cannot be shown again. Export a transparent picture sequence instead.");
    OverlayPainter painter(std::move(body));
    std::optional<VideoFile> video;
    const int end = std::min(settings.range.end, take.numFrames), first = std::max(settings.range.first, 0);
    while (auto frame = source->next()) {
        if (frame->index >= end) break;
        if (frame->index < first) continue;
        if (!video) video.emplace(file, take.frameRate, frame->picture.size());
        FrameEstimate estimate;
        estimate.people = peopleAt(take, settings, frame->index);
        estimate.frame = std::move(*frame);
        video->add(painter.paint(estimate));
        reportProgress(settings, static_cast<double>(estimate.frame.index + 1 - first) / (end - first));
    }
    if (!video) throw Error(take.source + " gave no picture");
    video->finish();
}

void writeTransparentPictures(const std::filesystem::path& folder, std::shared_ptr<const BodyModel> body, const Take& take, const MotionExportSettings& settings) {
    requireCamera(take);
    OverlayPainter painter(std::move(body));
    WholeFolder whole(folder);
    const int end = std::min(settings.range.end, take.numFrames), first = std::max(settings.range.first, 0);
    for (int frame = first; frame < end; ++frame) {
        FrameEstimate estimate;
        estimate.frame.picture = cv::Mat(take.height, take.width, CV_8UC3, cv::Scalar::all(0));
        estimate.people = peopleAt(take, settings, frame);
        char name[32];
        std::snprintf(name, sizeof(name), "%06d.png", frame - first + 1);
        writePicture(whole.path() / name, painter.paintAlone(estimate));
        reportProgress(settings, static_cast<double>(frame + 1 - first) / (end - first));
    }
    whole.commit();
}

}  // namespace hmr
