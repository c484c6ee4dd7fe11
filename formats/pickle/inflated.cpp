// SPDX-License-Identifier: MIT
#include "formats/pickle/inflated.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <utility>

#include "body/error.h"
#include "formats/expansion.h"

namespace hmr {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMostBytes = std::size_t{4} << 30;
constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;  ///< zlib counts in 32 bits
constexpr int kEitherHeader = 15 + 32;                     ///< zlib's word for its largest window and its own or gzip's header

class Inflater {
public:
    explicit Inflater(std::string_view bytes) : rest_(bytes) {
        if (inflateInit2(&stream_, kEitherHeader) != Z_OK) throw Error("there is no memory to expand it.");
    }
    ~Inflater() { inflateEnd(&stream_); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    /// Fills `size` bytes, fewer at the stream's end alone.
    std::size_t read(char* target, std::size_t size) {
        std::size_t used = 0;
        while (used < size && !isAtEnd_) used += step(target + used, std::min(size - used, kMostAtOnce));
        return used;
    }

private:
    std::size_t step(char* target, std::size_t room) {
        if (stream_.avail_in == 0) {
            const std::string_view next = rest_.substr(0, kMostAtOnce);
            rest_.remove_prefix(next.size());
            stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(next.data()));
            stream_.avail_in = static_cast<uInt>(next.size());
        }
        stream_.next_out = reinterpret_cast<Bytef*>(target);
        stream_.avail_out = static_cast<uInt>(room);
        const int status = ::inflate(&stream_, Z_NO_FLUSH);
        isAtEnd_ = status == Z_STREAM_END;
        if (status == Z_BUF_ERROR) throw Error("its compressed data end too early.");
        if (status != Z_OK && !isAtEnd_) throw Error("its compressed data are damaged.");
        return room - stream_.avail_out;
    }

    std::string_view rest_;
    z_stream stream_{};
    bool isAtEnd_ = false;
};

std::size_t countExpanded(std::string_view bytes) {
    Inflater inflater(bytes);
    std::array<char, 1 << 16> piece;
    std::size_t count = 0;
    while (const std::size_t got = inflater.read(piece.data(), piece.size())) {
        count += got;
        if (!expandsWithinReason(bytes.size(), count)) throw Error(std::string("it ") + kExpandsBeyondReason);
        if (count > kMostBytes) throw Error("it expands to more than 4 GB.");
    }
    return count;
}

}  // namespace

bool isDeflated(std::string_view bytes) {
    if (bytes.size() < 2) return false;
    const auto first = static_cast<unsigned char>(bytes[0]), second = static_cast<unsigned char>(bytes[1]);
    const bool isZlib = first == 0x78 && (first << 8 | second) % 31 == 0;
    return isZlib || (first == 0x1f && second == 0x8b);
}

std::string inflated(std::string_view bytes) {
    std::string expanded(countExpanded(bytes), '\0');
    Inflater(bytes).read(expanded.data(), expanded.size());
    return expanded;
}

std::string_view unreadCompression(std::string_view bytes) {
    constexpr std::array kKinds = {std::pair{"BZh"sv, "bzip2"sv}, std::pair{"\xfd" "7zXZ"sv, "xz"sv}, std::pair{"\x04\x22\x4d\x18"sv, "lz4"sv}};
    for (const auto& [start, name] : kKinds)
        if (bytes.starts_with(start)) return name;
    return {};
}

}  // namespace hmr
