// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <memory>
#include <optional>

#include "body/body_model.h"

namespace hmr {

/// A quick copy of a body whose own file is slow to read (Python pickles), in the user's cache folder ($XDG_CACHE_HOME or
/// ~/.cache, then hmr-studio/bodies). It belongs to one state of the source: path, size and time of change. Nothing when
/// there is none, or it does not fit or cannot be read.
std::optional<BodyModelData> cachedBody(const std::filesystem::path& source);

/// Keeps a copy for the next time; a few newest copies stay. It is written while the caller goes on; cachedBody and the
/// program's end wait for it. That it cannot be written is no error.
void cacheBody(const std::filesystem::path& source, std::shared_ptr<const BodyModel> model);

/// Returns when no copy is being written any more.
void finishCaching();

}  // namespace hmr
