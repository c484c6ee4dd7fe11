// SPDX-License-Identifier: MIT
#include "formats/pickle/pickle_arrays.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <numeric>
#include <optional>

#include "body/error.h"
#include "formats/npy_stream.h"
#include "formats/pickle/pickle_node.h"
#include "formats/strided_copy.h"

namespace hmr {
namespace {

using Shape = std::vector<std::size_t>;

constexpr std::size_t kMostArrayDimensions = 32;
constexpr std::size_t kLargestList = std::size_t{128} << 20;   ///< bytes of a list's numbers
constexpr std::size_t kLargestDense = std::size_t{24} << 20;   ///< bytes of a sparse matrix made dense; SMPL-X has 5 MB
constexpr int kDeepestNesting = 32;

struct Type {
    ElementType element = ElementType::Float32;
    std::size_t itemSize = 4;
    bool isBigEndian = false;
};

NdArray arrayFrom(const PickleValue& value, int depth);

/// Of `numpy.dtype('f8', False, True)` with its attributes (3, '<', …).
Type typeFrom(const PickleValue& value) {
    if (!value.isObject("numpy dtype") || value.arguments().items().empty()) throw Error("An array has no element type.");
    const std::string_view code = value.arguments().items()[0].text();
    std::size_t count = 0;
    const auto [end, error] = std::from_chars(code.data() + std::min<std::size_t>(1, code.size()), code.data() + code.size(), count);
    const bool isNumbered = error == std::errc() && end == code.data() + code.size();
    if (code.starts_with('O')) throw Error("An array holds Python objects; numbers were expected.");
    const auto element = isNumbered ? elementTypeOfNumpy(code[0], count) : std::nullopt;
    if (!element || count == 0 || count > (std::size_t{1} << 31))
        throw Error("An array has the element type \"" + std::string(code.substr(0, 40)) + "\"; float, int, bool or text was expected.");
    Type type{*element, *element == ElementType::Text ? 4 * count : count};
    if (value.state().isSequence() && value.state().items().size() > 1 && value.state().items()[1].isText())
        type.isBigEndian = value.state().items()[1].text() == ">";
    return type;
}

Shape shapeFrom(const PickleValue& value) {
    if (value.kind() == PickleKind::Integer) return {static_cast<std::size_t>(std::max<std::int64_t>(0, value.integer()))};
    Shape shape;
    for (const PickleValue& extent : value.items()) {
        if (extent.integer() < 0 || shape.size() == kMostArrayDimensions) throw Error("An array has an impossible shape.");
        shape.push_back(static_cast<std::size_t>(extent.integer()));
    }
    return shape;
}

void swapBytes(std::vector<std::byte>& bytes, std::size_t unit) {
    for (std::size_t i = 0; i + unit <= bytes.size(); i += unit)
        std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i), bytes.begin() + static_cast<std::ptrdiff_t>(i + unit));
}

NdArray arrayOf(const Type& type, Shape shape, bool isFortranOrder, std::string_view data) {
    const std::size_t expected = checkedNumBytes(shape, type.itemSize);
    if (expected != data.size())
        throw Error("An array of " + std::to_string(expected) + " bytes has " + std::to_string(data.size()) + " bytes of data.");
    NdArray array;
    array.type = type.element;
    array.itemSize = type.itemSize;
    if (expected > 0)
        array.bytes = rowMajorBytes(std::as_bytes(std::span(data)), type.itemSize, shape,
                                    isFortranOrder ? fortranStrides(shape) : rowMajorStrides(shape), 0);
    array.shape = std::move(shape);
    if (type.isBigEndian) swapBytes(array.bytes, elementSize(type.element));
    return array;
}

/// `_reconstruct(ndarray, …)` with the attributes (version, shape, dtype, is_fortran, data).
NdArray reconstructed(const PickleValue& value) {
    const auto state = value.state().items();
    if (state.size() < 4) throw Error("An array is incomplete.");
    const std::size_t first = state.size() - 4;
    const Type type = typeFrom(state[first + 1]);  // says first if it holds objects
    return arrayOf(type, shapeFrom(state[first]), state[first + 2].integer() != 0, state[first + 3].text());
}

/// `_frombuffer(data, dtype, shape, order)` of protocol 5.
NdArray fromBuffer(const PickleValue& value) {
    const auto arguments = value.arguments().items();
    if (arguments.size() < 3) throw Error("An array is incomplete.");
    const bool isFortranOrder = arguments.size() > 3 && arguments[3].isText() && arguments[3].text() == "F";
    return arrayOf(typeFrom(arguments[1]), shapeFrom(arguments[2]), isFortranOrder, arguments[0].text());
}

NdArray scalar(const PickleValue& value) {
    const auto arguments = value.arguments().items();
    if (arguments.size() < 2) throw Error("A number is incomplete.");
    return arrayOf(typeFrom(arguments[0]), {}, false, arguments[1].text());
}

NdArray fromJoblib(const PickleValue& value) {
    const auto order = value.find("order");
    const bool isFortranOrder = order && order->isText() && order->text() == "F";
    return arrayOf(typeFrom(value.at("dtype")), shapeFrom(value.at("shape")), isFortranOrder, value.node()->text);
}

