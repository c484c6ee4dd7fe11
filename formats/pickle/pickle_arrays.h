// SPDX-License-Identifier: MIT
#pragma once
#include "formats/npz.h"
#include "formats/pickle/pickle.h"

namespace hmr {

/// The array that a value stands for: NumPy's arrays and scalars (C and Fortran order, either byte order), joblib's, lists of
/// numbers, SciPy's csc, csr and coo matrices (made dense), and chumpy's variables: plain or nested Ch, transpose, Reshape and
/// Select are worked out from their inputs. Throws Error for anything else.
NdArray ndArrayFrom(const PickleValue& value);

/// Whether ndArrayFrom is likely to read it (numbers and lists of numbers count).
bool looksLikeArray(const PickleValue& value);

/// What follows joblib's array header in the stream.
struct JoblibArray {
    std::size_t numBytes = 0;
    bool isPadded = false;  ///< one byte that counts padding bytes comes first
};
JoblibArray joblibArray(const PickleValue& wrapper);

}  // namespace hmr
