// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>

#include "body/error.h"
#include "formats/atomic_file.h"
#include "formats/npy_stream.h"
#include "formats/npz.h"
#include "formats/strided_copy.h"

namespace hmr {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kLargestHeader = 1 << 20;
constexpr std::size_t kMostDimensions = 32;

struct Layout {
    std::string code;  ///< NumPy's name of the element type; empty for records
    ElementType type = ElementType::Float32;
    std::size_t itemSize = 0;
    bool isFortranOrder = false;
    std::vector<std::size_t> shape;
};

[[noreturn]] void fail(const std::string& name, const std::string& what) {
    throw Error("Cannot read " + name + ": " + what + " Save it again with numpy.save or numpy.savez.");
}

/// Reads the Python dictionary of a header: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
class HeaderParser {
public:
    HeaderParser(std::string_view text, const std::string& name) : text_(text), name_(name) {}

    Layout parse() {
        Layout layout;
        bool hasType = false, hasOrder = false, hasShape = false;
        expect('{');
        while (!accept('}')) {
            const std::string_view key = quoted();
            expect(':');
            if (key == "descr") {
                layout.code = elementCode();
                hasType = true;
            } else if (key == "fortran_order") {
                layout.isFortranOrder = boolean();
                hasOrder = true;
            } else if (key == "shape") {
                layout.shape = shape();
                hasShape = true;
            } else {
                fail(name_, "its header has an unknown entry \"" + std::string(key) + "\".");
            }
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        skipSpace();
        if (!text_.empty() || !hasType || !hasOrder || !hasShape) malformed();
        return layout;
    }

private:
    [[noreturn]] void malformed() const { fail(name_, "its header is not one that NumPy writes."); }

    void skipSpace() {
        while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\n' || text_[0] == '\t')) text_.remove_prefix(1);
    }
    bool accept(char wanted) {
        skipSpace();
        if (text_.empty() || text_[0] != wanted) return false;
        text_.remove_prefix(1);
        return true;
    }
    void expect(char wanted) {
        if (!accept(wanted)) malformed();
    }
    std::string_view quoted() {
        skipSpace();
        if (text_.empty() || (text_[0] != '\'' && text_[0] != '"')) malformed();
        const std::size_t end = text_.find(text_[0], 1);
        if (end == std::string_view::npos) malformed();
        const std::string_view inside = text_.substr(1, end - 1);
        text_.remove_prefix(end + 1);
        return inside;
    }
    bool boolean() {
        skipSpace();
        for (const auto& [word, value] : {std::pair{std::string_view("True"), true}, {std::string_view("False"), false}})
            if (text_.starts_with(word)) {
                text_.remove_prefix(word.size());
                return value;
            }
        malformed();
    }
    std::vector<std::size_t> shape() {
        std::vector<std::size_t> extents;
        expect('(');
        while (!accept(')')) {
            skipSpace();
            std::size_t extent = 0;
            const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), extent);
            if (error != std::errc() || extents.size() == kMostDimensions) malformed();
            text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
            accept('L');  // Python 2 wrote long integers so
            extents.push_back(extent);
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
        return extents;
    }
    std::string elementCode() {
        skipSpace();
        if (text_.empty() || text_[0] != '[') return std::string(quoted());
        int depth = 0;  // a list of fields, which may hold lists
        do {
            if (text_.empty()) malformed();
            depth += text_[0] == '[' ? 1 : text_[0] == ']' ? -1 : 0;
            text_.remove_prefix(1);
        } while (depth > 0);
        return {};
    }
    std::string_view text_;
    const std::string& name_;
};

/// Sets type and size of the elements, or says why they are not read.
std::optional<std::string> resolveType(Layout& layout) {
    const std::string_view code = layout.code;
    if (code.empty()) return "it is a table of records; a plain array was expected.";
    if (code.find('O') != std::string_view::npos) return "it holds Python objects, which are never executed here; numbers or text were expected.";
    if (code[0] == '>') return "its numbers are big-endian (" + layout.code + "); little-endian was expected.";
    std::size_t count = 0;
    const auto [end, error] = std::from_chars(code.data() + std::min<std::size_t>(2, code.size()), code.data() + code.size(), count);
    const std::optional<ElementType> type = code.size() > 2 ? elementTypeOfNumpy(code[1], count) : std::nullopt;
    constexpr std::size_t kLargest = std::numeric_limits<std::uint32_t>::max();
    if (error != std::errc() || end != code.data() + code.size() || !type || count == 0 || count > kLargest || (code[0] != '<' && code[0] != '|'))
        return "its element type \"" + layout.code + "\" is not read here; float, int, bool or text was expected.";
    layout.type = *type;
    layout.itemSize = *type == ElementType::Text ? 4 * count : count;
    return std::nullopt;
}

/// Elements times their size, or nothing when that overflows.
std::optional<std::size_t> numBytes(const Layout& layout) {
    std::size_t total = layout.itemSize;
    for (const std::size_t extent : layout.shape)
        if (__builtin_mul_overflow(total, extent, &total)) return std::nullopt;
    return total;
}

std::string typeCode(const NdArray& array) {
    using enum ElementType;
    switch (array.type) {
        case Float16: return "<f2";
        case Float32: return "<f4";
        case Float64: return "<f8";
        case Int8: return "|i1";
        case UInt8: return "|u1";
        case Int16: return "<i2";
        case UInt16: return "<u2";
        case Int32: return "<i4";
        case UInt32: return "<u4";
        case Int64: return "<i8";
        case UInt64: return "<u8";
        case Bool: return "|b1";
        case Text: return "<U" + std::to_string(array.itemSize / 4);
        case Bytes: return "|S" + std::to_string(array.itemSize);
    }
    return {};
}

}  // namespace

