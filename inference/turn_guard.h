// SPDX-License-Identifier: MIT
#pragma once
#include <optional>

#include "body/body_parameters.h"

namespace hmr {

/// Holds bodies of a video against turning round from one frame to the next, which people cannot do: it is a network's mistake about
/// front and back, which a frame later is often over.
class TurnGuard {
public:
    /// Puts the last believed pose in place of one whose root has turned faster than people do; a new heading that stays for 0.3 s is
    /// believed. Returns whether it did. Time in seconds must grow; a gap longer than half a second starts anew.
    bool hold(BodyParameters& parameters, double time);

    /// Takes what became of the pose in this frame as what the next is compared with.
    void believe(const BodyParameters& parameters, double time);

private:
    std::optional<Points3d> pose_;  ///< last believed
    double time_ = 0, disputedSince_ = 0;
    bool isDisputed_ = false;
};

}  // namespace hmr
