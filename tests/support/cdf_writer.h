// SPDX-License-Identifier: MIT
#pragma once
#include <zlib.h>

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

namespace hmr::test {

/// How writeCdf lays a file out.
struct CdfLayout {
    int version = 3;               ///< 2 (2.7, offsets of 4 bytes) or 3
    bool isBigEndian = false, isColumnMajor = false;
    bool compressesValues = false, compressesFile = false;
    bool isFloat = false;          ///< CDF_FLOAT in place of CDF_DOUBLE
};

/// The bytes of a CDF with one z variable of these dimensions a record, as many records as the numbers fill.
class CdfWriter {
public:
    static std::string file(const std::string& name, const std::vector<std::size_t>& dimensions, const std::vector<double>& numbers, CdfLayout layout = {}) {
        return CdfWriter(layout).write(name, dimensions, numbers);
    }

private:
    explicit CdfWriter(CdfLayout layout) : layout_(layout) {}

    std::size_t word() const { return layout_.version == 3 ? 8 : 4; }
    void put(std::uint64_t value, std::size_t count) {
        for (std::size_t i = count; i-- > 0;) bytes_.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
    }
    void u32(std::uint64_t value) { put(value, 4); }
    void offset(std::uint64_t value) { put(value, word()); }
    void padded(const std::string& text, std::size_t count) { bytes_ += text + std::string(count - text.size(), '\0'); }

    static std::string gzip(const std::string& bytes) {
        z_stream stream{};
        deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
        std::string packed(deflateBound(&stream, bytes.size()), '\0');
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data())), stream.avail_in = static_cast<uInt>(bytes.size());
        stream.next_out = reinterpret_cast<Bytef*>(packed.data()), stream.avail_out = static_cast<uInt>(packed.size());
        deflate(&stream, Z_FINISH);
        packed.resize(stream.total_out);
        deflateEnd(&stream);
        return packed;
    }

    std::string valueBytes(const std::vector<double>& numbers) const {
        const std::size_t size = layout_.isFloat ? 4 : 8;
        std::string bytes;
        for (const double number : numbers) {
            const std::uint64_t bits = layout_.isFloat ? std::bit_cast<std::uint32_t>(static_cast<float>(number)) : std::bit_cast<std::uint64_t>(number);
            for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(bits >> (8 * (layout_.isBigEndian ? size - 1 - i : i)) & 0xFF));
        }
        return bytes;
    }

    std::string write(const std::string& name, const std::vector<std::size_t>& dimensions, const std::vector<double>& numbers) {
        std::size_t perRecord = 1;
        for (const std::size_t side : dimensions) perRecord *= side;
        const std::size_t w = word(), numRecords = numbers.size() / perRecord, nameSize = w == 8 ? 256 : 64;
        const std::size_t cdrSize = w + 4 + w + 36 + 64, gdrSize = 6 * w + 36, vdrSize = 5 * w + 44 + nameSize + 4 + 8 * dimensions.size();
        const std::size_t vxrSize = 2 * w + 12 + 2 * (8 + w), gdr = 8 + cdrSize, vdr = gdr + gdrSize, vxr = vdr + vdrSize, values = vxr + vxrSize;
        bytes_.clear();
        u32(w == 8 ? 0xCDF30001u : 0xCDF26002u), u32(0x0000FFFFu);
        offset(cdrSize), u32(1), offset(gdr), u32(layout_.version), u32(7), u32(layout_.isBigEndian ? 1 : 6), u32(2u | (layout_.isColumnMajor ? 0 : 1));
        u32(0), u32(0), u32(0), u32(0), u32(0), padded("a test's own file", 64);
        offset(gdrSize), u32(2), offset(0), offset(vdr), offset(0), offset(0), u32(0), u32(0), u32(0), u32(0), u32(1), offset(0), u32(0), u32(0), u32(0);
        offset(vdrSize), u32(8), offset(0), u32(layout_.isFloat ? 44 : 45), u32(numRecords - 1), offset(vxr), offset(vxr), u32(layout_.compressesValues ? 5 : 1);
        u32(0), u32(0), u32(0), u32(0), u32(1), u32(0), offset(0), u32(0), padded(name, nameSize), u32(dimensions.size());
        for (const std::size_t side : dimensions) u32(side);
        for (std::size_t i = 0; i < dimensions.size(); ++i) u32(0xFFFFFFFFu);
        // Room for two entries, of which one is used.
        offset(vxrSize), u32(6), offset(0), u32(2), u32(1), u32(0), u32(0xFFFFFFFFu), u32(numRecords - 1), u32(0xFFFFFFFFu), offset(values), offset(0);
        const std::string raw = valueBytes(numbers), packed = layout_.compressesValues ? gzip(raw) : raw;
        if (layout_.compressesValues) offset(2 * w + 8 + packed.size()), u32(13), u32(0), offset(packed.size());
        else offset(w + 4 + raw.size()), u32(7);
        bytes_ += packed;
        return layout_.compressesFile ? compressedFile() : bytes_;
    }

    std::string compressedFile() {
        const std::size_t w = word(), body = bytes_.size() - 8;
        const std::string packed = gzip(bytes_.substr(8)), magic = bytes_.substr(0, 4);
        bytes_ = magic;
        u32(0xCCCC0001u);
        const std::size_t size = 3 * w + 8 + packed.size();
        offset(size), u32(10), offset(8 + size), offset(body), u32(0);
        bytes_ += packed;
        offset(w + 20), u32(11), u32(5), u32(0), u32(1), u32(6);
        return bytes_;
    }

    CdfLayout layout_;
    std::string bytes_;
};

}  // namespace hmr::test
