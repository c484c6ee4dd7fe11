// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <optional>

#include "body/motion/take.h"

namespace hmr {

/// What an animator set at one frame: only what is named differs from the recorded motion.
struct Keyframe {
    std::map<int, Eigen::Vector3d> rotations;    ///< joint → axis-angle to its parent, radians
    std::optional<Eigen::VectorXd> betas;        ///< the shape
    std::optional<Eigen::Vector3d> translation;  ///< the root's place before the camera, metres
    bool operator==(const Keyframe& other) const;
    bool isEmpty() const { return rotations.empty() && !betas && !translation; }
};

/// How keys act between each other.
enum class KeyBlend {
    Correct,  ///< the change that each key makes is blended over the recorded motion; before the first and behind the
              ///< last key their change holds
    Replace,  ///< from key to key the motion is what lies between the two; outside it stays as recorded
    Local     ///< as Correct between keys; before the first and behind the last key their change fades within `fadeFrames`
};

/// The keys of one track, by frame.
struct KeyLayer {
    std::map<int, Keyframe> keys;
    KeyBlend blend = KeyBlend::Correct;
    int fadeFrames = 15;  ///< of KeyBlend::Local: so many frames away nothing is left of an outermost key's change
    bool operator==(const KeyLayer&) const = default;
};

/// The track's body at a frame with the keys over it; nothing in a gap, but for one between replacing keys. Rotations are
/// interpolated along the shortest path on the rotation manifold, shape and place linearly.
std::optional<MotionSample> keyedSample(const Track& track, const KeyLayer& layer, int frame);

/// The whole track with the keys over it.
Track keyedTrack(const Track& track, const KeyLayer& layer);

/// The keys of a track that is cut in two at a frame: those before it, and those from it on. Keys at the cut keep the motion on
/// both sides what it was with the whole layer (of KeyBlend::Local: up to the shape of the fade).
struct SplitKeys {
    KeyLayer before, after;
};
SplitKeys splitKeys(const Track& track, const KeyLayer& layer, int frame);

}  // namespace hmr
