// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "body/picture.h"

namespace hmr {

/// The curves of a run's log.jsonl text: the loss and its terms, accuracy on the held-out pictures, learning rate and speed, each
/// over the pictures seen. Throws Error when the log holds no step.
Picture drawCurves(const std::string& log);

}  // namespace hmr
