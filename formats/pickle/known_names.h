// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

namespace hmr {

/// Whether "module name" is a class or function that files of bodies, results and weights are made of: NumPy's arrays and
/// scalars, SciPy's sparse matrices, chumpy, Python's containers, joblib's array header, torch's tensors and storages.
bool isKnownName(std::string_view className);

/// Whether "module name" belongs to a module that runs programs or code or touches files, which no data needs.
bool isDangerousName(std::string_view className);

}  // namespace hmr
