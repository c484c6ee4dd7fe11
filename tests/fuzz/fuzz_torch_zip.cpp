// SPDX-License-Identifier: MIT
#include <zlib.h>

#include <vector>

#include "tests/fuzz/fuzzed_folder.h"

using namespace hmr;

namespace {

void append(std::string& bytes, std::uint64_t number, int numBytes) {
    for (int i = 0; i < numBytes; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
}

/// A zip archive of entries that are stored as they are, with right checksums: chance does not find those.
std::string archiveOf(const std::vector<std::pair<std::string, std::string_view>>& entries) {
    std::string bytes, directory;
    for (const auto& [name, content] : entries) {
        std::string common;
        append(common, 10, 2);        // version that is needed
        append(common, 0, 4);         // flags, method "stored"
        append(common, 33 << 16, 4);  // midnight of 1 January 1980
        append(common, crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())), 4);
        append(common, content.size(), 4);
        append(common, content.size(), 4);
        append(common, name.size(), 2);
        append(common, 0, 2);  // extra field
        directory += "PK\1\2";
        append(directory, 10, 2);
        directory += common;
        directory.append(10, '\0');  // comment, disk, attributes
        append(directory, bytes.size(), 4);
        directory += name;
        bytes += "PK\3\4" + common + name;
        bytes += content;
    }
    const std::size_t begin = bytes.size();
    bytes += directory + "PK\5\6";
    append(bytes, 0, 4);
    append(bytes, entries.size(), 2);
    append(bytes, entries.size(), 2);
    append(bytes, directory.size(), 4);
    append(bytes, begin, 4);
    append(bytes, 0, 2);
    return bytes;
}

}  // namespace

/// A checkpoint of torch.save as it lies on disk, or the pickle of one: that is put into an archive, and its bytes serve as numbers too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::FuzzedFolder folder;
    const std::string_view bytes = fuzz::asText(data, size);
    std::string archive(bytes);
    if (!bytes.starts_with("PK"))
        archive = archiveOf({{"archive/data.pkl", bytes}, {"archive/data/0", bytes}, {"archive/data/1", bytes}, {"archive/data/2", bytes}});
    fuzz::readEveryTensor(folder.write("checkpoint.pt", archive));
    return 0;
}
