// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <vector>

#include "body/one_euro.h"
#include "body/person_estimate.h"
#include "inference/person_detector.h"
#include "inference/turn_guard.h"

namespace hmr {

/// Keeps who is who over the frames of a video. The box of a track follows the recovered body; a detector's look confirms
/// tracks, starts new ones and ends those it no longer sees.
class PersonTracker {
public:
    struct Track {
        int id = -1;                ///< none until the network has seen the person
        PixelBox box;               ///< where to look in the coming frame, source pixels
        double confidence = 1;
        bool isConfirmed = false;   ///< a detector or the user has seen this person
        int missedLooks = 0;        ///< detector looks in a row without it
        int unseenFrames = 0;       ///< frames in a row in which the network sees nobody in the box
        TurnGuard guard{};
        PersonSmoother smoother;
    };

    PersonTracker(double smoothing, int maxPeople) : smoothing_(smoothing), maxPeople_(maxPeople) {}

    std::vector<Track>& tracks() { return tracks_; }

    /// Starts a track, seen by detector or user (`isConfirmed`) or assumed.
    void start(const PixelBox& box, double confidence, bool isConfirmed);

    /// Takes in what a detector found in this frame.
    void confirm(const std::vector<Detection>& detections);

    /// Counts a frame in which the network sees the person, or does not; a track that was never seen, or not for half a second, ends (false).
    bool see(Track& track, bool isSeen);

    /// Moves a track to the box of its recovered body; a track that left the picture or collapsed ends (false).
    static bool move(Track& track, const PixelBox& bodyBox, int frameWidth, int frameHeight);

    /// Ends tracks: the ones for which `ended` is true, and the younger of two that cover the same person.
    void prune(const std::vector<bool>& ended);

    void clear() { tracks_.clear(); }

private:
    double smoothing_;
    int maxPeople_;
    int nextId_ = 0;
    std::vector<Track> tracks_;
};

}  // namespace hmr
