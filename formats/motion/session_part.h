// SPDX-License-Identifier: MIT
#pragma once
#include "body/motion/finished_take.h"
#include "formats/motion/session_file.h"

namespace hmr {

/// The session's take as it leaves the program: keys applied, and over them the shapes set by hand.
Take finishedTake(const SessionDocument& document);

/// Only these people (ids; empty: everybody) and frames of the session's take; keys, edits and boxes of others go, what else the
/// session holds stays. Throws Error when nobody is left.
SessionDocument partOf(SessionDocument document, const std::vector<int>& people, FrameRange range);

/// The session for a source of the take that has another place now: edits and boxes move with it.
void moveSource(SessionDocument& document, const std::string& source);

/// The session for a file that was moved to `place`, and with it those that lay in its folder and are found in its new one.
void moveSources(SessionDocument& document, const std::string& file, const std::string& place);

}  // namespace hmr