void gatherNumbers(const PickleValue& value, std::size_t dimension, Shape& shape, std::vector<double>& numbers) {
    if (!value.isSequence()) {
        if (dimension != shape.size()) throw Error("A list has rows of different depth.");
        numbers.push_back(value.number());
        return;
    }
    const auto items = value.items();
    if (dimension >= shape.size()) throw Error("A list has rows of different depth.");
    if (items.size() != shape[dimension]) throw Error("A list has rows of different length.");
    for (const PickleValue& item : items) gatherNumbers(item, dimension + 1, shape, numbers);
}

/// A list of numbers, or of lists of them. Lists may be shared, so the size is known only from the shape.
NdArray fromList(const PickleValue& value) {
    Shape shape;
    for (PickleValue inner = value; inner.isSequence(); inner = inner.items()[0]) {
        if (shape.size() == 8) throw Error("A list is nested too deeply.");
        shape.push_back(inner.items().size());
        if (inner.items().empty()) break;
    }
    if (checkedNumBytes(shape, sizeof(double)) > kLargestList) throw Error("A list is too long.");
    std::vector<double> numbers;
    gatherNumbers(value, 0, shape, numbers);
    return NdArray::from(numbers, shape);
}

/// Rows and columns of each value of a SciPy matrix.
struct SparseEntries {
    std::vector<std::int64_t> rows, columns;
    std::vector<double> values;
};

std::vector<std::int64_t> spread(const std::vector<std::int64_t>& begins, std::size_t numValues) {
    std::vector<std::int64_t> lines(numValues);
    for (std::size_t line = 0; line + 1 < begins.size(); ++line) {
        if (begins[line] < 0 || begins[line + 1] < begins[line] || static_cast<std::size_t>(begins[line + 1]) > numValues)
            throw Error("A sparse matrix has impossible line starts.");
        std::fill(lines.begin() + begins[line], lines.begin() + begins[line + 1], static_cast<std::int64_t>(line));
    }
    return lines;
}

SparseEntries entriesOf(const PickleValue& matrix, int depth) {
    const auto integers = [&](const char* key) { return arrayFrom(matrix.at(key), depth).as<std::int64_t>(); };
    SparseEntries entries;
    entries.values = arrayFrom(matrix.at("data"), depth).as<double>();
    const std::string_view name = matrix.className();
    if (name.find(" coo_") != std::string_view::npos) {
        if (const auto coordinates = matrix.find("coords"); coordinates && coordinates->items().size() == 2) {
            entries.rows = arrayFrom(coordinates->items()[0], depth).as<std::int64_t>();
            entries.columns = arrayFrom(coordinates->items()[1], depth).as<std::int64_t>();
        } else {
            entries.rows = integers("row");
            entries.columns = integers("col");
        }
    } else {
        const bool isByColumn = name.find(" csc_") != std::string_view::npos;
        (isByColumn ? entries.columns : entries.rows) = spread(integers("indptr"), entries.values.size());
        (isByColumn ? entries.rows : entries.columns) = integers("indices");
    }
    if (entries.rows.size() < entries.values.size() || entries.columns.size() < entries.values.size())
        throw Error("A sparse matrix has fewer places than values.");
    return entries;
}

NdArray dense(const PickleValue& matrix, int depth) {
    const Shape shape = shapeFrom(matrix.find("_shape") ? matrix.at("_shape") : matrix.at("shape"));
    if (shape.size() != 2 || checkedNumBytes(shape, sizeof(double)) > kLargestDense)
        throw Error("A sparse matrix has an absurd shape.");
    const SparseEntries entries = entriesOf(matrix, depth);
    std::vector<double> values(shape[0] * shape[1]);
    for (std::size_t i = 0; i < entries.values.size(); ++i) {
        const auto row = static_cast<std::size_t>(entries.rows[i]), column = static_cast<std::size_t>(entries.columns[i]);
        if (row >= shape[0] || column >= shape[1]) throw Error("A sparse matrix has a value outside of its shape.");
        values[row * shape[1] + column] += entries.values[i];
    }
    return NdArray::from(values, shape);
}

NdArray transposed(NdArray array, const std::optional<PickleValue>& axes) {
    Shape order(array.shape.size());
    std::iota(order.rbegin(), order.rend(), std::size_t{0});
    if (axes && !axes->isNone()) order = shapeFrom(*axes);
    Shape sorted = order, axesInOrder(array.shape.size()), shape;
    std::sort(sorted.begin(), sorted.end());
    std::iota(axesInOrder.begin(), axesInOrder.end(), std::size_t{0});
    if (sorted != axesInOrder) throw Error("A transposed array has impossible axes.");
    const Strides strides = rowMajorStrides(array.shape);
    Strides turned;
    for (const std::size_t axis : order) {
        shape.push_back(array.shape[axis]);
        turned.push_back(strides[axis]);
    }
    array.bytes = rowMajorBytes(array.bytes, array.itemSize, shape, turned, 0);
    array.shape = shape;
    return array;
}

