// SPDX-License-Identifier: MIT
#pragma once
#include <CLI/CLI.hpp>

namespace hmr {

/// `hmr body sheet`: the shapes of a body, or joints bent by hand, each from two sides.
void addBodySheet(CLI::App& body);

/// `hmr prior sheet`: poses of a prior from two sides.
void addPriorSheet(CLI::App& prior);

}  // namespace hmr
