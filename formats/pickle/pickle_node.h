// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "formats/pickle/pickle.h"

namespace hmr {

/// What stands behind a value that is no plain number.
struct PickleNode {
    std::string_view text;           ///< text, bytes, "module name", or the bytes that follow joblib's array header
    std::vector<PickleValue> items;  ///< elements; of an object: its class and its arguments; of Persistent: its id
    PickleValue state;               ///< attributes of an object
};

}  // namespace hmr