NdArray reshaped(NdArray array, const PickleValue& wanted) {
    Shape shape;
    std::optional<std::size_t> open;
    std::size_t known = 1;
    const std::vector<PickleValue> extents =
        wanted.isSequence() ? std::vector<PickleValue>(wanted.items().begin(), wanted.items().end()) : std::vector<PickleValue>{wanted};
    for (const PickleValue& value : extents) {
        const std::vector<std::int64_t> numbers = arrayFrom(value, 0).as<std::int64_t>();
        const std::int64_t extent = numbers.size() == 1 ? numbers[0] : -2;
        if (extent == -1 && !open) open = shape.size();
        else if (extent < 0 || __builtin_mul_overflow(known, static_cast<std::size_t>(extent), &known)) throw Error("An array has an impossible new shape.");
        shape.push_back(extent == -1 ? 1 : static_cast<std::size_t>(extent));
    }
    const std::size_t count = array.size();
    if (open && known > 0) shape[*open] = count / known;
    if (checkedNumBytes(shape, 1) != count) throw Error("An array's new shape does not fit its size.");
    array.shape = std::move(shape);
    return array;
}

NdArray selected(const NdArray& source, const PickleValue& selection, int depth) {
    const NdArray places = arrayFrom(selection.at("idxs"), depth);
    NdArray result;
    result.type = source.type;
    result.itemSize = source.itemSize;
    result.shape = places.shape;
    const std::size_t count = source.size();
    for (const std::int64_t place : places.as<std::int64_t>()) {
        const std::int64_t index = place < 0 ? place + static_cast<std::int64_t>(count) : place;
        if (index < 0 || static_cast<std::size_t>(index) >= count) throw Error("A selection reaches outside of its array.");
        const auto begin = source.bytes.begin() + index * static_cast<std::int64_t>(source.itemSize);
        result.bytes.insert(result.bytes.end(), begin, begin + static_cast<std::ptrdiff_t>(source.itemSize));
    }
    const auto shape = selection.find("preferred_shape");
    return shape && !shape->isNone() ? reshaped(std::move(result), *shape) : result;
}

/// chumpy keeps a leaf's numbers in "x" and a reordering's input in "a".
NdArray fromChumpy(const PickleValue& value, int depth) {
    const std::string_view name = value.className();
    const std::string_view operation = name.substr(name.find(' ') + 1);
    const auto input = [&] { return arrayFrom(value.at("a"), depth); };
    if (operation == "transpose") return transposed(input(), value.find("axes"));
    if (operation == "Reshape" || operation == "reshape") return reshaped(input(), value.at("newshape"));
    if (operation == "Select") return selected(input(), value, depth);
    if (const auto x = value.find("x")) return arrayFrom(*x, depth);
    throw Error("An array was made by chumpy's \"" + std::string(operation) + "\", which is not worked out here.");
}

NdArray arrayFrom(const PickleValue& value, int depth) {
    if (++depth > kDeepestNesting) throw Error("An array is nested too deeply.");
    if (value.isNumber()) {
        if (value.kind() == PickleKind::Real) return NdArray::from(std::vector<double>{value.number()}, {});
        return NdArray::from(std::vector<std::int64_t>{value.integer()}, {});
    }
    if (value.isText()) return NdArray::fromText(std::string(value.text()));
    if (value.isSequence()) return fromList(value);
    const std::string_view name = value.kind() == PickleKind::Object ? value.className() : std::string_view();
    if (name.ends_with(" _reconstruct")) return reconstructed(value);
    if (name.ends_with(" _frombuffer")) return fromBuffer(value);
    if (name.ends_with(".multiarray scalar")) return scalar(value);
    if (name == "joblib.numpy_pickle NumpyArrayWrapper") return fromJoblib(value);
    if (name.starts_with("scipy.sparse.")) return dense(value, depth);
    if (name.starts_with("chumpy")) return fromChumpy(value, depth);
    throw Error(value.description() + " was found where an array was expected.");
}

}  // namespace

NdArray ndArrayFrom(const PickleValue& value) { return arrayFrom(value, 0); }

bool looksLikeArray(const PickleValue& whole) {
    PickleValue value = whole;
    for (int depth = 0; value.isSequence() && !value.items().empty(); value = value.items()[0])
        if (++depth > kDeepestNesting) return false;  // a list may hold itself
    if (value.isNumber()) return true;
    if (value.kind() != PickleKind::Object) return false;
    const std::string_view name = value.className();
    return name.ends_with(" _reconstruct") || name.ends_with(" _frombuffer") || name.ends_with(".multiarray scalar") ||
           name == "joblib.numpy_pickle NumpyArrayWrapper" || name.starts_with("scipy.sparse.") || name.starts_with("chumpy");
}

JoblibArray joblibArray(const PickleValue& wrapper) {
    const Type type = typeFrom(wrapper.at("dtype"));
    const auto alignment = wrapper.find("numpy_array_alignment_bytes");
    return {checkedNumBytes(shapeFrom(wrapper.at("shape")), type.itemSize), alignment && !alignment->isNone()};
}

}  // namespace hmr
