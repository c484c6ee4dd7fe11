// SPDX-License-Identifier: MIT
#pragma once
#include <CLI/CLI.hpp>

namespace hmr {

/// `hmr eval sheet`: a contact sheet of recovered pictures, overlay and side view; `hmr eval jitter`: how restless the joints
/// of a video are, with and without smoothing.
void addEvalViews(CLI::App& eval, int& exitCode);

}  // namespace hmr
