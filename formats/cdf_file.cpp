// SPDX-License-Identifier: MIT
#include "formats/cdf_file.h"

#include <zlib.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

#include "body/error.h"
#include "formats/atomic_file.h"

namespace hmr {
namespace {

enum RecordType : std::uint32_t { kRVariable = 3, kIndex = 6, kValues = 7, kZVariable = 8, kCompressedFile = 10, kCompressedValues = 13 };
constexpr std::size_t kMostCdfBytes = std::size_t{1} << 31, kMostRecords = 100'000;
constexpr std::uint32_t kMagicCompressed = 0xCCCC0001u;
constexpr int kDeepestIndex = 16;

/// The bytes of gzip data, at most so many.
std::string inflated(const std::string& packed, std::size_t most, const std::string& where) {
    z_stream stream{};
    if (inflateInit2(&stream, 15 + 16) != Z_OK) throw Error(where + ": zlib cannot start");
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    std::string out;
    char chunk[1 << 16];
    int status = Z_OK;
    while (status == Z_OK && out.size() <= most) {
        stream.next_out = reinterpret_cast<Bytef*>(chunk);
        stream.avail_out = sizeof chunk;
        status = inflate(&stream, Z_NO_FLUSH);
        out.append(chunk, sizeof chunk - stream.avail_out);
    }
    inflateEnd(&stream);
    if (status != Z_STREAM_END || out.size() > most) throw Error(where + ": compressed data is damaged");
    return out;
}

/// The layout of a numeric type: bytes and kind.
struct Element {
    std::size_t size;
    enum { Signed, Unsigned, Real } kind;
};

std::optional<Element> elementOf(std::uint32_t type) {
    switch (type) {
        case 1: case 41: return Element{1, Element::Signed};
        case 2: return Element{2, Element::Signed};
        case 4: return Element{4, Element::Signed};
        case 8: return Element{8, Element::Signed};
        case 11: return Element{1, Element::Unsigned};
        case 12: return Element{2, Element::Unsigned};
        case 14: return Element{4, Element::Unsigned};
        case 21: case 44: return Element{4, Element::Real};
        case 22: case 31: case 45: return Element{8, Element::Real};
        default: return std::nullopt;
    }
}

class CdfReader {
public:
    explicit CdfReader(const std::filesystem::path& file) : where_(file.string()), bytes_(readWholeFile(file, kMostCdfBytes)) {
        const std::uint32_t magic = static_cast<std::uint32_t>(bigEndian(0, 4));
        isVersion3_ = magic >> 20 == 0xCDF && (magic >> 16 & 0xF) == 3;
        if (magic >> 20 != 0xCDF) throw Error(where_ + ": not a CDF file of version 2.6 or newer");
        if (bigEndian(4, 4) == kMagicCompressed) uncompressWhole();
    }

    CdfVariable read(const std::string& name) {
        const std::size_t cdr = 8;
        const std::size_t gdr = offset(cdr + word() + 4);
        const std::uint32_t encoding = u32(cdr + 2 * word() + 12), flags = u32(cdr + 2 * word() + 16);
        isLittle_ = encoding == 4 || encoding == 6 || encoding == 13 || encoding == 16;
        const bool isBig = encoding == 1 || encoding == 2 || encoding == 5 || encoding == 7 || encoding == 9 || encoding == 11 || encoding == 12;
        if (!isLittle_ && !isBig) fail("numbers in encoding " + std::to_string(encoding) + " are not read");
        const bool isRowMajor = flags & 1;
        // The z variables carry their own dimensions, the r variables share those of the global record.
        for (const bool isZ : {true, false}) {
            std::size_t at = offset(gdr + word() + 4 + (isZ ? word() : 0));
            const std::uint32_t count = u32(gdr + 5 * word() + (isZ ? 20 : 4));
            for (std::uint32_t i = 0; i < count && i < kMostRecords; ++i) {
                if (nameAt(at) == name) return variableAt(at, gdr, isZ, isRowMajor);
                at = offset(at + word() + 4);
            }
        }
        fail("it holds no variable \"" + name + "\"");
    }

private:
    [[noreturn]] void fail(const std::string& what) const { throw Error(where_ + ": " + what); }

