// SPDX-License-Identifier: MIT
#pragma once
#include "body/motion/take.h"

namespace hmr {

/// Each throws Error when the take has no such track or the wish makes no sense; the take is then unchanged.

/// Frames from `frame` on become a track of their own; returns its id.
int splitTrack(Take& take, int id, int frame);
/// The other track's samples join this one; where both have a frame, the surer sample stays.
void mergeTracks(Take& take, int id, int other);
void deleteTrack(Take& take, int id);
/// Samples in the range become a gap; a track that loses all of them goes.
void cutTrack(Take& take, int id, FrameRange range);
/// Only the frames of the range stay; the first becomes frame 0.
void trimTake(Take& take, FrameRange range);

/// Drops tracks of a recovered video that are no person: seen for less than a third of a second; in the median nearer than 20 cm
/// or farther than 60 m; rushing to or from the camera at more than 20 m/s; or, seen for less than a second, never detected
/// with a confidence of 0.4. Where nobody would be left everybody stays.
void dropGhosts(Take& take);

}  // namespace hmr
