// SPDX-License-Identifier: MIT
#pragma once
#include <CLI/CLI.hpp>

namespace hmr {

/// `hmr synth video`: a clothed figure that moves as a recording, as a video file.
void addSynthVideo(CLI::App& synth);

}  // namespace hmr
