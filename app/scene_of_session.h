// SPDX-License-Identifier: MIT
#pragma once
#include "app/session.h"
#include "renderer/scene.h"

namespace hmr {

/// The scene of what a session shows: its people's edited bodies over the picture as `view` says. The scene has the size of
/// the picture for the screen, or the source picture's own (then without a background) when `fullSize`.
Scene sceneOf(const Session& session, const ViewSettings& view, bool fullSize = false);

}  // namespace hmr