    std::size_t word() const { return isVersion3_ ? 8 : 4; }  ///< bytes of an offset

    std::uint64_t bigEndian(std::size_t at, std::size_t count) const {
        if (at > bytes_.size() || count > bytes_.size() - at) fail("the file is cut off or damaged at byte " + std::to_string(at));
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < count; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes_[at + i]);
        return value;
    }
    std::uint32_t u32(std::size_t at) const { return static_cast<std::uint32_t>(bigEndian(at, 4)); }
    std::size_t offset(std::size_t at) const { return bigEndian(at, word()); }

    std::string slice(std::size_t at, std::size_t count) const {
        if (at > bytes_.size() || count > bytes_.size() - at) fail("the file is cut off or damaged at byte " + std::to_string(at));
        return bytes_.substr(at, count);
    }

    void uncompressWhole() {
        const std::size_t ccr = 8, header = word() + 4 + 2 * word() + 4, size = offset(ccr);
        if (u32(ccr + word()) != kCompressedFile || size < header) fail("its compression record is damaged");
        const std::size_t cpr = offset(ccr + word() + 4);
        if (u32(cpr + word() + 4) != 5) fail("its compression is not gzip");
        bytes_ = bytes_.substr(0, 4) + std::string("\0\0\xFF\xFF", 4) + inflated(slice(ccr + header, size - header), kMostCdfBytes, where_);
    }

    /// Offset of what follows the fixed numbers of a variable record: the name.
    std::size_t nameOffset(std::size_t at) const { return at + word() + 4 + word() + 8 + 2 * word() + 28 + word() + 4; }
    std::size_t nameSize() const { return isVersion3_ ? 256 : 64; }

    std::string nameAt(std::size_t at) const {
        const std::string padded = slice(nameOffset(at), nameSize());
        return padded.substr(0, padded.find('\0'));
    }

    CdfVariable variableAt(std::size_t at, std::size_t gdr, bool isZ, bool isRowMajor) {
        const std::size_t numbers = at + word() + 4 + word();
        const auto element = elementOf(u32(numbers));
        const auto lastRecord = static_cast<std::int32_t>(u32(numbers + 4));
        if (!element || u32(numbers + 8 + 2 * word() + 20) != 1) fail("the variable holds no numbers");
        if (lastRecord < -1) fail("the variable's record count is damaged");
        std::vector<std::size_t> dimensions = isZ ? dimensionsAt(nameOffset(at) + nameSize() + 4, u32(nameOffset(at) + nameSize()), true)
                                                  : dimensionsAt(gdr + 6 * word() + 36, u32(gdr + 5 * word() + 16), false);
        std::size_t perRecord = 1;
        for (const std::size_t side : dimensions)
            if (side == 0 || (perRecord *= side) > kMostCdfBytes / 8) fail("the variable's dimensions are damaged");
        const std::size_t numRecords = static_cast<std::size_t>(lastRecord + 1), recordBytes = perRecord * element->size;
        if (numRecords > kMostCdfBytes / recordBytes) fail("the variable is too large");
        std::string raw;
        for (std::size_t index = offset(numbers + 8); index != 0;) index = readIndex(index, numRecords, recordBytes, raw, 0);
        CdfVariable variable;
        variable.shape = {raw.size() / recordBytes};
        variable.shape.insert(variable.shape.end(), dimensions.begin(), dimensions.end());
        variable.numbers = numbersOf(raw, *element);
        if (!isRowMajor) turnToRowMajor(variable, dimensions, perRecord);
        return variable;
    }

