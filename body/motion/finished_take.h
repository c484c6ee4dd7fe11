// SPDX-License-Identifier: MIT
#pragma once
#include <map>

#include "body/motion/keyframes.h"

namespace hmr {

/// Shape directions that a person was given by hand: direction → standard deviations, in all frames.
using ShapeEdit = std::map<int, double>;

/// Directions that the body lacks are left out.
void overrideShape(BodyParameters& body, const ShapeEdit& edit);

/// The take as it leaves the program: keys applied, and over them the shapes set by hand. Both by track.
Take finishedTake(Take take, const std::map<int, KeyLayer>& keys, const std::map<int, ShapeEdit>& shapes);

/// trimTake with the keys of the tracks: those outside go, and what they did within the range stays (see splitKeys).
void trimTake(Take& take, std::map<int, KeyLayer>& keys, FrameRange range);

/// A take that can be drawn: one that has no camera (imported motion) gets one that sees its first pose from the front.
Take seenFromACamera(Take take);

}  // namespace hmr