std::optional<ElementType> elementTypeOfNumpy(char kind, std::size_t bytes) {
    using enum ElementType;
    if (kind == 'U') return Text;
    if (kind == 'S') return Bytes;
    if (kind == 'b' && bytes == 1) return Bool;
    const auto bySize = [&](std::optional<ElementType> one, ElementType two, ElementType four,
                            ElementType eight) -> std::optional<ElementType> {
        switch (bytes) {
            case 1: return one;
            case 2: return two;
            case 4: return four;
            case 8: return eight;
            default: return std::nullopt;
        }
    };
    if (kind == 'f') return bySize(std::nullopt, Float16, Float32, Float64);
    if (kind == 'i') return bySize(Int8, Int16, Int32, Int64);
    if (kind == 'u') return bySize(UInt8, UInt16, UInt32, UInt64);
    return std::nullopt;
}

namespace {

/// Takes a .npy off its source: at first what describes it, then its bytes.
class NpyReader {
public:
    NpyReader(const ByteSource& source, std::size_t totalSize, const std::string& name)
        : source_(source), totalSize_(totalSize), name_(name) {}

    Layout layout() {
        if (totalSize_ < 10) fail(name_, "it is too short for a NumPy array.");
        std::array<unsigned char, 12> start{};
        take(reinterpret_cast<std::byte*>(start.data()), 10);
        if (std::memcmp(start.data(), kMagic.data(), kMagic.size()) != 0) fail(name_, "it is no NumPy array (.npy).");
        const int version = start[6];
        if (version < 1 || version > 3) fail(name_, "its .npy version " + std::to_string(version) + " is unknown; 1 to 3 were expected.");
        std::size_t headerSize = start[8] | start[9] << 8;
        if (version > 1) {
            if (totalSize_ < 12) fail(name_, "it is too short for a NumPy array.");
            take(reinterpret_cast<std::byte*>(start.data()) + 10, 2);
            headerSize |= std::size_t{start[10]} << 16 | std::size_t{start[11]} << 24;
        }
        if (headerSize > kLargestHeader || headerSize > left()) fail(name_, "its header is longer than the file.");
        std::string header(headerSize, '\0');
        take(reinterpret_cast<std::byte*>(header.data()), headerSize);
        return HeaderParser(header, name_).parse();
    }
    /// Throws when the array that follows is of another size than its layout says.
    void expectSize(const Layout& layout) const {
        const std::optional<std::size_t> declared = numBytes(layout);
        if (!declared || *declared != left())
            fail(name_, "its header promises " + (declared ? std::to_string(*declared) : std::string("far too many")) +
                            " bytes of data, but " + std::to_string(left()) + " are there.");
    }
    void take(std::byte* target, std::size_t size) {
        for (std::size_t used = 0; used < size;) {
            const std::size_t got = source_(target + used, size - used);
            if (got == 0) fail(name_, "the file ends too early (" + std::to_string(position_) + " of " + std::to_string(totalSize_) + " bytes).");
            used += got;
            position_ += got;
        }
    }
    std::size_t left() const { return totalSize_ - position_; }

private:
    const ByteSource& source_;
    std::size_t totalSize_, position_ = 0;
    const std::string& name_;
};

}  // namespace