    /// Dimension sizes; those that do not vary have size 1 in the file's records.
    std::vector<std::size_t> dimensionsAt(std::size_t at, std::size_t count, bool hasVariances) const {
        if (count > 16) fail("the variable has too many dimensions");
        std::vector<std::size_t> dimensions;
        for (std::size_t i = 0; i < count; ++i) {
            const bool varies = !hasVariances || u32(at + 4 * (count + i)) != 0;
            dimensions.push_back(varies ? u32(at + 4 * i) : 1);
        }
        return dimensions;
    }

    /// Appends the values that an index record leads to; returns the next index record.
    std::size_t readIndex(std::size_t at, std::size_t numRecords, std::size_t recordBytes, std::string& raw, int depth) {
        if (u32(at + word()) != kIndex || depth > kDeepestIndex || ++numIndexRecords_ > kMostRecords) fail("its index is damaged");
        const std::size_t fields = at + 2 * word() + 4, numEntries = u32(fields), numUsed = u32(fields + 4);
        if (numUsed > numEntries || numEntries > kMostRecords) fail("its index is damaged");
        for (std::size_t i = 0; i < numUsed; ++i) {
            const std::size_t first = u32(fields + 8 + 4 * i), last = u32(fields + 8 + 4 * (numEntries + i));
            const std::size_t target = offset(fields + 8 + 8 * numEntries + word() * i);
            if (first > last) fail("its index is damaged");
            if (first >= numRecords) continue;  // room for records that were never written
            if (first != raw.size() / recordBytes) fail("sparse records are not read");
            const std::size_t wanted = (std::min(last + 1, numRecords) - first) * recordBytes;
            if (const std::uint32_t type = u32(target + word()); type == kValues) raw += slice(target + word() + 4, wanted);
            else if (type == kCompressedValues) raw += inflated(slice(target + 2 * word() + 8, offset(target + word() + 8)), kMostCdfBytes, where_).substr(0, wanted);
            else for (std::size_t inner = target; inner != 0;) inner = readIndex(inner, numRecords, recordBytes, raw, depth + 1);
            if (raw.size() % recordBytes != 0) fail("its records are cut off");
        }
        return offset(at + word() + 4);
    }

    std::vector<double> numbersOf(const std::string& raw, const Element& element) const {
        std::vector<double> numbers;
        numbers.reserve(raw.size() / element.size);
        for (std::size_t at = 0; at + element.size <= raw.size(); at += element.size) {
            std::uint64_t bits = 0;
            for (std::size_t i = 0; i < element.size; ++i)
                bits = bits << 8 | static_cast<std::uint8_t>(raw[at + (isLittle_ ? element.size - 1 - i : i)]);
            if (element.kind == Element::Real) numbers.push_back(element.size == 4 ? std::bit_cast<float>(static_cast<std::uint32_t>(bits)) : std::bit_cast<double>(bits));
            else if (element.kind == Element::Unsigned) numbers.push_back(static_cast<double>(bits));
            else numbers.push_back(static_cast<double>(static_cast<std::int64_t>(bits << (64 - 8 * element.size)) >> (64 - 8 * element.size)));
        }
        return numbers;
    }

    static void turnToRowMajor(CdfVariable& variable, const std::vector<std::size_t>& dimensions, std::size_t perRecord) {
        std::vector<double> turned(variable.numbers.size());
        for (std::size_t i = 0; i < turned.size(); ++i) {
            std::size_t rest = i % perRecord, source = 0;  // the row-major index taken apart from its fastest end
            std::vector<std::size_t> place(dimensions.size());
            for (std::size_t d = dimensions.size(); d-- > 0; rest /= dimensions[d]) place[d] = rest % dimensions[d];
            for (std::size_t d = dimensions.size(); d-- > 0;) source = source * dimensions[d] + place[d];
            turned[i] = variable.numbers[i - i % perRecord + source];
        }
        variable.numbers = std::move(turned);
    }

    std::string where_, bytes_;
    bool isVersion3_ = true, isLittle_ = true;
    std::size_t numIndexRecords_ = 0;
};

}  // namespace

CdfVariable readCdfVariable(const std::filesystem::path& file, const std::string& name) { return CdfReader(file).read(name); }

}  // namespace hmr
