// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace hmr {

/// For people: what a file of arrays or tensors with these names holds, and what is needed in its place ("it is a SKEL model, …"). Known
/// are files that lie beside bodies and networks and are easily taken for one. Nothing for others.
std::optional<std::string> unreadLayout(const std::vector<std::string>& names);

/// The same of a single array: regressors of joints from SMPL's mesh.
std::optional<std::string> unreadArray(const std::vector<std::size_t>& shape);

}  // namespace hmr
