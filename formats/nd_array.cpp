// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "body/error.h"
#include "formats/npz.h"

namespace hmr {
namespace {

template <typename T>
constexpr ElementType elementTypeOf() {
    using enum ElementType;
    if constexpr (std::is_same_v<T, float>) return Float32;
    else if constexpr (std::is_same_v<T, double>) return Float64;
    else if constexpr (std::is_same_v<T, std::int8_t>) return Int8;
    else if constexpr (std::is_same_v<T, std::uint8_t>) return UInt8;
    else if constexpr (std::is_same_v<T, std::int16_t>) return Int16;
    else if constexpr (std::is_same_v<T, std::uint16_t>) return UInt16;
    else if constexpr (std::is_same_v<T, std::int32_t>) return Int32;
    else if constexpr (std::is_same_v<T, std::uint32_t>) return UInt32;
    else if constexpr (std::is_same_v<T, std::int64_t>) return Int64;
    else return UInt64;
}

/// Calls visit with a value of the C++ type that the element type is stored as.
template <typename Visit>
void visitType(ElementType type, Visit visit) {
    using enum ElementType;
    switch (type) {
        case Float32: return visit(float{});
        case Float64: return visit(double{});
        case Int8: return visit(std::int8_t{});
        case UInt8:
        case Bool: return visit(std::uint8_t{});
        case Int16: return visit(std::int16_t{});
        case UInt16: return visit(std::uint16_t{});
        case Int32: return visit(std::int32_t{});
        case UInt32: return visit(std::uint32_t{});
        case Int64: return visit(std::int64_t{});
        case UInt64: return visit(std::uint64_t{});
        case Float16:
        case Text:
        case Bytes: break;
    }
    throw Error("Text was found where numbers were expected.");
}

template <typename To, typename From>
To converted(From value) {
    if constexpr (std::is_floating_point_v<To>) {
        return static_cast<To>(value);
    } else {
        bool fits;
        if constexpr (std::is_floating_point_v<From>) {
            // Both ends are powers of two and so exact; NaN fails both comparisons.
            fits = value >= static_cast<From>(std::numeric_limits<To>::min()) &&
                   value < std::ldexp(From{1}, std::numeric_limits<To>::digits) && value == std::trunc(value);
        } else {
            fits = std::in_range<To>(value);
        }
        if (!fits) throw Error("The number " + std::to_string(value) + " was found where a whole number of a smaller range was expected.");
        return static_cast<To>(value);
    }
}

void appendUtf8(std::string& text, std::uint32_t code) {
    const bool isValid = code < 0x110000 && (code < 0xd800 || code > 0xdfff);
    if (!isValid) code = 0xfffd;
    if (code < 0x80) {
        text += static_cast<char>(code);
        return;
    }
    const int numFollowing = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static constexpr std::array<unsigned, 4> kLead = {0, 0xc0, 0xe0, 0xf0};
    text += static_cast<char>(kLead[numFollowing] | code >> (6 * numFollowing));
    for (int i = numFollowing - 1; i >= 0; --i) text += static_cast<char>(0x80 | (code >> (6 * i) & 0x3f));
}

/// Code points of UTF-8 text; U+FFFD for every byte that is no part of a character.
std::u32string codePoints(const std::string& utf8) {
    std::u32string codes;
    for (std::size_t i = 0; i < utf8.size();) {
        const auto lead = static_cast<unsigned char>(utf8[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 0;
        char32_t code = length == 1 ? lead : length == 2 ? lead & 0x1f : length == 3 ? lead & 0xf : lead & 0x7;
        bool isWhole = length > 0 && i + length <= utf8.size();
        for (std::size_t k = 1; isWhole && k < length; ++k) {
            const auto next = static_cast<unsigned char>(utf8[i + k]);
            isWhole = (next & 0xc0) == 0x80;
            code = code << 6 | (next & 0x3f);
        }
        codes += isWhole ? code : U'\ufffd';
        i += isWhole ? length : 1;
    }
    return codes;
}

}  // namespace

std::size_t elementSize(ElementType type) {
    using enum ElementType;
    switch (type) {
        case Int8:
        case UInt8:
        case Bool:
        case Bytes: return 1;
        case Float16:
        case Int16:
        case UInt16: return 2;
        case Float32:
        case Int32:
        case UInt32:
        case Text: return 4;
        case Float64:
        case Int64:
        case UInt64: return 8;
    }
    return 1;
}

std::size_t NdArray::size() const {
    std::size_t product = 1;
    for (const std::size_t extent : shape) product *= extent;
    return product;
}

template <typename T>
std::vector<T> NdArray::as() const {
    std::vector<T> values(size());
    if (type == ElementType::Float16) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            std::uint16_t half;
            std::memcpy(&half, &bytes[2 * i], 2);
            values[i] = converted<T>(floatFromHalf(half));
        }
        return values;
    }
    visitType(type, [&](auto stored) {
        using From = decltype(stored);
        if constexpr (std::is_same_v<T, From>) {
            if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
        } else {
            for (std::size_t i = 0; i < values.size(); ++i) {
                std::memcpy(&stored, &bytes[sizeof(From) * i], sizeof(From));
                values[i] = converted<T>(stored);
            }
        }
    });
    return values;
}

template <typename T>
NdArray NdArray::from(const std::vector<T>& values, std::vector<std::size_t> shape) {
    NdArray array;
    array.type = elementTypeOf<T>();
    array.itemSize = sizeof(T);
    array.shape = std::move(shape);
    assert(array.size() == values.size());
    array.bytes.resize(values.size() * sizeof(T));
    if (!values.empty()) std::memcpy(array.bytes.data(), values.data(), array.bytes.size());
    return array;
}

template std::vector<float> NdArray::as<float>() const;
template std::vector<double> NdArray::as<double>() const;
template std::vector<std::int8_t> NdArray::as<std::int8_t>() const;
template std::vector<std::uint8_t> NdArray::as<std::uint8_t>() const;
template std::vector<std::int16_t> NdArray::as<std::int16_t>() const;
template std::vector<std::uint16_t> NdArray::as<std::uint16_t>() const;
template std::vector<std::int32_t> NdArray::as<std::int32_t>() const;
template std::vector<std::uint32_t> NdArray::as<std::uint32_t>() const;
template std::vector<std::int64_t> NdArray::as<std::int64_t>() const;
template std::vector<std::uint64_t> NdArray::as<std::uint64_t>() const;
template NdArray NdArray::from(const std::vector<float>&, std::vector<std::size_t>);
template NdArray NdArray::from(const std::vector<double>&, std::vector<std::size_t>);
template NdArray NdArray::from(const std::vector<std::int8_t>&, std::vector<std::size_t>);
template NdArray NdArray::from(const std::vector<std::uint8_t>&, std::vector<std::size_t>);
template NdArray NdArray::from(const std::vector<std::int16_t>&, std::vector<std::size_t>);
template NdArray NdArray::from(const std::vector<std::uint16_t>&, std::vector<std::size_t>);
template NdArray NdArray::from(const std::vector<std::int32_t>&, std::vector<std::size_t>);
template NdArray NdArray::from(const std::vector<std::uint32_t>&, std::vector<std::size_t>);
template NdArray NdArray::from(const std::vector<std::int64_t>&, std::vector<std::size_t>);
template NdArray NdArray::from(const std::vector<std::uint64_t>&, std::vector<std::size_t>);

std::vector<std::string> NdArray::texts() const {
    if (type != ElementType::Text && type != ElementType::Bytes)
        throw Error("Numbers were found where text was expected.");
    std::vector<std::string> all(size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::byte* item = bytes.data() + i * itemSize;
        if (type == ElementType::Bytes) {
            all[i].assign(reinterpret_cast<const char*>(item), itemSize);
        } else {
            for (std::size_t k = 0; k < itemSize; k += 4) {
                std::uint32_t code;
                std::memcpy(&code, item + k, 4);
                appendUtf8(all[i], code);
            }
        }
        all[i].erase(all[i].find_last_not_of('\0') + 1);  // NumPy pads with zeros
    }
    return all;
}

std::string NdArray::text() const {
    if (size() != 1) throw Error(std::to_string(size()) + " elements were found where one text was expected.");
    return texts().front();
}

NdArray NdArray::fromTexts(const std::vector<std::string>& utf8) {
    std::vector<std::u32string> codes;
    std::size_t longest = 1;
    for (const std::string& text : utf8) {
        codes.push_back(codePoints(text));
        longest = std::max(longest, codes.back().size());
    }
    NdArray array;
    array.type = ElementType::Text;
    array.itemSize = 4 * longest;
    array.shape = {utf8.size()};
    array.bytes.resize(array.itemSize * utf8.size());
    for (std::size_t i = 0; i < codes.size(); ++i)
        if (!codes[i].empty()) std::memcpy(&array.bytes[i * array.itemSize], codes[i].data(), 4 * codes[i].size());
    return array;
}

NdArray NdArray::fromText(const std::string& utf8) {
    NdArray array = fromTexts({utf8});
    array.shape.clear();
    return array;
}

NdArray NdArray::halfFrom(const std::vector<float>& values, std::vector<std::size_t> shape) {
    std::vector<std::uint16_t> halves(values.size());
    std::transform(values.begin(), values.end(), halves.begin(), halfFromFloat);
    NdArray array = from(halves, std::move(shape));
    array.type = ElementType::Float16;
    return array;
}

std::uint16_t halfFromFloat(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000);
    const std::uint32_t magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) return sign | 0x7e00 | static_cast<std::uint16_t>(magnitude >> 13 & 0x3ff);  // NaN
    if (magnitude >= 0x47800000) return sign | 0x7c00;                                                      // 65536 and more
    if (magnitude < 0x38800000) {
        // Below 2^-14: adding 0.5 puts the last place of a float at 2^-24, the step of subnormal halves.
        const float shifted = std::bit_cast<float>(magnitude) + 0.5F;
        return sign | static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(shifted) - 0x3f000000);
    }
    const std::uint32_t rounded = magnitude + 0xfff + (magnitude >> 13 & 1);  // to nearest, ties to even
    return sign | static_cast<std::uint16_t>((rounded - 0x38000000) >> 13);
}

float floatFromHalf(std::uint16_t half) {
    const std::uint32_t sign = std::uint32_t{half} << 16 & 0x80000000;
    const std::uint32_t exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
    if (exponent == 0) return std::copysign(std::ldexp(static_cast<float>(fraction), -24), std::bit_cast<float>(sign));
    const std::uint32_t widened = exponent == 31 ? 0x7f800000 : (exponent + 112) << 23;
    return std::bit_cast<float>(sign | widened | fraction << 13);
}

}  // namespace hmr
