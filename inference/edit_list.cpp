// SPDX-License-Identifier: MIT
#include "inference/edit_list.h"

#include <fstream>
#include <string>

#include "inference/bytes.h"

namespace hmr {
namespace {

constexpr std::uint64_t kLargestIndex = std::uint64_t{64} << 20;

struct Box {
    std::string_view type;
    std::uint64_t header = 0, size = 0;  ///< bytes; the size is that of the whole box
};

/// From the first bytes of a box; of no size when they are none.
Box boxAt(std::string_view bytes) {
    const std::uint64_t size = numberAt(bytes, 0, 4, true);
    const Box box = size == 1 ? Box{partAt(bytes, 4, 4), 16, numberAt(bytes, 8, 8, true)} : Box{partAt(bytes, 4, 4), 8, size};
    return box.size < box.header || box.size >> 62 ? Box{} : box;
}

/// Calls with the type and the content of each box in a box.
template <typename Visit>
void forEachBox(std::string_view bytes, const Visit& visit) {
    while (!bytes.empty()) {
        const Box box = boxAt(bytes);
        if (box.size == 0 || box.size > bytes.size()) return;
        visit(box.type, bytes.substr(box.header, box.size - box.header));
        bytes.remove_prefix(box.size);
    }
}

/// The content of the last box of a type; empty when there is none.
std::string_view boxIn(std::string_view bytes, std::string_view wanted) {
    std::string_view found;
    forEachBox(bytes, [&](std::string_view type, std::string_view content) {
        if (type == wanted) found = content;
    });
    return found;
}

/// The file's "moov" box, which tells all about its tracks; empty when there is none.
std::string indexOf(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    char start[16];
    for (std::uint64_t at = 0; in.seekg(static_cast<std::streamoff>(at)) && in.read(start, sizeof start);) {
        const Box box = boxAt({start, sizeof start});
        if (box.size == 0) break;
        if (box.type == "moov" && box.size <= kLargestIndex) {
            std::string content(box.size - box.header, '\0');
            in.seekg(static_cast<std::streamoff>(at + box.header));
            return in.read(content.data(), static_cast<std::streamsize>(content.size())) ? content : std::string();
        }
        at += box.size;
    }
    return {};
}

}  // namespace

std::optional<double> shownSeconds(const std::filesystem::path& file) {
    const std::string index = indexOf(file);
    const std::string_view header = boxIn(index, "mvhd");
    const std::uint64_t unitsASecond = numberAt(header, numberAt(header, 0, 1, true) == 1 ? 20 : 12, 4, true);
    std::uint64_t units = 0;
    forEachBox(index, [&](std::string_view type, std::string_view track) {
        if (type != "trak" || partAt(boxIn(boxIn(track, "mdia"), "hdlr"), 8, 4) != "vide") return;
        const std::string_view list = boxIn(boxIn(track, "edts"), "elst");
        const int width = numberAt(list, 0, 1, true) == 1 ? 8 : 4, entry = 2 * width + 4;
        for (std::uint64_t at = 8; at + entry <= list.size(); at += entry) {
            const bool isPause = numberAt(list, at + width, 4, true) == 0xFFFFFFFF;
            if (!isPause) units += numberAt(list, at, width, true);
        }
    });
    if (units == 0 || unitsASecond == 0) return std::nullopt;
    return static_cast<double>(units) / static_cast<double>(unitsASecond);
}

}  // namespace hmr
