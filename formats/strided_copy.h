// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hmr {

using Strides = std::vector<std::int64_t>;  ///< elements from one index to the next, for each dimension

Strides rowMajorStrides(const std::vector<std::size_t>& shape);
Strides fortranStrides(const std::vector<std::size_t>& shape);

/// The elements of a strided view of `source` in row-major order; `offset` in elements. Throws Error when the view reaches
/// beyond the source or repeats so much of it that the result would be far larger.
std::vector<std::byte> rowMajorBytes(std::span<const std::byte> source, std::size_t itemSize, const std::vector<std::size_t>& shape,
                                     const Strides& strides, std::size_t offset);

/// Product of the shape times the element size; throws Error when that is no size.
std::size_t checkedNumBytes(const std::vector<std::size_t>& shape, std::size_t itemSize);

}  // namespace hmr
