// SPDX-License-Identifier: MIT
#include "body/motion/track_editing.h"

#include <algorithm>

#include "body/error.h"

namespace hmr {
namespace {

Track& trackOf(Take& take, int id) {
    if (Track* track = take.find(id)) return *track;
    throw Error("There is no track of person " + std::to_string(id + 1) + ". Choose one of the take's people.");
}

/// The track without what lies outside of the range.
Track within(const Track& track, FrameRange range) {
    Track result{track.id, track.name, std::max(track.firstFrame, range.first), {}};
    for (int frame = std::max(range.first, track.firstFrame); frame < std::min(range.end, track.endFrame()); ++frame) {
        const SharedSample& sample = track.samples[static_cast<std::size_t>(frame - track.firstFrame)];
        if (sample) result.set(frame, sample);
    }
    return result;
}

bool isGhost(const Track& track, double frameRate) {
    constexpr double kBriefest = 1.0 / 3, kBrief = 1;            // seconds
    constexpr double kNearest = 0.2, kFarthest = 60, kFastest = 20;  // metres, metres a second
    constexpr double kSure = 0.4;
    std::vector<double> depths;
    double surest = 0;
    for (const SharedSample& sample : track.samples) {
        if (!sample) continue;
        depths.push_back(sample->body.translation.z());
        surest = std::max(surest, sample->confidence);
    }
    const double seconds = static_cast<double>(depths.size()) / frameRate;
    if (seconds < kBriefest || (seconds < kBrief && surest < kSure)) return true;
    std::sort(depths.begin(), depths.end());
    const std::size_t tenth = depths.size() / 10;  // so that no single frame decides
    const double median = depths[depths.size() / 2], way = depths[depths.size() - 1 - tenth] - depths[tenth];
    return median < kNearest || median > kFarthest || way > kFastest * seconds;
}

}  // namespace

int splitTrack(Take& take, int id, int frame) {
    Track& track = trackOf(take, id);
    Track before = within(track, {track.firstFrame, frame}), after = within(track, {frame, track.endFrame()});
    if (before.samples.empty() || after.samples.empty())
        throw Error("\"" + track.name + "\" cannot be split at frame " + std::to_string(frame + 1) +
                    ": all of its frames lie on one side. Choose a frame inside the track.");
    int next = 0;
    for (const Track& other : take.tracks) next = std::max(next, other.id + 1);
    after.id = next;
    after.name = "person_" + std::to_string(next + 1);
    track = std::move(before);
    take.tracks.push_back(std::move(after));
    return next;
}

void mergeTracks(Take& take, int id, int other) {
    if (id == other) throw Error("A track cannot be merged with itself. Choose two people.");
    const Track joining = trackOf(take, other);
    Track& track = trackOf(take, id);
    for (int frame = joining.firstFrame; frame < joining.endFrame(); ++frame) {
        const SharedSample& sample = joining.samples[static_cast<std::size_t>(frame - joining.firstFrame)];
        const MotionSample* present = track.at(frame);
        if (sample && (!present || sample->confidence > present->confidence)) track.set(frame, sample);
    }
    deleteTrack(take, other);
}

void deleteTrack(Take& take, int id) {
    trackOf(take, id);
    std::erase_if(take.tracks, [id](const Track& track) { return track.id == id; });
}

void cutTrack(Take& take, int id, FrameRange range) {
    Track& track = trackOf(take, id);
    const FrameRange inside{std::max(range.first, track.firstFrame), std::min(range.end, track.endFrame())};
    for (int frame = inside.first; frame < inside.end; ++frame)
        track.samples[static_cast<std::size_t>(frame - track.firstFrame)] = nullptr;
    track = within(track, {track.firstFrame, track.endFrame()});
    if (track.samples.empty()) deleteTrack(take, id);
}

void trimTake(Take& take, FrameRange range) {
    range = {std::max(range.first, 0), std::min(range.end, take.numFrames)};
    if (range.isEmpty()) throw Error("The range holds no frame of the take. Choose another range.");
    for (Track& track : take.tracks) {
        track = within(track, range);
        track.firstFrame -= range.first;
    }
    std::erase_if(take.tracks, [](const Track& track) { return track.samples.empty(); });
    take.numFrames = range.end - range.first;
    take.firstSourceFrame += range.first;
}

void dropGhosts(Take& take) {
    const auto isDropped = [&take](const Track& track) { return isGhost(track, take.frameRate); };
    if (!std::all_of(take.tracks.begin(), take.tracks.end(), isDropped)) std::erase_if(take.tracks, isDropped);
}

}  // namespace hmr
