// SPDX-License-Identifier: MIT
#include "formats/strided_copy.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "body/error.h"

namespace hmr {
namespace {

constexpr std::size_t kRepeatedBytes = 1 << 20;  ///< what a view may have more than its source (broadcast buffers)

[[noreturn]] void outside() { throw Error("An array reaches beyond the data that the file holds for it."); }

/// Throws unless the first and the last element that the strides reach lie in the source.
void requireInside(std::size_t numElements, const std::vector<std::size_t>& shape, const Strides& strides, std::size_t offset) {
    std::int64_t last = 0, limit = 0;
    if (offset > static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max()) || strides.size() != shape.size()) outside();
    last = static_cast<std::int64_t>(offset);
    for (std::size_t d = 0; d < shape.size(); ++d) {
        std::int64_t reach = 0;
        if (strides[d] < 0 || __builtin_mul_overflow(static_cast<std::int64_t>(shape[d] - 1), strides[d], &reach) ||
            __builtin_add_overflow(last, reach, &last))
            outside();
    }
    limit = static_cast<std::int64_t>(numElements);
    if (last >= limit) outside();
}

template <std::size_t ItemSize>
void copyItem(std::byte* target, const std::byte* source, std::size_t itemSize) {
    std::memcpy(target, source, ItemSize > 0 ? ItemSize : itemSize);
}

template <std::size_t ItemSize>
void copyStrided(std::span<std::byte> rows, std::span<const std::byte> source, std::size_t itemSize,
                 const std::vector<std::size_t>& shape, const Strides& strides, std::size_t offset) {
    const std::size_t numDimensions = shape.size();
    std::vector<std::size_t> position(numDimensions, 0);
    const std::byte* from = source.data() + offset * itemSize;
    const auto step = [&](std::size_t d) { return strides[d] * static_cast<std::int64_t>(itemSize); };
    const std::size_t innerExtent = numDimensions ? shape.back() : 1;
    const std::int64_t innerStep = numDimensions ? step(numDimensions - 1) : 0;
    for (std::size_t target = 0; target < rows.size();) {
        const std::byte* item = from;
        for (std::size_t i = 0; i < innerExtent; ++i, item += innerStep, target += itemSize) copyItem<ItemSize>(&rows[target], item, itemSize);
        if (numDimensions < 2) return;
        for (std::size_t d = numDimensions - 1; d-- > 0;) {
            from += step(d);
            if (++position[d] < shape[d]) break;
            from -= step(d) * static_cast<std::int64_t>(shape[d]);
            position[d] = 0;
        }
    }
}

}  // namespace

Strides rowMajorStrides(const std::vector<std::size_t>& shape) {
    Strides strides(shape.size());
    std::int64_t stride = 1;
    for (std::size_t d = shape.size(); d-- > 0;) {
        strides[d] = stride;
        if (__builtin_mul_overflow(stride, static_cast<std::int64_t>(shape[d]), &stride)) outside();
    }
    return strides;
}

Strides fortranStrides(const std::vector<std::size_t>& shape) {
    Strides strides = rowMajorStrides({shape.rbegin(), shape.rend()});
    std::reverse(strides.begin(), strides.end());
    return strides;
}

std::size_t checkedNumBytes(const std::vector<std::size_t>& shape, std::size_t itemSize) {
    std::size_t total = itemSize;
    bool isTooLarge = false;
    for (const std::size_t extent : shape) isTooLarge |= __builtin_mul_overflow(total, extent, &total);
    if (isTooLarge || total > static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max()))
        throw Error("An array has an absurd shape.");
    return total;
}

std::vector<std::byte> rowMajorBytes(std::span<const std::byte> source, std::size_t itemSize, const std::vector<std::size_t>& shape,
                                     const Strides& strides, std::size_t offset) {
    const std::size_t total = checkedNumBytes(shape, itemSize);
    if (total == 0) return {};
    if (total > source.size() && total - source.size() > kRepeatedBytes) outside();
    requireInside(source.size() / itemSize, shape, strides, offset);
    if (strides == rowMajorStrides(shape)) {
        const auto part = source.subspan(offset * itemSize, total);
        return {part.begin(), part.end()};
    }
    std::vector<std::byte> rows(total);
    switch (itemSize) {
        case 2: copyStrided<2>(rows, source, itemSize, shape, strides, offset); break;
        case 4: copyStrided<4>(rows, source, itemSize, shape, strides, offset); break;
        case 8: copyStrided<8>(rows, source, itemSize, shape, strides, offset); break;
        default: copyStrided<0>(rows, source, itemSize, shape, strides, offset); break;
    }
    return rows;
}

}  // namespace hmr
