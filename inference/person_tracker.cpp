// SPDX-License-Identifier: MIT
#include "inference/person_tracker.h"

#include <algorithm>

namespace hmr {
namespace {

constexpr double kSamePerson = 0.3;    ///< overlap of a detection with the track it belongs to
constexpr double kDuplicate = 0.75;    ///< overlap of two tracks on one person
constexpr int kMaxMissedLooks = 4;
constexpr int kMaxUnseenFrames = 15;

}  // namespace

void PersonTracker::start(const PixelBox& box, double confidence, bool isConfirmed) {
    if (static_cast<int>(tracks_.size()) >= maxPeople_) return;
    tracks_.push_back({.box = box, .confidence = confidence, .isConfirmed = isConfirmed, .smoother = PersonSmoother(smoothing_)});
}

void PersonTracker::confirm(const std::vector<Detection>& detections) {
    std::vector<bool> isSeen(tracks_.size(), false);
    std::vector<Detection> newcomers;
    for (const Detection& detection : detections) {
        double best = kSamePerson;
        std::optional<std::size_t> match;
        for (std::size_t i = 0; i < tracks_.size(); ++i) {
            const double overlap = isSeen[i] ? 0 : intersectionOverUnion(detection.box, tracks_[i].box);
            if (overlap > best) best = overlap, match = i;
        }
        if (!match) {
            newcomers.push_back(detection);
            continue;
        }
        isSeen[*match] = true;
        tracks_[*match].isConfirmed = true;
        tracks_[*match].confidence = detection.confidence;
    }
    const bool someoneElse = !newcomers.empty();
    for (std::size_t i = 0; i < tracks_.size(); ++i) tracks_[i].missedLooks = isSeen[i] ? 0 : tracks_[i].missedLooks + 1;
    std::erase_if(tracks_, [&](const Track& track) {
        const bool wasOnlyAssumed = !track.isConfirmed && someoneElse;
        return wasOnlyAssumed || (track.isConfirmed && track.missedLooks > kMaxMissedLooks);
    });
    for (const Detection& detection : newcomers) start(detection.box, detection.confidence, true);
}

bool PersonTracker::see(Track& track, bool isSeen) {
    track.unseenFrames = isSeen ? 0 : track.unseenFrames + 1;
    if (isSeen && track.id < 0) track.id = nextId_++;
    return track.id >= 0 && track.unseenFrames <= kMaxUnseenFrames;
}

bool PersonTracker::move(Track& track, const PixelBox& bodyBox, int frameWidth, int frameHeight) {
    const double side = bodyBox.longerSide();
    const Eigen::Vector2d center = bodyBox.center();
    const bool isInside = center.x() > 0 && center.y() > 0 && center.x() < frameWidth && center.y() < frameHeight;
    if (!isInside || !(side >= 8) || side > 4.0 * std::max(frameWidth, frameHeight)) return false;
    // A body may not grow or shrink by more than a third between frames: that is a failure of recovery, not motion.
    const double ratio = std::clamp(side / std::max(track.box.longerSide(), 1.0), 0.75, 1.33);
    const double factor = ratio * track.box.longerSide() / side;
    track.box = {center.x() - bodyBox.width * factor / 2, center.y() - bodyBox.height * factor / 2, bodyBox.width * factor,
                 bodyBox.height * factor};
    return true;
}

void PersonTracker::prune(const std::vector<bool>& ended) {
    std::vector<Track> kept;
    for (std::size_t i = 0; i < tracks_.size(); ++i) {
        if (i < ended.size() && ended[i]) continue;
        const bool isDuplicate = std::any_of(kept.begin(), kept.end(), [&](const Track& elder) {
            return intersectionOverUnion(elder.box, tracks_[i].box) > kDuplicate;
        });
        if (!isDuplicate) kept.push_back(std::move(tracks_[i]));
    }
    tracks_ = std::move(kept);
}

}  // namespace hmr