NpyHeader readNpyHeader(const ByteSource& source, std::size_t totalSize, const std::string& name) {
    NpyReader reader(source, totalSize, name);
    Layout layout = reader.layout();
    if (resolveType(layout)) return {std::nullopt, std::move(layout.shape)};
    reader.expectSize(layout);
    return {layout.type, std::move(layout.shape)};
}

NdArray readNpyStream(const ByteSource& source, std::size_t totalSize, const std::string& name) {
    NpyReader reader(source, totalSize, name);
    Layout layout = reader.layout();
    if (const auto reason = resolveType(layout)) fail(name, *reason);
    reader.expectSize(layout);
    NdArray array;
    array.type = layout.type;
    array.itemSize = layout.itemSize;
    array.bytes.resize(reader.left());
    reader.take(array.bytes.data(), array.bytes.size());
    if (layout.isFortranOrder && layout.shape.size() > 1 && !array.bytes.empty())
        array.bytes = rowMajorBytes(array.bytes, layout.itemSize, layout.shape, fortranStrides(layout.shape), 0);
    array.shape = std::move(layout.shape);
    return array;
}

NdArray parseNpy(std::string_view bytes, const std::string& nameForErrors) {
    const std::size_t totalSize = bytes.size();
    const ByteSource source = [&](std::byte* target, std::size_t size) {
        const std::size_t taken = std::min(size, bytes.size());
        std::memcpy(target, bytes.data(), taken);
        bytes.remove_prefix(taken);
        return taken;
    };
    return readNpyStream(source, totalSize, nameForErrors);
}

NdArray readNpy(const std::filesystem::path& file) { return parseNpy(readWholeFile(file), file.string()); }

std::string npyBytes(const NdArray& array) {
    std::string header = "{'descr': '" + typeCode(array) + "', 'fortran_order': False, 'shape': (";
    for (std::size_t d = 0; d < array.shape.size(); ++d) {
        if (d > 0) header += ", ";
        header += std::to_string(array.shape[d]);
    }
    if (array.shape.size() == 1) header += ',';
    header += "), }";

    const bool isLong = header.size() + 64 > 0xffff;
    const std::size_t lengthBytes = isLong ? 4 : 2, prefix = 8 + lengthBytes;
    header.append(63 - (prefix + header.size()) % 64, ' ');  // the data start at a multiple of 64 bytes
    header += '\n';
    std::string bytes(kMagic);
    bytes += isLong ? '\2' : '\1';
    bytes += '\0';
    for (std::size_t i = 0; i < lengthBytes; ++i) bytes += static_cast<char>(header.size() >> (8 * i) & 0xff);
    bytes += header;
    bytes.append(reinterpret_cast<const char*>(array.bytes.data()), array.bytes.size());
    return bytes;
}

void writeNpy(const std::filesystem::path& file, const NdArray& array) { writeWholeFile(file, npyBytes(array)); }

}  // namespace hmr
