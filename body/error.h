// SPDX-License-Identifier: MIT
#pragma once
#include <stdexcept>
#include <string>

namespace hmr {

/// What a user can cause (a file, a device, a model): the text says what happened, what was expected and found, what to do.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace hmr
