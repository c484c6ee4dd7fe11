// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "body/body_model.h"
#include "body/motion/foot_locking.h"
#include "body/motion/take.h"

namespace hmr {

/// How clean a track is.
struct MotionFigures {
    double acceleration = 0;     ///< mean over joints and frames, metres per second squared
    double footSlide = 0;        ///< mean way along the floor of standing sole points between frames, millimetres
    int numContacts = 0;         ///< frames times standing sole points that `footSlide` is over
    double boneLengthSpread = 0; ///< the bone whose length varies most: standard deviation over the frames, millimetres
    int numFrames = 0;           ///< with a sample
    int numGapFrames = 0;
};

/// Figures of a track. Slide is measured where `contacts` say, so that before and after are compared over the same frames.
MotionFigures figuresOf(const BodyModel& model, const Track& track, double frameRate, const FloorPlane& floor, const Contacts& contacts);

/// Frames whose body is flipped between good neighbours: the root turns by more than 90 degrees against the frame before, and within
/// `longest` frames it is back within 45 degrees of that frame.
std::vector<int> flippedFrames(const Track& track, int longest = 3);

}  // namespace hmr
